/* before */
scaled():
  device x: f32[3, 15], y: f32[3, 15];
  for b < 3 {
    for i < 15 {
      y[b, i] := exp(x[b, i]) * x[b, 0];
    }
  }

/* after vectorise */
scaled():
  device x: f32[3, 15], y: f32[3, 15];
  for b < 3 {
    for l < 4 vector {
      y[b, l + 11] := exp(x[b, l + 11]) * x[b, 0];
    }
    for v < 3 unrolled {
      for l < 4 vector {
        y[b, 4*v + l] := exp(x[b, 4*v + l]) * x[b, 0];
      }
    }
  }
