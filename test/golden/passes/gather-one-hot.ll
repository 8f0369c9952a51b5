/* before */
embedding():
  device ids: f32[9], table: f32[50, 4], y: f32[9, 4], y.grad: f32[9, 4], table.grad: f32[50, 4];
  local hot: f32[9, 50];
  for b < 9 {
    for k < 50 {
      hot[b, k] := f32(ids[b] == f32(k));
    }
  }
  zero_out y;
  for b < 9 {
    for d < 4 {
      for k < 50 {
        y[b, d] += hot[b, k] * table[k, d];
      }
    }
  }
  zero_out table.grad;
  for k < 50 {
    for d < 4 {
      for b < 9 {
        table.grad[k, d] += y.grad[b, d] * hot[b, k];
      }
    }
  }

/* after gather-one-hot */
embedding():
  device ids: f32[9], table: f32[50, 4], y: f32[9, 4], y.grad: f32[9, 4], table.grad: f32[50, 4];
  local hot: f32[9, 50];
  for b < 9 {
    for k < 50 {
      hot[b, k] := f32(ids[b] == f32(k));
    }
  }
  zero_out y;
  for b < 9 {
    for d < 4 {
      y[b, d] += table[at(ids[b]), d];
    }
  }
  zero_out table.grad;
  for d < 4 {
    for b < 9 {
      table.grad[at(ids[b]), d] += y.grad[b, d];
    }
  }
