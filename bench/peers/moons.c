/*
 * The moons training step written by hand in plain C, as a good programmer would without tuning: a
 * peer of ../moons.ts. Prints the losses of its first steps and of the last one of an epoch; then for each
 * number that it reads, the seconds that so many epochs take.
 *
 *   cc -O3 -march=native -o moons moons.c && ./moons
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { BATCHES = 80, BATCH = 10, IN = 2, HIDDEN = 16, FIRST_STEPS = 24 };

/* So that nothing is left out as unused. */
static volatile float sink;

static float w1[HIDDEN][IN], b1[HIDDEN], w2[HIDDEN][HIDDEN], b2[HIDDEN], w3[HIDDEN];
static float points[BATCHES][BATCH][IN], labels[BATCHES][BATCH];

/* The inputs of ../inputs.ts. */
static uint32_t hash(uint32_t i, uint32_t salt) {
  uint32_t x = i + salt * 0x9e3779b9u;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return (x ^ (x >> 16)) >> 8;
}

static void noise(float *p, uint32_t n, uint32_t salt, double scale) {
  for (uint32_t i = 0; i < n; i++) p[i] = (float)((hash(i, salt) / 8388608.0 - 1) * scale);
}

static void decay(float *p, const float *g, int n, float lr) {
  for (int i = 0; i < n; i++) p[i] -= lr * (g[i] + 0.0001f * p[i]);
}

static float step(int batch, float lr) {
  float h1[BATCH][HIDDEN], h2[BATCH][HIDDEN], g1[BATCH][HIDDEN] = {0}, g2[BATCH][HIDDEN];
  float dw1[HIDDEN][IN] = {0}, db1[HIDDEN] = {0}, dw2[HIDDEN][HIDDEN] = {0}, db2[HIDDEN] = {0};
  float dw3[HIDDEN] = {0}, loss = 0;
  for (int b = 0; b < BATCH; b++) {
    for (int o = 0; o < HIDDEN; o++) {
      float sum = b1[o];
      for (int i = 0; i < IN; i++) sum += w1[o][i] * points[batch][b][i];
      h1[b][o] = sum > 0 ? sum : 0;
    }
    for (int o = 0; o < HIDDEN; o++) {
      float sum = b2[o];
      for (int i = 0; i < HIDDEN; i++) sum += w2[o][i] * h1[b][i];
      h2[b][o] = sum > 0 ? sum : 0;
    }
    float y = 0;
    for (int i = 0; i < HIDDEN; i++) y += w3[i] * h2[b][i];
    float margin = 1 - labels[batch][b] * y;
    float g = margin > 0 ? -labels[batch][b] / BATCH : 0;
    loss += margin > 0 ? margin / BATCH : 0;
    for (int i = 0; i < HIDDEN; i++) {
      dw3[i] += g * h2[b][i];
      g2[b][i] = h2[b][i] > 0 ? g * w3[i] : 0;
    }
    for (int o = 0; o < HIDDEN; o++) {
      db2[o] += g2[b][o];
      for (int i = 0; i < HIDDEN; i++) {
        dw2[o][i] += g2[b][o] * h1[b][i];
        g1[b][i] += w2[o][i] * g2[b][o];
      }
    }
    for (int o = 0; o < HIDDEN; o++) {
      float gradient = h1[b][o] > 0 ? g1[b][o] : 0;
      db1[o] += gradient;
      for (int i = 0; i < IN; i++) dw1[o][i] += gradient * points[batch][b][i];
    }
  }
  decay(&w1[0][0], &dw1[0][0], HIDDEN * IN, lr);
  decay(b1, db1, HIDDEN, lr);
  decay(&w2[0][0], &dw2[0][0], HIDDEN * HIDDEN, lr);
  decay(b2, db2, HIDDEN, lr);
  decay(w3, dw3, HIDDEN, lr);
  return loss;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void) {
  noise(&points[0][0][0], BATCHES * BATCH * IN, 1, 1);
  for (uint32_t i = 0; i < BATCHES * BATCH; i++) (&labels[0][0])[i] = hash(i, 2) % 2 ? 1 : -1;
  noise(&w1[0][0], HIDDEN * IN, 3, 0.25);
  noise(b1, HIDDEN, 4, 0.25);
  noise(&w2[0][0], HIDDEN * HIDDEN, 5, 0.25);
  noise(b2, HIDDEN, 6, 0.25);
  noise(w3, HIDDEN, 7, 0.25);
  for (int batch = 0; batch < BATCHES; batch++) {
    float loss = step(batch, 0.1f);
    if (batch < FIRST_STEPS) printf("%.9g ", loss);
    if (batch == BATCHES - 1) printf("%.9g\n", loss);
  }
  fflush(stdout);
  for (int epochs; scanf("%d", &epochs) == 1;) {
    double start = now();
    for (int epoch = 0; epoch < epochs; epoch++)
      for (int batch = 0; batch < BATCHES; batch++) sink = step(batch, 0.1f);
    printf("%.9g\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
