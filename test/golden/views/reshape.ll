reshape():
  device x: f32[4, 6], y: f32[8, 3], z: f32[3, 8];
  /* reshape */
  for o < 4 {
    for o2 < 2 {
      for o3 < 3 {
        y[2*o + o2, o3] := x[o, 3*o2 + o3];
      }
    }
  }
  for o < 3 {
    for o2 < 8 {
      z[o, o2] := x[((8*o + o2) / 6), ((8*o + o2) % 6)] + 1;
    }
  }
