/* before */
softmax():
  device x: f32[4, 9], y: f32[4, 9];
  local largest: f32[4, 1];
  local e: f32[4, 9];
  local sum: f32[4, 1];
  for b < 4 {
    local m: f32 := -Infinity;
    for i < 9 {
      m max= x[b, i];
    }
    largest[b, 0] := m;
  }
  for b < 4 {
    for i < 9 {
      e[b, i] := exp(x[b, i] - largest[b, 0]);
    }
  }
  for b < 4 {
    local s: f32 := 0;
    for i < 9 {
      s += e[b, i];
    }
    sum[b, 0] := s;
  }
  for b < 4 {
    for i < 9 {
      y[b, i] := e[b, i] / sum[b, 0];
    }
  }

/* after fuse-loops */
softmax():
  device x: f32[4, 9], y: f32[4, 9];
  for b < 4 {
    local sum: f32;
    local e: f32[9];
    local largest: f32;
    local m: f32 := -Infinity;
    for i < 9 {
      m max= x[b, i];
    }
    largest := m;
    for i < 9 {
      e[i] := exp(x[b, i] - largest);
    }
    local s: f32 := 0;
    for i < 9 {
      s += e[i];
    }
    sum := s;
    for i < 9 {
      y[b, i] := e[i] / sum;
    }
  }
