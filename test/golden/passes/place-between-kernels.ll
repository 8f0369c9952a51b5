/* before */
two_layers():
  device x: f32[64], y: f32[64], z: f32[64];
  local h: f32[64];
  local own: f32[8];
  for o < 64 grid {
    h[o] := relu(x[o]);
  }
  for once < 1 block {
    for k < 8 thread {
      own[k] := h[k];
    }
    for o < 64 thread {
      y[o] := h[o] * own[0];
    }
  }
  for o < 64 grid {
    z[o] := h[-1*o + 63];
  }

/* after place-between-kernels */
two_layers():
  device x: f32[64], y: f32[64], z: f32[64];
  scratch 256 B: h: f32[64] in 0..255;
  for o < 64 grid {
    h[o] := relu(x[o]);
  }
  for once < 1 block {
    local own: f32[8];
    for k < 8 thread {
      own[k] := h[k];
    }
    for o < 64 thread {
      y[o] := h[o] * own[0];
    }
  }
  for o < 64 grid {
    z[o] := h[-1*o + 63];
  }
