/* before */
layer_norm():
  device x: f32[3, 15], mean: f32[3], scale: f32[15], y: f32[3, 15], energy: f32[3];
  for b < 3 {
    local d: f32[15];
    local scaled: f32[15];
    local sum: f32 := 0;
    for o < 15 {
      d[o] := x[b, o] - mean[b];
    }
    for i < 15 {
      sum += d[i] * d[i];
    }
    energy[b] := sum;
    for o < 15 {
      scaled[o] := d[o] * scale[o];
    }
    for o < 15 {
      y[b, o] := scaled[o] + x[b, o];
    }
  }

/* after fuse-cells */
layer_norm():
  device x: f32[3, 15], mean: f32[3], scale: f32[15], y: f32[3, 15], energy: f32[3];
  for b < 3 {
    local d: f32[15];
    local sum: f32 := 0;
    for o < 15 {
      local scaled: f32;
      d[o] := x[b, o] - mean[b];
      scaled := d[o] * scale[o];
      y[b, o] := scaled + x[b, o];
    }
    for i < 15 {
      sum += d[i] * d[i];
    }
    energy[b] := sum;
  }
