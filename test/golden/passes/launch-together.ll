/* before */
step():
  device w: f32[4096], w.grad: f32[4096], b: f32[10], b.grad: f32[10], x: f32[500, 64], y:
      f32[500, 64], s: f32[64];
  /* update of w */
  for o < 4096 {
    w[o] -= 0.1 * w.grad[o];
  }
  /* update of b */
  for o < 10 {
    b[o] -= 0.1 * b.grad[o];
  }
  for r < 500 {
    local m: f32 := 0;
    for i < 64 {
      m += x[r, i];
    }
    for i < 64 {
      y[r, i] := x[r, i] - m;
    }
  }
  for i < 64 {
    s[i] := b[0] * w[i];
  }

/* after launch-together */
step():
  device w: f32[4096], w.grad: f32[4096], b: f32[10], b.grad: f32[10], x: f32[500, 64], y:
      f32[500, 64], s: f32[64];
  for together < 1 launch {
    /* update of w */
    for o < 4096 grid {
      w[o] -= 0.1 * w.grad[o];
    }
    /* update of b */
    for o < 10 grid {
      b[o] -= 0.1 * b.grad[o];
    }
    for r < 500 block {
      local m: f32;
      for alone < 1 thread {
        m := 0;
        for i < 64 {
          m += x[r, i];
        }
      }
      for i < 64 thread {
        y[r, i] := x[r, i] - m;
      }
    }
  }
  for i < 64 {
    s[i] := b[0] * w[i];
  }
