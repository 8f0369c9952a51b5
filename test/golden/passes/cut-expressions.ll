/* before */
sums():
  device a: f32[300, 8], b: f32[300], c: f32[300, 8], d: f32[8], s1: f32, s2: f32, s3: f32, s4: f32,
      y: f32[300, 8], z: f32[300], norm: f32;
  for i < 300 {
    for j < 8 {
      y[i, j] := tanh(a[i, j] + b[i] * s1) * (c[i, j] - d[j] * b[i]);
    }
  }
  for i < 300 {
    local t: f32 := 0;
    for j < 8 {
      t += a[i, j] * b[i] + c[i, j] * d[j];
    }
    z[i] := t;
  }
  norm := sqrt(s1 + s2 + s3 + s4);

/* after cut-expressions */
sums():
  device a: f32[300, 8], b: f32[300], c: f32[300, 8], d: f32[8], s1: f32, s2: f32, s3: f32, s4: f32,
      y: f32[300, 8], z: f32[300], norm: f32;
  local part: f32[300];
  for i < 300 {
    part[i] := b[i] * s1;
  }
  local part2: f32[300, 8];
  for i < 300 {
    for j < 8 {
      part2[i, j] := d[j] * b[i];
    }
  }
  local part3: f32[300, 8];
  for i < 300 {
    for j < 8 {
      part3[i, j] := tanh(a[i, j] + part[i]);
    }
  }
  local part4: f32[300, 8];
  for i < 300 {
    for j < 8 {
      part4[i, j] := c[i, j] - part2[i, j];
    }
  }
  for i < 300 {
    for j < 8 {
      y[i, j] := part3[i, j] * part4[i, j];
    }
  }
  for i < 300 {
    local t: f32 := 0;
    for j < 8 {
      t += a[i, j] * b[i] + c[i, j] * d[j];
    }
    z[i] := t;
  }
  local part5: f32 := s1 + s2;
  local part6: f32 := part5 + s3;
  norm := sqrt(part6 + s4);
