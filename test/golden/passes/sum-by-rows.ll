/* before */
bias_gradient():
  device y.grad: f32[128, 6], bias.grad: f32[6];
  zero_out bias.grad;
  for o < 6 {
    for b < 128 {
      bias.grad[o] += y.grad[b, o];
    }
  }

/* after sum-by-rows */
bias_gradient():
  device y.grad: f32[128, 6], bias.grad: f32[6];
  zero_out bias.grad;
  local bias.grad_blocks: f32[16, 6];
  for b_block < 16 {
    for o < 6 {
      bias.grad_blocks[b_block, o] := 0;
    }
    for b < 8 {
      for o < 6 {
        bias.grad_blocks[b_block, o] += y.grad[8*b_block + b, o];
      }
    }
  }
  for o < 6 {
    for b_block < 16 {
      bias.grad[o] += bias.grad_blocks[b_block, o];
    }
  }
