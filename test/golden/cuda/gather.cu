static __device__ __forceinline__ long position(double a, long n) { return a >= 0 && a < n && (long)a == a ? (long)a : -1; }

extern "C" __global__ void __launch_bounds__(256) embedding_y(
  const float *__restrict__ ids, const float *__restrict__ table, float *__restrict__ y) {
  const int turn = blockIdx.x * 256 + threadIdx.x;
  const int b = turn / 64;
  const int d = turn % 64;
  const long long at = position(ids[b], 1000);
  y[b * 64 + d] = at < 0 ? 0.0f : table[at * 64 + d];
}
