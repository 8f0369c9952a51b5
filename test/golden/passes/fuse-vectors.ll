/* before */
layer_norm():
  device x: f32[3, 16], mean: f32[3], y: f32[3, 16], scale: f32[16];
  for b < 3 {
    local d: f32[16];
    local variance: f32 := 0;
    local parts: f32[4];
    for l < 4 vector {
      parts[l] := 0;
    }
    for o < 4 {
      for l < 4 vector {
        d[4*o + l] := x[b, 4*o + l] - mean[b];
      }
    }
    for i < 4 {
      for l < 4 vector {
        parts[l] += d[4*i + l] * d[4*i + l];
      }
    }
    variance += parts[0];
    for o < 4 {
      for l < 4 vector {
        y[b, 4*o + l] := scale[4*o + l] * variance;
      }
    }
  }

/* after fuse-vectors */
layer_norm():
  device x: f32[3, 16], mean: f32[3], y: f32[3, 16], scale: f32[16];
  for b < 3 {
    local variance: f32 := 0;
    local parts: f32[4];
    for l < 4 vector {
      parts[l] := 0;
    }
    for o < 4 {
      local d: f32[4];
      for l < 4 vector {
        d[l] := x[b, 4*o + l] - mean[b];
      }
      for l < 4 vector {
        parts[l] += d[l] * d[l];
      }
    }
    variance += parts[0];
    for o < 4 {
      for l < 4 vector {
        y[b, 4*o + l] := scale[4*o + l] * variance;
      }
    }
  }
