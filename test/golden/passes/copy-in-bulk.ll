/* before */
layer():
  device x: bf16[66, 128], w: bf16[128, 64], y: f32[66, 64];
  for b < 1 block {
    for o < 1 block {
      local s_tile: f32[2, 4, 8, 4, 1, 1, 8, 2, 2];
      for group_row < 2 thread {
        for warp < 4 thread {
          for row < 8 thread {
            for column < 4 thread {
              for half < 2 unrolled {
                for piece < 8 unrolled {
                  for next < 2 unrolled {
                    s_tile[group_row, warp, row, column, 0, 0, piece, half, next] := 0;
                  }
                }
              }
            }
          }
        }
      }
      for i < 2 pipelined {
        local x_rows: bf16[128, 64];
        local w_columns: bf16[1, 64, 64];
        for cell < 128 thread {
          for term < 8 thread {
            when 128*b + cell < 66 {
              for lane < 8 unrolled {
                x_rows[cell, 8*term + lane] := x[128*b + cell, 64*i + 8*term + lane];
              }
            }
            when -128*b + -1*cell < -65 {
              for lane < 8 unrolled {
                x_rows[cell, 8*term + lane] := 0;
              }
            }
          }
        }
        for term < 64 thread {
          for row < 1 thread {
            for cell < 8 thread {
              for lane < 8 unrolled {
                w_columns[row, term, 8*cell + lane] :=
                    w[64*i + term, 64*o + 64*row + 8*cell + lane];
              }
            }
          }
        }
        for group_row < 2 thread {
          for warp < 4 thread {
            for row < 8 thread {
              for column < 4 thread {
                for i_step < 4 unrolled {
                  for m < 1 matrix {
                    for n < 1 matrix {
                      for piece < 8 matrix {
                        for half < 2 matrix {
                          for next < 2 matrix {
                            for i2 < 16 matrix {
                              s_tile[group_row, warp, row, column, m, n, piece, half, next] +=
                                  f32(x_rows[64*group_row + 16*warp + row + 64*m + 8*half, 16*i_step
                                  + i2]) *
                                  f32(w_columns[n, 16*i_step + i2, 2*column + 8*piece + next]);
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
      for group_row < 2 thread {
        for warp < 4 thread {
          for row < 8 thread {
            for column < 4 thread {
              for half < 2 unrolled {
                for piece < 8 unrolled {
                  for next < 2 unrolled {
                    when 128*b + 64*group_row + 16*warp + row + 8*half < 66 {
                      y[128*b + 64*group_row + 16*warp + row + 8*half, 64*o + 2*column + 8*piece +
                          next] := s_tile[group_row, warp, row, column, 0, 0, piece, half, next];
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

/* after copy-in-bulk */
layer():
  device x: bf16[66, 128], w: bf16[128, 64], y: f32[66, 64];
  for b < 1 block {
    for o < 1 block {
      local s_tile: f32[2, 4, 8, 4, 1, 1, 8, 2, 2];
      for group_row < 2 thread {
        for warp < 4 thread {
          for row < 8 thread {
            for column < 4 thread {
              for half < 2 unrolled {
                for piece < 8 unrolled {
                  for next < 2 unrolled {
                    s_tile[group_row, warp, row, column, 0, 0, piece, half, next] := 0;
                  }
                }
              }
            }
          }
        }
      }
      for i < 2 pipelined {
        local x_rows: bf16[128, 64];
        local w_columns: bf16[1, 64, 64];
        for cell < 128 bulk {
          for lane < 64 bulk {
            when 128*b + cell < 66 {
              x_rows[cell, lane] := x[128*b + cell, 64*i + lane];
            }
            when -128*b + -1*cell < -65 {
              x_rows[cell, lane] := 0;
            }
          }
        }
        for term < 64 bulk {
          for lane < 64 bulk {
            w_columns[0, term, lane] := w[64*i + term, 64*o + lane];
          }
        }
        for group_row < 2 thread {
          for warp < 4 thread {
            for row < 8 thread {
              for column < 4 thread {
                for i_step < 4 unrolled {
                  for m < 1 matrix {
                    for n < 1 matrix {
                      for piece < 8 matrix {
                        for half < 2 matrix {
                          for next < 2 matrix {
                            for i2 < 16 matrix {
                              s_tile[group_row, warp, row, column, m, n, piece, half, next] +=
                                  f32(x_rows[64*group_row + 16*warp + row + 64*m + 8*half, 16*i_step
                                  + i2]) *
                                  f32(w_columns[n, 16*i_step + i2, 2*column + 8*piece + next]);
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
      for group_row < 2 thread {
        for warp < 4 thread {
          for row < 8 thread {
            for column < 4 thread {
              for half < 2 unrolled {
                for piece < 8 unrolled {
                  for next < 2 unrolled {
                    when 128*b + 64*group_row + 16*warp + row + 8*half < 66 {
                      y[128*b + 64*group_row + 16*warp + row + 8*half, 64*o + 2*column + 8*piece +
                          next] := s_tile[group_row, warp, row, column, 0, 0, piece, half, next];
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
