/* before */
scalar_loss_gradient():
  device margin.grad: f32[10], label: f32[10];
  local scale: f32 := 1 / 80;
  local sum.grad: f32[1];
  fill sum.grad, 1;
  local each.grad: f32[10];
  for b < 10 {
    each.grad[b] := sum.grad[0] * scale;
  }
  for b < 10 {
    margin.grad[b] := each.grad[b] * label[b];
  }

/* after inline-constants */
scalar_loss_gradient():
  device margin.grad: f32[10], label: f32[10];
  for b < 10 {
    margin.grad[b] := 0.0125 * label[b];
  }
