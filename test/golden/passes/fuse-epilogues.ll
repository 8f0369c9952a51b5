/* before */
update():
  device dy: f32[4, 16], x: f32[4, 20], w: f32[16, 20], momentum: f32[16, 20];
  local delta: f32[16, 20];
  for o < 16 {
    for i < 20 {
      local sum: f32 := 0;
      for b < 4 {
        sum += dy[b, o] * x[b, i];
      }
      delta[o, i] := sum + 0.01 * w[o, i];
    }
  }
  for o < 16 {
    for i < 20 {
      momentum[o, i] := 0.9 * momentum[o, i] + delta[o, i];
    }
  }
  for o < 16 {
    for i < 20 {
      delta[o, i] := momentum[o, i];
    }
  }
  for o < 16 {
    for i < 20 {
      w[o, i] += -0.1 * delta[o, i];
    }
  }

/* after fuse-epilogues */
update():
  device dy: f32[4, 16], x: f32[4, 20], w: f32[16, 20], momentum: f32[16, 20];
  for o < 16 {
    for i < 20 {
      local delta: f32;
      local sum: f32 := 0;
      for b < 4 {
        sum += dy[b, o] * x[b, i];
      }
      delta := sum + 0.01 * w[o, i];
      momentum[o, i] := 0.9 * momentum[o, i] + delta;
      delta := momentum[o, i];
      w[o, i] += -0.1 * delta;
    }
  }
