/* before */
normalise():
  device x: f32[3, 256], y: f32[3, 256];
  for b < 3 {
    local parts: f32[4];
    for l < 4 vector {
      parts[l] := 0;
    }
    for i < 64 {
      for l < 4 vector {
        parts[l] += x[b, 4*i + l];
      }
    }
    for o < 64 {
      for l < 4 vector {
        y[b, 4*o + l] := x[b, 4*o + l] / parts[0];
      }
    }
  }

/* after prefetch-rows */
normalise():
  device x: f32[3, 256], y: f32[3, 256];
  for b < 3 {
    local parts: f32[4];
    for l < 4 vector {
      parts[l] := 0;
    }
    for i < 64 {
      prefetch x[b, 4*i + 256];
      for l < 4 vector {
        parts[l] += x[b, 4*i + l];
      }
    }
    for o < 64 {
      prefetch y[b, 4*o + 256] to store;
      for l < 4 vector {
        y[b, 4*o + l] := x[b, 4*o + l] / parts[0];
      }
    }
  }
