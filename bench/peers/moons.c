/*
 * The moons training step written by hand in plain C, as a good programmer would without tuning:
 * the peer of bench/moons.ts. Prints the microseconds of one step, the median of nine rounds.
 *
 *   cc -O3 -march=native -o moons moons.c && ./moons
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCHES = 80, BATCH = 10, IN = 2, HIDDEN = 16, ROUNDS = 9, EPOCHS = 40 };

static float w1[HIDDEN][IN], b1[HIDDEN], w2[HIDDEN][HIDDEN], b2[HIDDEN], w3[HIDDEN];
static float points[BATCHES][BATCH][IN], labels[BATCHES][BATCH];

static void randomise(float *p, int n, float scale) {
  for (int i = 0; i < n; i++) p[i] = scale * ((float)rand() / (float)RAND_MAX - 0.5f);
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
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  randomise(&points[0][0][0], BATCHES * BATCH * IN, 2);
  randomise(&labels[0][0], BATCHES * BATCH, 1);
  for (int i = 0; i < BATCHES * BATCH; i++) (&labels[0][0])[i] = (&labels[0][0])[i] > 0 ? 1 : -1;
  randomise(&w1[0][0], HIDDEN * IN, 0.5f);
  randomise(b1, HIDDEN, 0.5f);
  randomise(&w2[0][0], HIDDEN * HIDDEN, 0.5f);
  randomise(b2, HIDDEN, 0.5f);
  randomise(w3, HIDDEN, 0.5f);
  double times[ROUNDS], total = 0;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    for (int epoch = 0; epoch < EPOCHS; epoch++)
      for (int batch = 0; batch < BATCHES; batch++) total += step(batch, 0.1f);
    times[round] = (now() - start) / (EPOCHS * BATCHES);
  }
  qsort(times, ROUNDS, sizeof *times, ascending);
  printf("%.4f %g\n", times[ROUNDS / 2], total);
  return 0;
}
