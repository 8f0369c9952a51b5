extern "C" __global__ void __launch_bounds__(256) bias_gradient_bias_grad_blocks(
  const float *__restrict__ g,
  float *__restrict__ bias_grad_blocks) {
  const int b_block = blockIdx.x;
  for (int thread = threadIdx.x; thread < 512; thread += 256) {
    const int o = thread;
    bias_grad_blocks[b_block * 512 + o] = 0.0f;
  }
  __syncthreads();
  for (int thread = threadIdx.x; thread < 512; thread += 256) {
    const int o = thread;
    float bias_grad_blocks_sum = bias_grad_blocks[b_block * 512 + o];
    for (int b = 0; b < 64; ++b) {
      bias_grad_blocks_sum += g[(64 * b_block + b) * 512 + o];
    }
    bias_grad_blocks[b_block * 512 + o] = bias_grad_blocks_sum;
  }
}

extern "C" __global__ void __launch_bounds__(64) bias_gradient_bias_grad(
  float *__restrict__ bias_grad,
  const float *__restrict__ bias_grad_blocks) {
  const int o = blockIdx.x * 64 + threadIdx.x;
  float bias_grad_sum = 0.0f;
  for (int b_block = 0; b_block < 64; ++b_block) {
    bias_grad_sum += bias_grad_blocks[b_block * 512 + o];
  }
  bias_grad[o] = bias_grad_sum;
}
