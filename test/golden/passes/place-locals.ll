/* before */
layer():
  device x: f32[64, 80], y: f32[80];
  local hidden: f32[64, 80];
  local total: f32[80];
  local half: f32[80];
  for b < 64 {
    for i < 80 {
      hidden[b, i] := relu(x[b, i]);
    }
  }
  zero_out total;
  for b < 64 {
    for i < 80 {
      total[i] += hidden[b, i];
    }
  }
  for i < 80 {
    half[i] := 0.5 * total[i];
  }
  for i < 80 {
    y[i] := half[i] * total[i];
  }

/* after place-locals */
layer():
  device x: f32[64, 80], y: f32[80];
  scratch 20 KiB: hidden: f32[64, 80] in 0..20479;
  for b < 64 {
    for i < 80 {
      hidden[b, i] := relu(x[b, i]);
    }
  }
  local total: f32[80];
  zero_out total;
  for b < 64 {
    for i < 80 {
      total[i] += hidden[b, i];
    }
  }
  local half: f32[80];
  for i < 80 {
    half[i] := 0.5 * total[i];
  }
  for i < 80 {
    y[i] := half[i] * total[i];
  }
