static __device__ __forceinline__ float relu_f32(float a) { return a < 0 ? 0 : a; }
static __device__ __forceinline__ float where_f32(bool c, float a, float b) { return c ? a : b; }

extern "C" __global__ void __launch_bounds__(256) scalar_loss_gradient_then_gd_update_w1(
  float *__restrict__ b1, float *__restrict__ b2, float *__restrict__ learning_rate,
  const float *__restrict__ moons_classes, const float *__restrict__ moons_flat,
  float *__restrict__ scalar_loss, float *__restrict__ w1, float *__restrict__ w2,
  float *__restrict__ w3, const long long batch_given, const long long step_given) {
  const int batch = batch_given;
  const int step = step_given;
  alignas(16) __shared__ float relu[160];
  alignas(16) __shared__ float relu2[160];
  alignas(16) __shared__ float margin_loss[10];
  alignas(16) __shared__ float mlp_moons_input_grad[10];
  alignas(16) __shared__ float add2_grad[160];
  alignas(16) __shared__ float add_grad[160];
  __shared__ float sum;
  /* scalar_loss gradient */
  if (threadIdx.x < 160) {
    const int turn = threadIdx.x;
    const int b = turn / 16;
    const int o = turn % 16;
    float matmul = 0.0f;
    for (int i = 0; i < 2; ++i) {
      matmul = fmaf(w1[o * 2 + i], moons_flat[(batch * 10 + b) * 2 + i], matmul);
    }
    relu[b * 16 + o] = relu_f32(b1[o] + matmul);
  }
  __syncthreads();
  if (threadIdx.x < 160) {
    const int turn = threadIdx.x;
    const int b = turn / 16;
    const int o = turn % 16;
    float matmul2 = 0.0f;
    for (int i = 0; i < 16; ++i) {
      matmul2 = fmaf(w2[o * 16 + i], relu[b * 16 + i], matmul2);
    }
    relu2[b * 16 + o] = relu_f32(b2[o] + matmul2);
  }
  __syncthreads();
  if (threadIdx.x < 10) {
    const int b = threadIdx.x;
    float mlp_moons_input = 0.0f;
    for (int i = 0; i < 16; ++i) {
      mlp_moons_input = fmaf(w3[i], relu2[b * 16 + i], mlp_moons_input);
    }
    margin_loss[b] = relu_f32(fmaf(-moons_classes[batch * 10 + b], mlp_moons_input, 1.0f));
  }
  __syncwarp();
  if (threadIdx.x < 1) {
    sum = 0.0f;
    for (int b = 0; b < 10; ++b) {
      sum += margin_loss[b];
    }
    scalar_loss[0] = sum / 10.0f;
  }
  /* scalar_loss zero grads and backprop */
  if (threadIdx.x < 10) {
    const int b = threadIdx.x;
    mlp_moons_input_grad[b] = -(0.0f < margin_loss[b] ? 0.1f : 0.0f) *
        moons_classes[batch * 10 + b];
  }
  __syncthreads();
  if (threadIdx.x < 160) {
    const int turn = threadIdx.x;
    const int b = turn / 16;
    const int o = turn % 16;
    add2_grad[b * 16 + o] = where_f32(0.0f < relu2[b * 16 + o], mlp_moons_input_grad[b] * w3[o],
        0.0f);
  }
  __syncthreads();
  if (threadIdx.x < 160) {
    const int turn = threadIdx.x;
    const int b = turn / 16;
    const int o = turn % 16;
    float relu_grad = 0.0f;
    for (int o2 = 0; o2 < 16; ++o2) {
      relu_grad = fmaf(add2_grad[b * 16 + o2], w2[o2 * 16 + o], relu_grad);
    }
    add_grad[b * 16 + o] = 0.0f < relu[b * 16 + o] ? relu_grad : 0.0f;
  }
  /* gd update */
  /* w3 param sgd step */
  if (threadIdx.x < 1) {
    learning_rate[0] = 0.1f * (12800.0f - (float)step) / 6400.0f;
  }
  __syncwarp();
  if (threadIdx.x < 16) {
    const int i = threadIdx.x;
    float w3_grad = 0.0f;
    for (int b = 0; b < 10; ++b) {
      w3_grad = fmaf(mlp_moons_input_grad[b], relu2[b * 16 + i], w3_grad);
    }
    w3[i] -= learning_rate[0] * fmaf(0.0001f, w3[i], w3_grad);
  }
  /* b2 param sgd step */
  if (threadIdx.x < 16) {
    const int o = threadIdx.x;
    float b2_grad = 0.0f;
    for (int b = 0; b < 10; ++b) {
      b2_grad += add2_grad[b * 16 + o];
    }
    b2[o] -= learning_rate[0] * fmaf(0.0001f, b2[o], b2_grad);
  }
  /* w2 param sgd step */
  __syncthreads();
  {
    const int turn = threadIdx.x;
    const int o = turn / 16;
    const int i = turn % 16;
    float w2_grad = 0.0f;
    for (int b = 0; b < 10; ++b) {
      w2_grad = fmaf(add2_grad[b * 16 + o], relu[b * 16 + i], w2_grad);
    }
    w2[o * 16 + i] -= learning_rate[0] * fmaf(0.0001f, w2[o * 16 + i], w2_grad);
  }
  /* b1 param sgd step */
  if (threadIdx.x < 16) {
    const int o = threadIdx.x;
    float b1_grad = 0.0f;
    for (int b = 0; b < 10; ++b) {
      b1_grad += add_grad[b * 16 + o];
    }
    b1[o] -= learning_rate[0] * fmaf(0.0001f, b1[o], b1_grad);
  }
  /* w1 param sgd step */
  if (threadIdx.x < 32) {
    const int turn = threadIdx.x;
    const int o = turn / 2;
    const int i = turn % 2;
    float w1_grad = 0.0f;
    for (int b = 0; b < 10; ++b) {
      w1_grad = fmaf(add_grad[b * 16 + o], moons_flat[(batch * 10 + b) * 2 + i], w1_grad);
    }
    w1[o * 2 + i] -= learning_rate[0] * fmaf(0.0001f, w1[o * 2 + i], w1_grad);
  }
}
