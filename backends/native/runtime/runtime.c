/*
 * The native half of einc, for Node-API: array memory, loaded kernels, plans, devices and streams.
 *
 *   kernel   int32_t k(void *const *args): 0 is success, anything else an error code. A slot of
 *            `args` is an address or an integer cast to a pointer, so calling a kernel needs no
 *            description of its types and no FFI library.
 *            If a library has a variable `einc_parallel`, it is set to the function through which its
 *            loops use the thread pool: see `pool.c`.
 *   plan     kernels in order, with their arguments; the unit that a stream runs
 *   device   some of the cores: the threads of its streams run there, and those that help them
 *   stream   a thread with a ring of commands
 *   position a number of commands of a stream; others can wait until that many are done
 *   list     commands for several streams, recorded once and queued by one call: see `lists.c`
 *
 * Threads. JavaScript calls run on the thread of their env, here "the caller"; every stream adds
 * one thread, "the worker". Both run kernels, whose loops may be helped by the threads of the pool.
 * A ring has one producer (its caller) and one consumer (its worker). Handles, tables and the links
 * between buffers and plans belong to the caller alone; a worker finds what it needs in a command,
 * and publishes `tail` when it is done with it. While a stream is idle (tail == head) the caller
 * may access what otherwise belongs to the worker. Whoever waits for a position, the caller, a worker of
 * another stream or a promise, announces it in `awaited`; the data checked after that is guarded by the stream's
 * mutex.
 *
 * Lifetime. JavaScript holds handles, never addresses: a number with a generation in it, so a stale
 * or forged one is an error and not a crash. Buffers, libraries, devices and streams are reference-counted:
 * one reference for the handle, one for each plan, stream or queued command that names them. A plan belongs to one
 * stream; when a plan or a buffer is released while queued commands need it, a command queued behind them
 * frees it. So memory is returned as soon as the work before it is done, without polling.
 */
#define NAPI_VERSION 8
#include "pool.c"
#include <dlfcn.h>
#include <node_api.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef int32_t (*kernel_function)(void *const *args);

#define MAX_INDICES 16
#define RING_LENGTH 4096 /* commands; a power of two */
/* About a microsecond: enough to catch a peer that is just finishing, short on a busy core. */
#define SPINS 40
/* How long a program takes between two training steps. */
#define IDLE_SPIN_NANOSECONDS 200000
/* Many times as long as a turn of an event loop with nothing to do, and half of what its timers can tell apart. */
#define ANSWER_NANOSECONDS 500000

struct runtime;

#include "bell.c"
#include "handles.c"
#include "objects.c"
#include "errors.c"
#include "calls.c"
#include "memory.c"
#include "kernels.c"
#include "ring.c"
#include "failures.c"
#include "between-streams.c"
#include "plans.c"
#include "run-plans.c"
#include "promises.c"
#include "streams.c"
#include "lists.c"
#include "resolve-lists.c"
#include "start-lists.c"
#include "flights.c"
#include "devices.c"

/* ---- setup and teardown of an env ------------------------------------------------------------ */

static void end_object(struct runtime *runtime, enum kind kind, void *object)
{
  switch (kind) {
  case STREAM:
    orphan_plans(&runtime->table, object);
    stop_stream(object);
    break;
  case PLAN:
    unlink_plan(object);
    free_plan(object);
    break;
  case BUFFER:
    drop_buffer(object);
    break;
  case LIBRARY:
    forget_kernels(runtime, object);
    drop_library(object);
    break;
  case DEVICE:
    drop_device(object);
    break;
  case LIST:
    free_list(object);
    break;
  case KERNEL:
    free(object);
    break;
  case NOTHING:
    break;
  }
}

static void end_all(struct runtime *runtime, enum kind kind)
{
  for (uint32_t i = 0; i < runtime->table.length; i++) {
    struct slot *slot = &runtime->table.slots[i];
    if (slot->kind != kind) continue;
    slot->kind = NOTHING;
    end_object(runtime, kind, slot->object);
  }
}

/* All first, since one stream may wait for another. */
static void abandon_streams(struct runtime *runtime)
{
  for (uint32_t i = 0; i < runtime->table.length; i++) {
    struct slot *slot = &runtime->table.slots[i];
    if (slot->kind != STREAM) continue;
    struct stream *stream = slot->object;
    atomic_store(&stream->abandoned, true);
  }
}

static void end_runtime(void *data)
{
  struct runtime *runtime = data;
  napi_remove_async_cleanup_hook(runtime->hook);
  free(runtime);
}

/* Node waits until the hook is removed. */
static void tear_down(napi_async_cleanup_hook_handle hook, void *data)
{
  struct runtime *runtime = data;
  (void)hook;
  abandon_streams(runtime);
  end_all(runtime, STREAM);
  end_all(runtime, PLAN);
  end_all(runtime, BUFFER);
  end_all(runtime, LIBRARY);
  end_all(runtime, DEVICE);
  end_all(runtime, LIST);
  leave_pool();
  forget_settled(runtime);
  free(runtime->table.slots);
  close_bell(runtime->bell, end_runtime);
}

static struct runtime *make_runtime(napi_env env)
{
  struct runtime *runtime = aligned_alloc(_Alignof(struct runtime), sizeof *runtime);
  if (runtime == NULL) return NULL;
  memset(runtime, 0, sizeof *runtime);
  runtime->env = env;
  runtime->table.first_free = NO_SLOT;
  runtime->bell = make_bell(env, complete_settled, runtime);
  if (runtime->bell == NULL) {
    free(runtime);
    return NULL;
  }
  if (napi_add_async_cleanup_hook(env, tear_down, runtime, &runtime->hook) == napi_ok) {
    join_pool();
    return runtime;
  }
  close_bell(runtime->bell, free);
  return NULL;
}

static const struct {
  const char *name;
  napi_callback function;
} functions[] = {
  { "allocate", js_allocate },
  { "free", js_free },
  { "address", js_address },
  { "window", js_window },
  { "liveBytes", js_live_bytes },
  { "write", js_write },
  { "read", js_read },
  { "open", js_open },
  { "kernel", js_kernel },
  { "close", js_close },
  { "createPlan", js_create_plan },
  { "destroyPlan", js_destroy_plan },
  { "launch", js_launch },
  { "loop", js_loop },
  { "run", js_run },
  { "runLoop", js_run_loop },
  { "createStream", js_create_stream },
  { "destroyStream", js_destroy_stream },
  { "busy", js_busy },
  { "hold", js_hold },
  { "release", js_release },
  { "createList", js_create_list },
  { "destroyList", js_destroy_list },
  { "start", js_start },
  { "wait", js_wait },
  { "idle", js_idle },
  { "finished", js_finished },
  { "waitFor", js_wait_for },
  { "copy", js_copy },
  { "createDevice", js_create_device },
  { "destroyDevice", js_destroy_device },
  { "sizePool", js_size_pool },
};

NAPI_MODULE_INIT()
{
  struct runtime *runtime = make_runtime(env);
  if (runtime == NULL) return throw_error(env, "the native runtime cannot start");
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function,
                             runtime, &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[i].name, function) != napi_ok) {
      return throw_error(env, "the native runtime cannot export %s", functions[i].name);
    }
  }
  return exports;
}
