float fmaf(float, float, float);

static void loss_gradient(float *restrict loss, const float *restrict w, float *restrict w_grad) {
  /* loss gradient */
  float sub[5];
  for (long o = 0; o < 5; ++o) {
    sub[o] = w[o + 1] - w[o];
  }
  loss[0] = 0.0f;
  for (long i = 0; i < 5; ++i) {
    loss[0] = fmaf(sub[i], w[-1 * i + 5], loss[0]);
  }
  /* loss zero grads and backprop */
  for (long k = 0; k < 6; ++k) w_grad[k] = 0.0f;
  float slice3_grad[6] = {0};
  for (long o = 0; o < 5; ++o) {
    slice3_grad[o] = sub[o];
  }
  for (long o = 0; o < 6; ++o) {
    w_grad[-1 * o + 5] += slice3_grad[o];
  }
  for (long o = 0; o < 5; ++o) {
    w_grad[o] += -w[-1 * o + 5];
  }
  for (long o = 0; o < 5; ++o) {
    w_grad[o + 1] += w[-1 * o + 5];
  }
}

int einc_run(void *const *args) {
  loss_gradient(args[0], args[1], args[2]);
  return 0;
}
