embedding(batch : [0..9]):
  device classes: f32[10, 4, 1], embedding: f32[50, 8], loss: f32[1], w: f32[1, 8], words:
      f32[10, 4, 3];
  local slice: f32[4, 1];
  local slice2: f32[4, 3];
  local take: f32[4, 3, 8];
  local bag: f32[4, 8];
  local matmul: f32[4, 1];
  local tanh: f32[4, 1];
  local mul: f32[4, 1];
  local sub: f32[4, 1];
  local margin: f32[4, 1];
  local sum: f32[1];
  local w.grad: f32[1, 8];
  local embedding.grad: f32[50, 8];
  local loss.grad: f32[1];
  local sum.grad: f32[1];
  local margin.grad: f32[4, 1];
  local sub.grad: f32[4, 1];
  local mul.grad: f32[4, 1];
  local tanh.grad: f32[4, 1];
  local matmul.grad: f32[4, 1];
  local bag.grad: f32[4, 8];
  local take.grad: f32[4, 3, 8];
  local sgd_delta_w: f32[1, 8];
  local sgd_delta_embedding: f32[50, 8];
  /* loss gradient */
  for b < 4 {
    slice[b, 0] := classes[batch, b, 0];
  }
  for b < 4 {
    for b2 < 3 {
      slice2[b, b2] := words[batch, b, b2];
    }
  }
  for b < 4 {
    for b2 < 3 {
      for o < 8 {
        take[b, b2, o] := embedding[at(slice2[b, b2]), o];
      }
    }
  }
  zero_out bag;
  for b < 4 {
    for o < 8 {
      for t < 3 {
        bag[b, o] += take[b, t, o];
      }
    }
  }
  zero_out matmul;
  for b < 4 {
    for i < 8 {
      matmul[b, 0] += w[0, i] * bag[b, i];
    }
  }
  for b < 4 {
    tanh[b, 0] := tanh(matmul[b, 0]);
  }
  for b < 4 {
    mul[b, 0] := slice[b, 0] * tanh[b, 0];
  }
  for b < 4 {
    sub[b, 0] := 1 - mul[b, 0];
  }
  for b < 4 {
    margin[b, 0] := relu(sub[b, 0]);
  }
  zero_out sum;
  for b < 4 {
    sum[0] += margin[b, 0];
  }
  loss[0] := sum[0] / 4;
  /* loss zero grads and backprop */
  zero_out w.grad;
  zero_out embedding.grad;
  fill loss.grad, 1;
  sum.grad[0] := loss.grad[0] / 4;
  for b < 4 {
    margin.grad[b, 0] := sum.grad[0];
  }
  for b < 4 {
    sub.grad[b, 0] := where(0 < margin[b, 0], margin.grad[b, 0], 0);
  }
  for b < 4 {
    mul.grad[b, 0] := neg(sub.grad[b, 0]);
  }
  for b < 4 {
    tanh.grad[b, 0] := mul.grad[b, 0] * slice[b, 0];
  }
  for b < 4 {
    matmul.grad[b, 0] := tanh.grad[b, 0] * (1 - tanh[b, 0] * tanh[b, 0]);
  }
  for i < 8 {
    for b < 4 {
      w.grad[0, i] += matmul.grad[b, 0] * bag[b, i];
    }
  }
  for b < 4 {
    for i < 8 {
      bag.grad[b, i] := matmul.grad[b, 0] * w[0, i];
    }
  }
  for b < 4 {
    for t < 3 {
      for o < 8 {
        take.grad[b, t, o] := bag.grad[b, o];
      }
    }
  }
  for b < 4 {
    for b2 < 3 {
      for o < 8 {
        embedding.grad[at(slice2[b, b2]), o] += take.grad[b, b2, o];
      }
    }
  }
  /* gd update */
  /* w param sgd step */
  for i < 8 {
    sgd_delta_w[0, i] := w.grad[0, i] + 0 * w[0, i];
  }
  for i < 8 {
    w[0, i] -= 0.1 * sgd_delta_w[0, i];
  }
  /* embedding param sgd step */
  for o < 50 {
    for o2 < 8 {
      sgd_delta_embedding[o, o2] := embedding.grad[o, o2] + 0 * embedding[o, o2];
    }
  }
  for o < 50 {
    for o2 < 8 {
      embedding[o, o2] -= 0.1 * sgd_delta_embedding[o, o2];
    }
  }
