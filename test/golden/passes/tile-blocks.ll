/* before */
layer():
  device x: f32[30, 18], w: f32[18, 32], bias: f32[32], y: f32[30, 32];
  for b < 30 {
    for o < 32 {
      local s: f32 := 0;
      for i < 18 {
        s += x[b, i] * w[i, o];
      }
      y[b, o] := relu(s + bias[o]);
    }
  }

/* after tile-blocks */
layer():
  device x: f32[30, 18], w: f32[18, 32], bias: f32[32], y: f32[30, 32];
  for b < 1 block {
    for o < 1 block {
      local s_tile: f32[8, 8, 4, 4];
      local x_rows: f32[16, 36];
      local w_columns: f32[16, 36];
      for row < 8 thread {
        for column < 8 thread {
          for cell < 4 unrolled {
            for cell2 < 4 unrolled {
              s_tile[row, column, cell, cell2] := 0;
            }
          }
        }
      }
      for cell < 32 thread {
        for term < 4 thread {
          when 32*b + cell < 30 {
            for lane < 4 unrolled {
              x_rows[4*term + lane, cell] := x[32*b + cell, 4*term + lane];
            }
          }
          when -32*b + -1*cell < -29 {
            for lane < 4 unrolled {
              x_rows[4*term + lane, cell] := 0;
            }
          }
        }
      }
      for term < 16 thread {
        for cell < 8 thread {
          for lane < 4 unrolled {
            w_columns[term, 4*cell + lane] := w[term, 32*o + 4*cell + lane];
          }
        }
      }
      for row < 8 thread {
        for column < 8 thread {
          for i < 16 unrolled {
            local x_rows_own: f32[4];
            for cell < 4 unrolled {
              x_rows_own[cell] := x_rows[i, 4*row + cell];
            }
            local w_columns_own: f32[4];
            for cell < 4 unrolled {
              w_columns_own[cell] := w_columns[i, 4*column + cell];
            }
            for cell < 4 unrolled {
              for cell2 < 4 unrolled {
                s_tile[row, column, cell, cell2] += x_rows_own[cell] * w_columns_own[cell2];
              }
            }
          }
        }
      }
      for cell < 32 thread {
        for term < 1 thread {
          when 32*b + cell < 30 {
            for lane < 2 unrolled {
              x_rows[2*term + lane, cell] := x[32*b + cell, 2*term + lane + 16];
            }
          }
          when -32*b + -1*cell < -29 {
            for lane < 2 unrolled {
              x_rows[2*term + lane, cell] := 0;
            }
          }
        }
      }
      for term < 2 thread {
        for cell < 8 thread {
          for lane < 4 unrolled {
            w_columns[term, 4*cell + lane] := w[term + 16, 32*o + 4*cell + lane];
          }
        }
      }
      for row < 8 thread {
        for column < 8 thread {
          for i < 2 unrolled {
            local x_rows_own2: f32[4];
            for cell < 4 unrolled {
              x_rows_own2[cell] := x_rows[i, 4*row + cell];
            }
            local w_columns_own2: f32[4];
            for cell < 4 unrolled {
              w_columns_own2[cell] := w_columns[i, 4*column + cell];
            }
            for cell < 4 unrolled {
              for cell2 < 4 unrolled {
                s_tile[row, column, cell, cell2] += x_rows_own2[cell] * w_columns_own2[cell2];
              }
            }
          }
        }
      }
      for row < 8 thread {
        for column < 8 thread {
          for cell < 4 unrolled {
            for cell2 < 4 unrolled {
              when 32*b + 4*row + cell < 30 {
                y[32*b + 4*row + cell, 32*o + 4*column + cell2] :=
                    relu(s_tile[row, column, cell, cell2] + bias[32*o + 4*column + cell2]);
              }
            }
          }
        }
      }
    }
  }
