/* before */
gradient():
  device add.grad: f32[10, 16], x: f32[10, 2], w.grad: f32[16, 2], largest: f32[10];
  zero_out w.grad;
  for o < 16 {
    for i < 2 {
      for b < 10 {
        w.grad[o, i] += add.grad[b, o] * x[b, i];
      }
    }
  }
  for b < 10 {
    for o < 16 {
      largest[b] max= add.grad[b, o];
    }
  }
  for b < 10 {
    for i < 2 {
      w.grad[0, i] += x[b, i];
    }
  }

/* after accumulate-in-registers */
gradient():
  device add.grad: f32[10, 16], x: f32[10, 2], w.grad: f32[16, 2], largest: f32[10];
  for o < 16 {
    for i < 2 {
      local w.grad_sum: f32 := 0;
      for b < 10 {
        w.grad_sum += add.grad[b, o] * x[b, i];
      }
      w.grad[o, i] := w.grad_sum;
    }
  }
  for b < 10 {
    local largest_max: f32 := largest[b];
    for o < 16 {
      largest_max max= add.grad[b, o];
    }
    largest[b] := largest_max;
  }
  for b < 10 {
    for i < 2 {
      w.grad[0, i] += x[b, i];
    }
  }
