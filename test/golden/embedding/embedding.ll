embedding(batch : [0..9]):
  device classes: f32[10, 4, 1], embedding: f32[50, 8], loss: f32[1], w: f32[1, 8], words:
      f32[10, 4, 3];
  /* loss gradient */
  local bag: f32[4, 8];
  for b < 4 {
    for o < 8 {
      local bag_sum: f32 := 0;
      for t < 3 {
        bag_sum += embedding[at(words[batch, b, t]), o];
      }
      bag[b, o] := bag_sum;
    }
  }
  local tanh: f32[4, 1];
  for b < 4 {
    local matmul: f32 := 0;
    for i < 8 {
      matmul := fma(w[0, i], bag[b, i], matmul);
    }
    tanh[b, 0] := tanh(matmul);
  }
  local margin: f32[4, 1];
  for b < 4 {
    margin[b, 0] := relu(fma(neg(classes[batch, b, 0]), tanh[b, 0], 1));
  }
  local sum: f32 := 0;
  for b < 4 {
    sum += margin[b, 0];
  }
  loss[0] := sum * 0.25;
  /* loss zero grads and backprop */
  local embedding.grad: f32[50, 8];
  zero_out embedding.grad;
  local matmul.grad: f32[4, 1];
  for b < 4 {
    matmul.grad[b, 0] := neg(where(0 < margin[b, 0], 0.25, 0)) * classes[batch, b, 0] *
        fma(neg(tanh[b, 0]), tanh[b, 0], 1);
  }
  local bag.grad: f32[4, 8];
  for b < 4 {
    for i < 8 {
      bag.grad[b, i] := matmul.grad[b, 0] * w[0, i];
    }
  }
  for b < 4 {
    for b2 < 3 {
      for o < 8 {
        embedding.grad[at(words[batch, b, b2]), o] += bag.grad[b, o];
      }
    }
  }
  /* gd update */
  /* w param sgd step */
  for i < 8 {
    local w.grad: f32 := 0;
    for b < 4 {
      w.grad := fma(matmul.grad[b, 0], bag[b, i], w.grad);
    }
    w[0, i] -= 0.1 * fma(0, w[0, i], w.grad);
  }
  /* embedding param sgd step */
  for o < 50 {
    for o2 < 8 {
      embedding[o, o2] -= 0.1 * fma(0, embedding[o, o2], embedding.grad[o, o2]);
    }
  }
