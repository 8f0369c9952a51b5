static void reshape(const float *restrict x, float *restrict y, float *restrict z) {
  /* reshape */
  for (long o = 0; o < 4; ++o) {
    for (long o2 = 0; o2 < 2; ++o2) {
      for (long o3 = 0; o3 < 3; ++o3) {
        y[(2 * o + o2) * 3 + o3] = x[o * 6 + 3 * o2 + o3];
      }
    }
  }
  for (long o = 0; o < 3; ++o) {
    for (long o2 = 0; o2 < 8; ++o2) {
      z[o * 8 + o2] = x[8 * o + o2] + 1.0f;
    }
  }
}

int einc_run(void *const *args) {
  reshape(args[0], args[1], args[2]);
  return 0;
}
