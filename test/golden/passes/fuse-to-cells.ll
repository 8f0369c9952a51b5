/* before */
adam():
  device w: f32[256, 128], g: f32[256, 128], mean: f32[256, 128], b: f32[128], x: f32[256], u:
      f32[256, 128], rate: f32;
  for o < 256 {
    for i < 128 {
      mean[o, i] := 0.9 * mean[o, i] + 0.1 * g[o, i];
    }
    for i < 128 {
      w[o, i] -= rate * mean[o, i];
    }
  }
  for i < 128 {
    b[i] := b[i] * 2;
  }
  for i < 128 {
    b[i] += x[i];
  }
  for o < 256 {
    for i < 128 {
      u[o, i] += b[i];
    }
  }

/* after fuse-to-cells */
adam():
  device w: f32[256, 128], g: f32[256, 128], mean: f32[256, 128], b: f32[128], x: f32[256], u:
      f32[256, 128], rate: f32;
  for cell < 32768 {
    mean[(cell / 128), (cell % 128)] := 0.9 * mean[(cell / 128), (cell % 128)] + 0.1 *
        g[(cell / 128), (cell % 128)];
    w[(cell / 128), (cell % 128)] -= rate * mean[(cell / 128), (cell % 128)];
  }
  for i < 128 {
    b[i] := b[i] * 2;
    b[i] += x[i];
  }
  for o < 256 {
    for i < 128 {
      u[o, i] += b[i];
    }
  }
