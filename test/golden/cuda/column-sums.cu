extern "C" __global__ void __launch_bounds__(256) bias_gradient_bias_grad_parts(
  const float *__restrict__ g, float *__restrict__ bias_grad_parts) {
  const int turn = blockIdx.x * 256 + threadIdx.x;
  const int b_part = turn / 512;
  const int o = turn % 512;
  bias_grad_parts[b_part * 512 + o] = 0.0f;
  float bias_grad_parts_sum = bias_grad_parts[b_part * 512 + o];
  for (int b = 0; b < 64; ++b) {
    bias_grad_parts_sum += g[(64 * b_part + b) * 512 + o];
  }
  bias_grad_parts[b_part * 512 + o] = bias_grad_parts_sum;
}

extern "C" __global__ void __launch_bounds__(64) bias_gradient_bias_grad(
  float *__restrict__ bias_grad, const float *__restrict__ bias_grad_parts) {
  const int o = blockIdx.x * 64 + threadIdx.x;
  float bias_grad_sum = 0.0f;
  for (int b = 0; b < 64; ++b) {
    bias_grad_sum += bias_grad_parts[b * 512 + o];
  }
  bias_grad[o] = bias_grad_sum;
}
