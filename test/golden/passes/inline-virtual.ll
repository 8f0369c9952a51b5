/* before */
layer(batch : [0..79]):
  device data: f32[80, 10, 2], w: f32[16, 2], bias: f32[16], y: f32[10, 16];
  local x: f32[10, 2];
  local matmul: f32[10, 16];
  local sum: f32[10, 16];
  for b < 10 {
    for i < 2 {
      x[b, i] := data[batch, b, i];
    }
  }
  zero_out matmul;
  for b < 10 {
    for o < 16 {
      for i < 2 {
        matmul[b, o] += w[o, i] * x[b, i];
      }
    }
  }
  for b < 10 {
    for o < 16 {
      sum[b, o] := bias[o] + matmul[b, o];
    }
  }
  for b < 10 {
    for o < 16 {
      y[b, o] := relu(sum[b, o]);
    }
  }

/* after inline-virtual */
layer(batch : [0..79]):
  device data: f32[80, 10, 2], w: f32[16, 2], bias: f32[16], y: f32[10, 16];
  for b < 10 {
    for o < 16 {
      local matmul: f32 := 0;
      for i < 2 {
        matmul += w[o, i] * data[batch, b, i];
      }
      y[b, o] := relu(bias[o] + matmul);
    }
  }
