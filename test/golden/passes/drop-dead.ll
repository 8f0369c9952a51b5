/* before */
step():
  device x: f32[4], w: f32[4], loss: f32;
  local unused: f32[4];
  local margin: f32[4];
  zero_out unused;
  for i < 4 {
    unused[i] += x[i] * w[i];
  }
  zero_out margin;
  for i < 4 {
    margin[i] := 1 - x[i] * w[i];
  }
  for i < 0 {
    loss += 1;
  }
  zero_out loss;
  for i < 4 {
    loss += margin[i];
  }

/* after drop-dead */
step():
  device x: f32[4], w: f32[4], loss: f32;
  local margin: f32[4];
  for i < 4 {
    margin[i] := 1 - x[i] * w[i];
  }
  zero_out loss;
  for i < 4 {
    loss += margin[i];
  }
