/* before */
sgd(step):
  device w: f32[4], w.grad: f32[4], y: f32[4];
  for i < 4 {
    y[i] := 1 * relu(w[i]) * (2 / 4) + -0;
  }
  for i < 4 {
    y[i] += w[i] - neg(w.grad[i] / 8) + 0;
  }
  for i < 4 {
    w[i] -= 0.1 * (200 - f32(step)) / (10 * 20) * w.grad[i] ** 2;
  }

/* after simplify */
sgd(step):
  device w: f32[4], w.grad: f32[4], y: f32[4];
  for i < 4 {
    y[i] := relu(w[i]) * 0.5;
  }
  for i < 4 {
    y[i] += w[i] + w.grad[i] * 0.125 + 0;
  }
  for i < 4 {
    w[i] -= 0.1 * (200 - f32(step)) / 200 * (w.grad[i] * w.grad[i]);
  }
