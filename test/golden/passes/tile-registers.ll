/* before */
layer():
  device w: f32[6, 5], x: f32[5, 5], bias: f32[6], y: f32[5, 6];
  for b < 5 {
    for o < 6 {
      local sum: f32 := 0;
      for i < 5 {
        sum += w[o, i] * x[b, i];
      }
      y[b, o] := relu(sum + bias[o]);
    }
  }

/* after tile-registers */
layer():
  device w: f32[6, 5], x: f32[5, 5], bias: f32[6], y: f32[5, 6];
  local sum_tile: f32[5, 4];
  for b < 5 unrolled {
    for l < 4 vector {
      sum_tile[b, l] := 0;
    }
  }
  local w_square: f32[4, 4];
  for r < 4 unrolled {
    for l < 4 vector {
      w_square[r, l] := w[l, r];
    }
  }
  for i < 4 unrolled {
    for b < 5 unrolled {
      for l < 4 vector {
        sum_tile[b, l] += w_square[i, l] * x[b, i];
      }
    }
  }
  local w_square2: f32[4, 4];
  for r < 4 unrolled {
    for l < 4 vector {
      w_square2[r, l] := w[l, r + 1];
    }
  }
  for i < 1 unrolled {
    for b < 5 unrolled {
      for l < 4 vector {
        sum_tile[b, l] += w_square2[i + 3, l] * x[b, i + 4];
      }
    }
  }
  for b < 5 unrolled {
    for l < 4 vector {
      y[b, l] := relu(sum_tile[b, l] + bias[l]);
    }
  }
  local sum_tile2: f32[5, 4];
  for b < 5 unrolled {
    for l < 4 vector {
      sum_tile2[b, l] := 0;
    }
  }
  local w_square3: f32[4, 4];
  for r < 4 unrolled {
    for l < 4 vector {
      w_square3[r, l] := w[l + 2, r];
    }
  }
  for i < 4 unrolled {
    for b < 5 unrolled {
      for l < 4 vector {
        sum_tile2[b, l] += w_square3[i, l] * x[b, i];
      }
    }
  }
  local w_square4: f32[4, 4];
  for r < 4 unrolled {
    for l < 4 vector {
      w_square4[r, l] := w[l + 2, r + 1];
    }
  }
  for i < 1 unrolled {
    for b < 5 unrolled {
      for l < 4 vector {
        sum_tile2[b, l] += w_square4[i + 3, l] * x[b, i + 4];
      }
    }
  }
  for b < 5 unrolled {
    for l < 4 vector {
      y[b, l + 2] := relu(sum_tile2[b, l] + bias[l + 2]);
    }
  }
