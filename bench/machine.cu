/*
 * Peak performance of this GPU: multiply-adds in f32 outside the tensor cores, and copying an array larger than
 * the caches. Prints GFLOP/s and GB/s, read and written, each the best of several rounds.
 *
 *   nvcc -O3 -gencode arch=compute_75,code=compute_75 -o machine machine.cu && ./machine
 */
#include <cstdio>
#include <cstdlib>

static const int rounds = 9, threads = 256, sums = 8, steps = 4096;
static const size_t bytes = size_t(1) << 30;

static void check(cudaError_t status) {
  if (status == cudaSuccess) return;
  fprintf(stderr, "%s\n", cudaGetErrorString(status));
  exit(1);
}

/* Enough sums at once to hide the latency of one. */
__global__ void multiply_add(float *out, float factor, float term) {
  float x[sums];
  for (int i = 0; i < sums; i++) x[i] = term + float(threadIdx.x + i);
  for (int step = 0; step < steps; step++) {
#pragma unroll
    for (int i = 0; i < sums; i++) x[i] = fmaf(x[i], factor, term);
  }
  float sum = 0;
  for (int i = 0; i < sums; i++) sum += x[i];
  /* Never, which the compiler does not know. */
  if (sum == 12345.678f) out[0] = sum;
}

__global__ void copy(float4 *to, const float4 *from, size_t cells) {
  size_t stride = size_t(gridDim.x) * blockDim.x;
  for (size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x; i < cells; i += stride) to[i] = from[i];
}

/* The seconds that it takes at best. */
template <class Launch> static double best(Launch launch) {
  cudaEvent_t start, end;
  check(cudaEventCreate(&start));
  check(cudaEventCreate(&end));
  double shortest = 1e300;
  for (int round = 0; round < rounds; round++) {
    check(cudaEventRecord(start));
    launch();
    check(cudaGetLastError());
    check(cudaEventRecord(end));
    check(cudaEventSynchronize(end));
    float ms = 0;
    check(cudaEventElapsedTime(&ms, start, end));
    if (ms * 1e-3 < shortest) shortest = ms * 1e-3;
  }
  return shortest;
}

int main() {
  cudaDeviceProp gpu;
  check(cudaGetDeviceProperties(&gpu, 0));
  float4 *to, *from;
  check(cudaMalloc(&to, bytes));
  check(cudaMalloc(&from, bytes));
  check(cudaMemset(from, 1, bytes));
  int blocks = 8 * gpu.multiProcessorCount;
  double adding = best([&] { multiply_add<<<blocks, threads>>>((float *)to, 0.999f, 0.001f); });
  double copying = best([&] { copy<<<2 * blocks, 1024>>>(to, from, bytes / sizeof(float4)); });
  double operations = 2.0 * sums * steps * double(blocks) * threads;
  printf("%.4g %.4g\n", 1e-9 * operations / adding, 1e-9 * 2 * double(bytes) / copying);
  return 0;
}
