/* before */
updates():
  device x: f32[8192, 1024], scale: f32[1024], y: f32[8192, 1024], h: f16[2097152], w: f32[1000000],
      v: f32[9999];
  for b < 8192 grid {
    for o < 1024 grid {
      y[b, o] := relu(x[b, o] * scale[o]);
    }
  }
  for i < 2097152 grid {
    h[i] := f16(f32(h[i]) * 2);
  }
  for b < 8192 grid {
    for o < 1024 grid {
      y[b, o] := x[b, -1*o + 1023];
    }
  }
  for together < 1 launch {
    for i < 1000000 grid {
      w[i] -= 0.1;
    }
    for i < 9999 grid {
      v[i] -= 0.1;
    }
  }

/* after coarsen-threads */
updates():
  device x: f32[8192, 1024], scale: f32[1024], y: f32[8192, 1024], h: f16[2097152], w: f32[1000000],
      v: f32[9999];
  for b < 8192 grid {
    for o < 256 grid {
      for cell < 4 unrolled {
        y[b, 4*o + cell] := relu(x[b, 4*o + cell] * scale[4*o + cell]);
      }
    }
  }
  for i < 262144 grid {
    for cell < 8 unrolled {
      h[8*i + cell] := f16(f32(h[8*i + cell]) * 2);
    }
  }
  for b < 8192 grid {
    for o < 1024 grid {
      y[b, o] := x[b, -1*o + 1023];
    }
  }
  for together < 1 launch {
    for i < 250000 grid {
      for cell < 4 unrolled {
        w[4*i + cell] -= 0.1;
      }
    }
    for i < 9999 grid {
      v[i] -= 0.1;
    }
  }
