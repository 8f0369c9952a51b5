/* before */
layer():
  device w: f32[256, 128], x: f32[64, 128], y: f32[64, 256], sums: f32[64], total: f32;
  for b < 64 {
    for o < 256 {
      local matmul: f32 := 0;
      for i < 128 {
        matmul := fma(w[o, i], x[b, i], matmul);
      }
      y[b, o] := relu(matmul);
    }
  }
  for b < 64 {
    local sum: f32 := 0;
    for o < 256 {
      sum += y[b, o];
    }
    sums[b] := sum;
  }
  local sum2: f32 := 0;
  for b < 64 {
    for o < 256 {
      for i < 128 {
        sum2 += w[o, i] * x[b, i];
      }
    }
  }
  total := sum2;

/* after parallelise */
layer():
  device w: f32[256, 128], x: f32[64, 128], y: f32[64, 256], sums: f32[64], total: f32;
  for b < 64 parallel {
    for o < 256 {
      local matmul: f32 := 0;
      for i < 128 {
        matmul := fma(w[o, i], x[b, i], matmul);
      }
      y[b, o] := relu(matmul);
    }
  }
  for b < 64 {
    local sum: f32 := 0;
    for o < 256 {
      sum += y[b, o];
    }
    sums[b] := sum;
  }
  local sum2: f32 := 0;
  for b < 64 {
    for o < 256 {
      for i < 128 {
        sum2 += w[o, i] * x[b, i];
      }
    }
  }
  total := sum2;
