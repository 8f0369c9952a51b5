/* before */
layer():
  device w: f32[16, 2], x: f32[10, 2], bias: f32[16], y: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local sum: f32 := 0;
      for i < 2 {
        sum += w[o, i] * x[b, i];
      }
      y[b, o] := 1 - 0.5 * (sum + bias[o]);
    }
  }

/* after contract-fma */
layer():
  device w: f32[16, 2], x: f32[10, 2], bias: f32[16], y: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local sum: f32 := 0;
      for i < 2 {
        sum := fma(w[o, i], x[b, i], sum);
      }
      y[b, o] := fma(-0.5, sum + bias[o], 1);
    }
  }
