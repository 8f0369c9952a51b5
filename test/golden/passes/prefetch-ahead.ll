/* before */
swish():
  device x: f32[1024], y: f32[1024];
  for o < 128 {
    for v < 2 unrolled {
      for l < 4 vector {
        y[8*o + 4*v + l] := x[8*o + 4*v + l] * sigmoid(x[8*o + 4*v + l]);
      }
    }
  }

/* after prefetch-ahead */
swish():
  device x: f32[1024], y: f32[1024];
  for o < 128 {
    for v < 2 unrolled {
      prefetch x[8*o + 4*v + 256];
      for l < 4 vector {
        y[8*o + 4*v + l] := x[8*o + 4*v + l] * sigmoid(x[8*o + 4*v + l]);
      }
    }
  }
