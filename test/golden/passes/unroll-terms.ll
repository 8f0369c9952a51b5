/* before */
product():
  device x: f32[2, 9], w: f32[9, 4], y: f32[2, 4];
  local s: f32[2, 4];
  for b < 2 unrolled {
    for l < 4 vector {
      s[b, l] := 0;
    }
  }
  for i < 9 {
    for b < 2 unrolled {
      for l < 4 vector {
        s[b, l] += x[b, i] * w[i, l];
      }
    }
  }
  for b < 2 unrolled {
    for l < 4 vector {
      y[b, l] := s[b, l];
    }
  }

/* after unroll-terms */
product():
  device x: f32[2, 9], w: f32[9, 4], y: f32[2, 4];
  local s: f32[2, 4];
  for b < 2 unrolled {
    for l < 4 vector {
      s[b, l] := 0;
    }
  }
  for i < 3 {
    for turn < 3 unrolled {
      for b < 2 unrolled {
        for l < 4 vector {
          s[b, l] += x[b, 3*i + turn] * w[3*i + turn, l];
        }
      }
    }
  }
  for b < 2 unrolled {
    for l < 4 vector {
      y[b, l] := s[b, l];
    }
  }
