/* before */
attention():
  device q: f32[2, 32, 4], k: f32[2, 6, 4], v: f32[2, 6, 4], y: f32[32, 2, 4];
  local scores: f32[2, 32, 6];
  local p: f32[2, 32, 6];
  for h < 2 {
    for s < 32 {
      for t < 6 {
        local score: f32 := 0;
        for d < 4 {
          score += q[h, s, d] * k[h, t, d];
        }
        scores[h, s, t] := score;
      }
    }
  }
  for h < 2 {
    for s < 32 {
      for t < 6 {
        p[h, s, t] := exp(scores[h, s, t] - scores[h, s, 0]);
      }
    }
  }
  for s < 32 {
    for h < 2 {
      for d < 4 {
        local sum: f32 := 0;
        for t < 6 {
          sum += p[h, s, t] * v[h, t, d];
        }
        y[s, h, d] := sum;
      }
    }
  }

/* after block-rows */
attention():
  device q: f32[2, 32, 4], k: f32[2, 6, 4], v: f32[2, 6, 4], y: f32[32, 2, 4];
  for h < 2 {
    local k_turned: f32[4, 6];
    for d < 4 {
      for t < 6 {
        k_turned[d, t] := k[h, t, d];
      }
    }
    for s_block < 2 {
      local p: f32[16, 6];
      local scores: f32[16, 6];
      for s < 16 {
        for t < 6 {
          local score: f32 := 0;
          for d < 4 {
            score += q[h, 16*s_block + s, d] * k_turned[d, t];
          }
          scores[s, t] := score;
        }
      }
      for s < 16 {
        for t < 6 {
          p[s, t] := exp(scores[s, t] - scores[s, 0]);
        }
      }
      for s < 16 {
        for d < 4 {
          local sum: f32 := 0;
          for t < 6 {
            sum += p[s, t] * v[h, t, d];
          }
          y[16*s_block + s, h, d] := sum;
        }
      }
    }
  }
