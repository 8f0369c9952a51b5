/* before */
steps():
  device x: f32[100, 5000], h: f32[5000], s: f32[16], w: f32[16, 16], last: f32;
  fill s, 1;
  for t < 100 {
    for o < 5000 {
      h[o] := tanh(x[t, o] + h[o]);
    }
  }
  for t < 10 {
    local r: f32[16];
    for o < 16 {
      r[o] := w[o, t] * s[o];
    }
    for o < 16 {
      s[o] := r[-1*o + 15];
    }
    last := s[0];
  }
  for o < 16 {
    for i < 16 {
      w[o, i] -= 0.1 * s[o];
    }
  }

/* after bind-threads */
steps():
  device x: f32[100, 5000], h: f32[5000], s: f32[16], w: f32[16, 16], last: f32;
  for once < 1 block {
    for k < 16 thread {
      s[k] := 1;
    }
  }
  for t < 100 {
    for o < 5000 grid {
      h[o] := tanh(x[t, o] + h[o]);
    }
  }
  for once < 1 block {
    for t < 10 {
      local r: f32[16];
      for o < 16 thread {
        r[o] := w[o, t] * s[o];
      }
      for o < 16 thread {
        s[o] := r[-1*o + 15];
      }
      for alone < 1 thread {
        last := s[0];
      }
    }
    for o < 16 thread {
      for i < 16 thread {
        w[o, i] -= 0.1 * s[o];
      }
    }
  }
