static __device__ __forceinline__ long position(double a, long n) { return a >= 0 && a < n && (long)a == a ? (long)a : -1; }

extern "C" __global__ void __launch_bounds__(256) embedding_gradient_table_grad(
  float *__restrict__ table_grad) {
  const int cell = blockIdx.x * 256 + threadIdx.x;
  table_grad[cell] = 0.0f;
}

extern "C" __global__ void __launch_bounds__(256) embedding_gradient_table_grad2(
  const float *__restrict__ ids, float *__restrict__ table_grad, const float *__restrict__ y_grad) {
  const int turn = blockIdx.x * 256 + threadIdx.x;
  const int row = turn / 64;
  const int d = turn % 64;
  for (int b = 0; b < 512; ++b) {
    const long long at = fmaf(-floorf(ids[b] * 0.001953125f), 512.0f, ids[b]) == (float)row ?
        position(ids[b], 1000) : -1;
    if (at >= 0) table_grad[at * 64 + d] += y_grad[b * 64 + d];
  }
}
