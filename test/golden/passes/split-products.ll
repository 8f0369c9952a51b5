/* before */
gradients():
  device x: f32[4000, 60], dy: f32[4000, 50], w.grad: f32[50, 60], q: f32[2, 10, 1003], k:
      f32[1003, 20], y: f32[2, 10, 20];
  for o < 50 {
    for i < 60 {
      local s: f32 := w.grad[o, i];
      for b < 4000 {
        s += x[b, i] * dy[b, o];
      }
      w.grad[o, i] := s;
    }
  }
  for b < 2 {
    for o < 20 {
      for r < 10 {
        local s2: f32 := 0;
        for i < 1003 {
          s2 += q[b, r, i] * k[i, o];
        }
        y[b, r, o] := relu(s2);
      }
    }
  }

/* after split-products */
gradients():
  device x: f32[4000, 60], dy: f32[4000, 50], w.grad: f32[50, 60], q: f32[2, 10, 1003], k:
      f32[1003, 20], y: f32[2, 10, 20];
  local s_parts: f32[25, 50, 60];
  for b_part < 25 {
    for o < 50 {
      for i < 60 {
        local s_part: f32 := 0;
        for b < 160 {
          s_part += x[160*b_part + b, i] * dy[160*b_part + b, o];
        }
        s_parts[b_part, o, i] := s_part;
      }
    }
  }
  for o < 50 {
    for i < 60 {
      local s: f32 := w.grad[o, i];
      for b < 25 {
        s += s_parts[b, o, i];
      }
      w.grad[o, i] := s;
    }
  }
  local s2_parts: f32[10, 2, 10, 20];
  for i2_part < 10 {
    for b < 2 {
      for r < 10 {
        for o < 20 {
          local s2_part: f32 := 0;
          for i < 100 {
            s2_part += q[b, r, 100*i2_part + i] * k[100*i2_part + i, o];
          }
          s2_parts[i2_part, b, r, o] := s2_part;
        }
      }
    }
  }
  for b < 2 {
    for o < 20 {
      for r < 10 {
        local s2: f32 := 0;
        for i < 10 {
          s2 += s2_parts[i, b, r, o];
        }
        for i < 3 {
          s2 += q[b, r, i + 1000] * k[i + 1000, o];
        }
        y[b, r, o] := relu(s2);
      }
    }
  }
