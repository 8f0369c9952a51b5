/*
 * Thread pools for parallel loops. There is one pool for the process, and one for each
 * device that is a part of the machine. Its threads are started when a loop first needs them, and a loop
 * uses the whole pool: `share_turns` divides its turns (iterations) into as many ranges as there are
 * threads, runs the first itself and gives one to each helper thread. Which thread runs which turns depends only
 * on the counts.
 *
 * A loop that finds the pool in use runs all turns itself: that of another stream, which would only wait for
 * processors that are all busy, and a loop nested in another parallel loop.
 *
 * With one thread per core of a pool, every helper is pinned to a core of its own, never the one its
 * caller is on: the system is slow to separate two threads that it has put on the same core.
 *
 * A helper and its caller synchronise through one word, `state`. An idle helper spins
 * for a while, since the next loop of a routine often follows immediately, and then sleeps; so does a
 * caller whose helper is late. `part` and the fields beside it belong to the caller, but to the helper
 * while the state is BUSY or AWAITED.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Turns first, …, last - 1 of a loop. */
typedef void (*part_function)(long first, long last, void *const *args);

#define MAX_THREADS 1024
#define THREAD_STACK_BYTES ((size_t)8 << 20)
/* Several times as long as falling asleep and being woken takes. */
#define SPIN_NANOSECONDS 50000

enum helper_state {
  IDLE,    /* spins */
  ASLEEP,  /* waits for the state to change */
  BUSY,
  AWAITED, /* busy, and the caller sleeps until it is done */
  LEAVING,
};

struct pool;

struct helper {
  _Alignas(64) _Atomic uint32_t state;
  pthread_t thread;
  struct pool *pool;
  part_function part;
  void *const *args;
  long first;
  long last;
  int32_t core;
};

#define NO_CORE (-1)

/* The core of each processor. */
struct cores {
  uint32_t count;
  int32_t of[CPU_SETSIZE];
};

struct pool {
  _Atomic bool taken;        /* whoever has set this owns the fields below */
  _Atomic uint32_t threads;  /* including the caller's; read by anyone */
  uint32_t helper_count;     /* how many have been started */
  struct helper *helpers;
  struct cores cores;        /* none: helpers run anywhere */
  int32_t vacant;            /* the core without a helper */
};

static struct pool whole = { .threads = 1 };
static _Atomic uint32_t users;  /* envs; when the last one ends, so do the threads of `whole` */

/* The pool of the device that this thread works for; NULL: `whole`. */
static _Thread_local struct pool *own_pool;

static void relax(void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static uint64_t now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/*
 * Waits for a state other than `old`, for a limited time. Yields, because on a busy machine the thread that
 * is waited for may be queued behind this one, on the same processor.
 */
static uint32_t spin(struct helper *helper, uint32_t old)
{
  uint64_t end = now() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 16; i++) {
      uint32_t state = atomic_load_explicit(&helper->state, memory_order_acquire);
      if (state != old) return state;
      relax();
    }
    sched_yield();
  } while (now() < end);
  return old;
}

/* Spins while the state is `waiting`; then sets it to `sleeping` and sleeps until it changes. */
static uint32_t wait_for_change(struct helper *helper, uint32_t waiting, uint32_t sleeping)
{
  uint32_t state = spin(helper, waiting);
  if (state != waiting || !atomic_compare_exchange_strong(&helper->state, &state, sleeping)) {
    return state;
  }
  do {
    syscall(SYS_futex, &helper->state, FUTEX_WAIT_PRIVATE, sleeping, NULL);
    state = atomic_load(&helper->state);
  } while (state == sleeping);
  return state;
}

static void change_state(struct helper *helper, uint32_t state, uint32_t sleeping)
{
  if (atomic_exchange(&helper->state, state) != sleeping) return;
  syscall(SYS_futex, &helper->state, FUTEX_WAKE_PRIVATE, 1);
}

static void *help(void *argument)
{
  struct helper *helper = argument;
  own_pool = helper->pool;
  while (wait_for_change(helper, IDLE, ASLEEP) != LEAVING) {
    helper->part(helper->first, helper->last, helper->args);
    change_state(helper, IDLE, AWAITED);
  }
  return NULL;
}

/* Signals are left to the thread on which Node handles them. */
static bool start_thread(pthread_t *thread, const char *name, void *(*run)(void *), void *argument)
{
  pthread_attr_t attributes;
  sigset_t all;
  sigset_t before;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int status = pthread_create(thread, &attributes, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (status != 0) return false;
  pthread_setname_np(*thread, name);
  return true;
}

/* ---- with the pool taken --------------------------------------------------------------------- */

static void pin(struct helper *helper, int32_t core)
{
  const struct cores *cores = &helper->pool->cores;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  for (uint32_t i = 0; i < cores->count; i++) {
    if (cores->of[i] == core) CPU_SET(i, &processors);
  }
  /* If this is refused, the helper stays where it was. */
  pthread_setaffinity_np(helper->thread, sizeof processors, &processors);
  helper->core = core;
}

/* Moves a helper on the caller's core to the core that the caller has left. */
static void make_way(struct pool *pool)
{
  if (pool->cores.count == 0) return;
  int processor = sched_getcpu();
  bool is_known = processor >= 0 && (uint32_t)processor < pool->cores.count;
  int32_t core = is_known ? pool->cores.of[processor] : NO_CORE;
  if (core == pool->vacant || core == NO_CORE) return;
  for (uint32_t i = 0; i < pool->helper_count; i++) {
    if (pool->helpers[i].core == core) pin(&pool->helpers[i], pool->vacant);
  }
  pool->vacant = core;
}

static void start_helpers(struct pool *pool)
{
  uint32_t wanted = atomic_load(&pool->threads) - 1;
  pool->helpers = aligned_alloc(_Alignof(struct helper), wanted * sizeof *pool->helpers);
  while (pool->helpers != NULL && pool->helper_count < wanted) {
    struct helper *helper = &pool->helpers[pool->helper_count];
    atomic_init(&helper->state, IDLE);
    helper->pool = pool;
    if (!start_thread(&helper->thread, "einc-helper", help, helper)) break;
    if (pool->cores.count > 0) pin(helper, (int32_t)pool->helper_count + 1);
    pool->helper_count++;
  }
  pool->vacant = 0;
  /* If no more threads can be created, it does not try again. */
  atomic_store(&pool->threads, pool->helper_count + 1);
}

static void end_helpers(struct pool *pool)
{
  for (uint32_t i = 0; i < pool->helper_count; i++) {
    change_state(&pool->helpers[i], LEAVING, ASLEEP);
    pthread_join(pool->helpers[i].thread, NULL);
  }
  free(pool->helpers);
  pool->helpers = NULL;
  pool->helper_count = 0;
}

static void give_part(struct helper *helper, part_function part, long first, long last,
                      void *const *args)
{
  helper->part = part;
  helper->args = args;
  helper->first = first;
  helper->last = last;
  change_state(helper, BUSY, ASLEEP);
}

/* The first turn of a part; parts differ by at most one turn. */
static long first_of(long part, long parts, long turns)
{
  long longer = turns % parts;
  return part * (turns / parts) + (part < longer ? part : longer);
}

static void share(struct pool *pool, long turns, part_function part, void *const *args)
{
  long threads = (long)pool->helper_count + 1;
  long parts = turns < threads ? turns : threads;
  make_way(pool);
  for (long i = parts - 1; i > 0; i--) {
    long first = first_of(i, parts, turns);
    give_part(&pool->helpers[i - 1], part, first, first_of(i + 1, parts, turns), args);
  }
  part(0, first_of(1, parts, turns), args);
  for (long i = parts - 1; i > 0; i--) wait_for_change(&pool->helpers[i - 1], BUSY, AWAITED);
}

/* ---- interface ------------------------------------------------------------------------------- */

static bool try_to_take(struct pool *pool)
{
  return !atomic_load_explicit(&pool->taken, memory_order_relaxed) &&
         !atomic_exchange(&pool->taken, true);
}

static void take(struct pool *pool)
{
  while (!try_to_take(pool)) sched_yield();
}

static void give_back(struct pool *pool)
{
  atomic_store_explicit(&pool->taken, false, memory_order_release);
}

/* Runs all turns; returns when they are done. */
static void share_turns(long turns, part_function part, void *const *args)
{
  struct pool *pool = own_pool != NULL ? own_pool : &whole;
  if (turns < 2 || atomic_load_explicit(&pool->threads, memory_order_relaxed) < 2 ||
      !try_to_take(pool)) {
    part(0, turns, args);
    return;
  }
  if (pool->helpers == NULL) start_helpers(pool);
  share(pool, turns, part, args);
  give_back(pool);
}

/*
 * Sets how many threads loops run on, including the caller's. `cores` gives the core of each processor, with as
 * many cores as threads; empty if helpers are not to be pinned.
 */
static void size_pool_of(struct pool *pool, uint32_t threads, const struct cores *cores)
{
  take(pool);
  if (threads != atomic_load(&pool->threads)) {
    end_helpers(pool);
    atomic_store(&pool->threads, threads);
    pool->cores = *cores;
  }
  give_back(pool);
}

static void end_pool(struct pool *pool)
{
  take(pool);
  end_helpers(pool);
  give_back(pool);
}

static void size_pool(uint32_t threads, const struct cores *cores)
{
  size_pool_of(&whole, threads, cores);
}

static void join_pool(void)
{
  atomic_fetch_add(&users, 1);
}

static void leave_pool(void)
{
  if (atomic_fetch_sub(&users, 1) == 1) end_pool(&whole);
}
