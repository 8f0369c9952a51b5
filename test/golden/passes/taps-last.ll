/* before */
convolution():
  device w: f32[3, 5, 4], x: f32[8, 5], y: f32[6, 4];
  for v < 6 {
    for o < 4 {
      local sum: f32 := 0;
      for j < 3 {
        for c < 5 {
          sum += x[v + j, c] * w[j, c, o];
        }
      }
      y[v, o] := relu(sum);
    }
  }

/* after taps-last */
convolution():
  device w: f32[3, 5, 4], x: f32[8, 5], y: f32[6, 4];
  for v < 6 {
    for o < 4 {
      local sum: f32 := 0;
      for c < 5 {
        for j < 3 {
          sum += x[v + j, c] * w[j, c, o];
        }
      }
      y[v, o] := relu(sum);
    }
  }
