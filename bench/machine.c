/*
 * Peak performance of this machine: multiply-adds on the widest vectors, and reading and writing
 * arrays larger than the caches, on as many threads as the first argument says. Prints GFLOP/s and GB/s, each the
 * best of several rounds. Then it answers each line, `operations COUNT` or `bytes COUNT`, with the seconds that so many take
 * at that moment.
 *
 *   cc -O3 -march=native -pthread -o machine machine.c && ./machine 1 < /dev/null
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
static long positions[MAX_THREADS];

static void multiply_add(int thread, double operations) {
  (void)thread;
  vector x[SUMS], factor = {0}, term = {0};
  factor += 0.999f;
  term += 0.001f;
  for (int i = 0; i < SUMS; i++) x[i] = term + (float)i;
  for (long steps = (long)(operations / (2 * SUMS * LANES)); steps > 0; steps--) {
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

static long cells_of_thread(void) { return CELLS / threads / 128 * 128; }

/* Continues where the thread stopped the last time, whose cells a cache may still hold. */
static void move(int thread, double cells, void (*part)(long from, long to)) {
  long all = cells_of_thread(), first = thread * all;
  for (long left = (long)(cells / 128) * 128; left > 0;) {
    long at = positions[thread], count = left < all - at ? left : all - at;
    part(first + at, first + at + count);
    positions[thread] = (at + count) % all;
    left -= count;
  }
}

static void read_bytes(int thread, double bytes) { move(thread, bytes / 4, read_all); }

static void move_bytes(int thread, double bytes) { move(thread, bytes / 12, triad); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Work of one thread: so many operations, or bytes. */
typedef void work(int thread, double amount);

struct job {
  int thread;
  work *work;
  double amount;
};

static void *run(void *argument) {
  const struct job *job = argument;
  pthread_barrier_wait(&barrier);
  started[job->thread] = now();
  job->work(job->thread, job->amount);
  ended[job->thread] = now();
  return NULL;
}

/* The seconds that all threads together take for an amount of work. */
static double seconds_for(work *work, double amount) {
  pthread_t handles[MAX_THREADS];
  struct job jobs[MAX_THREADS];
  pthread_barrier_init(&barrier, NULL, (unsigned)threads);
  for (int i = 0; i < threads; i++) {
    jobs[i] = (struct job){i, work, amount / threads};
    if (pthread_create(&handles[i], NULL, run, &jobs[i])) exit(1);
  }
  double first = 1e300, last = 0;
  for (int i = 0; i < threads; i++) {
    pthread_join(handles[i], NULL);
    if (started[i] < first) first = started[i];
    if (ended[i] > last) last = ended[i];
  }
  pthread_barrier_destroy(&barrier);
  return last - first;
}

/* The work of a second, at best. */
static double best(work *work, double amount) {
  double shortest = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    double seconds = seconds_for(work, amount);
    if (seconds < shortest) shortest = seconds;
  }
  return amount / shortest;
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
  double cells = (double)cells_of_thread() * threads;
  double reading = best(read_bytes, 4 * cells), mixed = best(move_bytes, 12 * cells);
  double operations = best(multiply_add, 2.0 * STEPS * SUMS * LANES * threads);
  work *moving = reading > mixed ? read_bytes : move_bytes;
  printf("%.4g %.4g\n", 1e-9 * operations, 1e-9 * (reading > mixed ? reading : mixed));
  fflush(stdout);
  char unit[16];
  for (double amount; scanf("%15s %lf", unit, &amount) == 2; fflush(stdout))
    printf("%.9g\n", seconds_for(strcmp(unit, "bytes") == 0 ? moving : multiply_add, amount));
  return 0;
}
