/* before */
rows():
  device x: f32[64, 3], w: f32[16, 3], v: f32[16, 4], y: f32[64, 16], z: f32[64, 4];
  for b_block < 8 {
    for i < 4 {
      local w_panel: f32[3, 4];
      for k < 3 {
        for o < 4 {
          w_panel[k, o] := w[4*i + o, k];
        }
      }
      for b < 8 {
        for o < 4 {
          local sum: f32 := 0;
          for k < 3 {
            sum += x[8*b_block + b, k] * w_panel[k, o];
          }
          y[8*b_block + b, 4*i + o] := sum;
        }
      }
    }
    local v_panel: f32[4, 4];
    for t < 4 {
      for d < 4 {
        v_panel[t, d] := v[t, d];
      }
    }
    for b < 8 {
      for d < 4 {
        local sum2: f32 := 0;
        for t < 4 {
          sum2 += y[8*b_block + b, t] * v_panel[t, d];
        }
        z[8*b_block + b, d] := sum2;
      }
    }
    for t_block < 3 {
      for t < 4 {
        for d < 4 {
          v_panel[t, d] := v[4*t_block + t + 4, d];
        }
      }
      for b < 8 {
        for d < 4 {
          local sum3: f32 := z[8*b_block + b, d];
          for t < 4 {
            sum3 += y[8*b_block + b, 4*t_block + t + 4] * v_panel[t, d];
          }
          z[8*b_block + b, d] := sum3;
        }
      }
    }
  }

/* after hoist-copies */
rows():
  device x: f32[64, 3], w: f32[16, 3], v: f32[16, 4], y: f32[64, 16], z: f32[64, 4];
  local w_panels: f32[4, 3, 4];
  local v_panels: f32[4, 4];
  local v_panels2: f32[3, 4, 4];
  for i < 4 {
    for k < 3 {
      for o < 4 {
        w_panels[i, k, o] := w[4*i + o, k];
      }
    }
  }
  for t < 4 {
    for d < 4 {
      v_panels[t, d] := v[t, d];
    }
  }
  for t_block < 3 {
    for t < 4 {
      for d < 4 {
        v_panels2[t_block, t, d] := v[4*t_block + t + 4, d];
      }
    }
  }
  for b_block < 8 {
    for i < 4 {
      for b < 8 {
        for o < 4 {
          local sum: f32 := 0;
          for k < 3 {
            sum += x[8*b_block + b, k] * w_panels[i, k, o];
          }
          y[8*b_block + b, 4*i + o] := sum;
        }
      }
    }
    for b < 8 {
      for d < 4 {
        local sum2: f32 := 0;
        for t < 4 {
          sum2 += y[8*b_block + b, t] * v_panels[t, d];
        }
        z[8*b_block + b, d] := sum2;
      }
    }
    for t_block < 3 {
      for b < 8 {
        for d < 4 {
          local sum3: f32 := z[8*b_block + b, d];
          for t < 4 {
            sum3 += y[8*b_block + b, 4*t_block + t + 4] * v_panels2[t_block, t, d];
          }
          z[8*b_block + b, d] := sum3;
        }
      }
    }
  }
