/*
 * Peak performance of this machine: multiply-adds on the widest vectors, and reading and writing
 * arrays larger than the caches. Prints GFLOP/s and GB/s, each the best of several rounds, on as many
 * threads as the first argument says.
 *
 *   cc -O3 -march=native -pthread -o machine machine.c && ./machine 1
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined __AVX512F__
enum { LANES = 16 };
#elif defined __AVX__
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
/* Enough sums at once to hide the latency of one, and few enough for the registers of AVX2. */
enum { ROUNDS = 9, SUMS = 12, STEPS = 2000000, MAX_THREADS = 1024 };
static const long CELLS = 1 << 24;

typedef float vector __attribute__((vector_size(4 * LANES)));

static int threads;
static pthread_barrier_t barrier;
static double started[MAX_THREADS], ended[MAX_THREADS];
static volatile float sink;
static float *a, *b, *c;

static void multiply_add(long from, long to) {
  (void)from, (void)to;
  vector x[SUMS], factor = {0}, term = {0};
  factor += 0.999f;
  term += 0.001f;
  for (int i = 0; i < SUMS; i++) x[i] = term + (float)i;
  for (int step = 0; step < STEPS; step++) {
#pragma GCC unroll 12
    for (int i = 0; i < SUMS; i++) x[i] = x[i] * factor + term;
  }
  vector sum = x[0];
  for (int i = 1; i < SUMS; i++) sum += x[i];
  sink = sum[0];
}

/* Two reads and a write for each cell. */
static void triad(long from, long to) {
  for (long i = from; i < to; i += LANES)
    *(vector *)(a + i) = *(vector *)(b + i) + 0.5f * *(vector *)(c + i);
}

static void read_all(long from, long to) {
  vector sums[8] = {{0}};
  for (long i = from; i < to; i += 8 * LANES) {
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) sums[k] += *(vector *)(b + i + k * LANES);
  }
  for (int k = 1; k < 8; k++) sums[0] += sums[k];
  sink = sums[0][0];
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct job {
  int id;
  void (*work)(long from, long to);
};

static void *run(void *argument) {
  const struct job *job = argument;
  long share = CELLS / threads / 128 * 128;
  pthread_barrier_wait(&barrier);
  started[job->id] = now();
  job->work(job->id * share, (job->id + 1) * share);
  ended[job->id] = now();
  return NULL;
}

/* The seconds that all threads together take at best. */
static double best(void (*work)(long, long)) {
  double shortest = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_t handles[MAX_THREADS];
    struct job jobs[MAX_THREADS];
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
      jobs[i] = (struct job){i, work};
      if (pthread_create(&handles[i], NULL, run, &jobs[i])) exit(1);
    }
    double first = 1e300, last = 0;
    for (int i = 0; i < threads; i++) {
      pthread_join(handles[i], NULL);
      if (started[i] < first) first = started[i];
      if (ended[i] > last) last = ended[i];
    }
    pthread_barrier_destroy(&barrier);
    if (last - first < shortest) shortest = last - first;
  }
  return shortest;
}

static float *filled(void) {
  float *cells = aligned_alloc(4096, (size_t)CELLS * sizeof *cells);
  if (!cells) exit(1);
  for (long i = 0; i < CELLS; i++) cells[i] = (float)(i & 1023);
  return cells;
}

int main(int count, char **arguments) {
  threads = count > 1 ? atoi(arguments[1]) : 1;
  if (threads < 1 || threads > MAX_THREADS) return 1;
  a = filled(), b = filled(), c = filled();
  double cells = (double)(CELLS / threads / 128 * 128 * threads);
  double multiply_adds = (double)STEPS * SUMS * LANES * threads;
  double reading = 4 * cells / best(read_all), mixed = 12 * cells / best(triad);
  printf("%.4g %.4g\n", 2e-9 * multiply_adds / best(multiply_add),
         1e-9 * (reading > mixed ? reading : mixed));
  return 0;
}
