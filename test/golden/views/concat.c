static void concat(const float *restrict v, const float *restrict x, float *restrict y) {
  /* concat */
  float pad[7];
  pad[0] = 0.5f;
  for (long inner = 0; inner < 4; ++inner) {
    pad[inner + 1] = v[inner];
  }
  for (long o = 0; o < 2; ++o) {
    pad[o + 5] = 0.5f;
  }
  for (long part = 0; part < 5; ++part) {
    y[part] = x[part + 1];
  }
  for (long part = 0; part < 7; ++part) {
    y[part + 5] = pad[part];
  }
}

int einc_run(void *const *args) {
  concat(args[0], args[1], args[2]);
  return 0;
}
