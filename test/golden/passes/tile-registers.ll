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
  local w_panel: f32[5, 6];
  for r < 4 unrolled {
    for l < 4 vector {
      w_panel[r, l] := w[l, r];
    }
  }
  for r < 4 unrolled {
    for l < 4 vector {
      w_panel[r, l + 2] := w[l + 2, r];
    }
  }
  for r < 4 unrolled {
    for l < 4 vector {
      w_panel[r + 1, l] := w[l, r + 1];
    }
  }
  for r < 4 unrolled {
    for l < 4 vector {
      w_panel[r + 1, l + 2] := w[l + 2, r + 1];
    }
  }
  local sum_tile: f32[3, 8];
  for b < 3 unrolled {
    for l < 4 vector {
      sum_tile[b, l] := 0;
    }
    for l < 4 vector {
      sum_tile[b, l + 4] := 0;
    }
  }
  for i < 5 {
    for b < 3 unrolled {
      for l < 4 vector {
        sum_tile[b, l] += w_panel[i, l] * x[b, i];
      }
      for l < 4 vector {
        sum_tile[b, l + 4] += w_panel[i, l + 2] * x[b, i];
      }
    }
  }
  for b < 3 unrolled {
    for l < 4 vector {
      y[b, l] := relu(sum_tile[b, l] + bias[l]);
    }
    for l < 4 vector {
      y[b, l + 2] := relu(sum_tile[b, l + 4] + bias[l + 2]);
    }
  }
  local sum_tile2: f32[2, 8];
  for b < 2 unrolled {
    for l < 4 vector {
      sum_tile2[b, l] := 0;
    }
    for l < 4 vector {
      sum_tile2[b, l + 4] := 0;
    }
  }
  for i < 5 {
    for b < 2 unrolled {
      for l < 4 vector {
        sum_tile2[b, l] += w_panel[i, l] * x[b + 3, i];
      }
      for l < 4 vector {
        sum_tile2[b, l + 4] += w_panel[i, l + 2] * x[b + 3, i];
      }
    }
  }
  for b < 2 unrolled {
    for l < 4 vector {
      y[b + 3, l] := relu(sum_tile2[b, l] + bias[l]);
    }
    for l < 4 vector {
      y[b + 3, l + 2] := relu(sum_tile2[b, l + 4] + bias[l + 2]);
    }
  }
