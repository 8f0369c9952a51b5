/* before */
softmax_gradient():
  device x: f32[1024, 1024], y: f32[1024, 1024], x.grad: f32[1024, 1024];
  local e: f32[1024, 1024];
  local sum: f32[1024];
  local p: f32[1024, 1024];
  local y.grad: f32[1024, 1024];
  for b < 1024 {
    for i < 1024 {
      e[b, i] := exp(x[b, i]);
    }
  }
  zero_out sum;
  for b < 1024 {
    for i < 1024 {
      sum[b] += e[b, i];
    }
  }
  for b < 1024 {
    for i < 1024 {
      p[b, i] := e[b, i] / sum[b];
    }
  }
  for b < 1024 {
    for i < 1024 {
      y[b, i] := p[b, i] * p[b, 0];
    }
  }
  for b < 1024 {
    for i < 1024 {
      y.grad[b, i] := tanh(y[b, i]);
    }
  }
  for b < 1024 {
    for i < 1024 {
      x.grad[b, i] := y.grad[b, i] * p[b, i];
    }
  }
  for b < 1024 {
    for i < 1024 {
      x.grad[b, i] += e[b, i];
    }
  }

/* after recompute */
softmax_gradient():
  device x: f32[1024, 1024], y: f32[1024, 1024], x.grad: f32[1024, 1024];
  local e: f32[1024, 1024];
  local sum: f32[1024];
  local p: f32[1024, 1024];
  local y.grad: f32[1024, 1024];
  for b < 1024 {
    for i < 1024 {
      e[b, i] := exp(x[b, i]);
    }
  }
  zero_out sum;
  for b < 1024 {
    for i < 1024 {
      sum[b] += e[b, i];
    }
  }
  for b < 1024 {
    for i < 1024 {
      p[b, i] := e[b, i] / sum[b];
    }
  }
  for b < 1024 {
    for i < 1024 {
      y[b, i] := p[b, i] * p[b, 0];
    }
  }
  for b < 1024 {
    for i < 1024 {
      y.grad[b, i] := tanh(y[b, i]);
    }
  }
  local p2: f32[1024, 1024];
  for b < 1024 {
    for i < 1024 {
      p2[b, i] := e[b, i] / sum[b];
    }
  }
  for b < 1024 {
    for i < 1024 {
      x.grad[b, i] := y.grad[b, i] * p2[b, i];
    }
  }
  for b < 1024 {
    for i < 1024 {
      x.grad[b, i] += e[b, i];
    }
  }
