/*
 * The native half of einc, for Node-API: array memory, loaded kernels, plans, devices and streams.
 *
 *   kernel   int32_t k(void *const *args): 0 is success, anything else an error code. A slot of
 *            `args` is an address or an integer cast to a pointer, so calling a kernel needs no
 *            description of its types and no FFI library.
 *            A library with a variable `einc_parallel` is told there whom its loops can ask for
 *            help: see `pool.c`.
 *   plan     kernels in order, with their arguments; the unit that a stream runs
 *   device   some of the cores: where the threads of its streams run, and those that help them
 *   stream   a thread with a ring of commands
 *   position how many commands of a stream are meant: others can wait for those to be done
 *   list     commands for several streams, recorded once and queued by one call: see `lists.c`
 *
 * Threads. JavaScript calls run on the thread of their env, here "the caller"; every stream adds
 * one thread, "the worker". Both run kernels, whose loops may be helped by the threads of the pool. A ring has one producer (its caller) and one consumer (its worker).
 * Handles, tables and the links between buffers and plans belong to the caller alone; what a
 * worker needs it finds in a command, and it publishes `tail` when it is done with it. While a
 * stream is idle (tail == head) the caller may touch what else belongs to the worker. Who waits for a
 * position, the caller, a worker of another stream or a promise, says so in `awaited`; what then is
 * looked at is under the stream's mutex.
 *
 * Lifetime. JavaScript holds handles, never addresses: a number with a generation in it, so a stale
 * or forged one is an error and not a crash. Buffers, libraries, devices and streams count references:
 * one for the handle, one for each plan, stream or queued command that names them. A plan belongs to one
 * stream; when a plan or a buffer is given up while queued commands need it, a command behind them
 * lets go of it. So memory is returned as soon as the work before it is done, and nobody polls.
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
/* What a program does between two steps of a training. */
#define IDLE_SPIN_NANOSECONDS 200000

struct runtime;

/* ---- handles ------------------------------------------------------------------------------------
 * generation * 2^24 + index, exact in a double. A slot whose generations are used up is retired,
 * so no handle is ever valid twice.
 */

#define INDEX_BITS 24
#define MAX_OBJECTS (1u << INDEX_BITS)
#define MAX_GENERATION ((1u << 28) - 1)
#define NO_SLOT UINT32_MAX

enum kind { NOTHING, BUFFER, LIBRARY, KERNEL, PLAN, STREAM, DEVICE, LIST };

static const char *const kind_names[] = {
  "nothing", "buffer", "library", "kernel", "plan", "stream", "device", "list",
};

struct slot {
  void *object;
  enum kind kind;
  uint32_t generation;
  uint32_t next_free;
};

struct table {
  struct slot *slots;
  uint32_t length;
  uint32_t capacity;
  uint32_t first_free;
};

static bool table_grow(struct table *table)
{
  uint32_t capacity = table->capacity == 0 ? 64 : table->capacity * 2;
  if (capacity > MAX_OBJECTS) return false;
  struct slot *slots = realloc(table->slots, capacity * sizeof *slots);
  if (slots == NULL) return false;
  table->slots = slots;
  table->capacity = capacity;
  return true;
}

/* The new handle, or 0, which is no handle, when there is no room. */
static double table_add(struct table *table, enum kind kind, void *object)
{
  uint32_t index = table->first_free;
  if (index != NO_SLOT) {
    table->first_free = table->slots[index].next_free;
  } else {
    if (table->length == table->capacity && !table_grow(table)) return 0;
    index = table->length++;
    table->slots[index].generation = 0;
  }
  struct slot *slot = &table->slots[index];
  slot->object = object;
  slot->kind = kind;
  slot->generation++;
  return (double)(((uint64_t)slot->generation << INDEX_BITS) | index);
}

static struct slot *table_slot(const struct table *table, double handle)
{
  if (!(handle >= 0 && handle < 9007199254740992.0)) return NULL;
  uint64_t bits = (uint64_t)handle;
  if ((double)bits != handle) return NULL;
  uint64_t index = bits & (MAX_OBJECTS - 1);
  if (index >= table->length) return NULL;
  struct slot *slot = &table->slots[index];
  return slot->generation == bits >> INDEX_BITS ? slot : NULL;
}

static void *table_find(const struct table *table, enum kind kind, double handle)
{
  struct slot *slot = table_slot(table, handle);
  return slot != NULL && slot->kind == kind ? slot->object : NULL;
}

static void table_remove(struct table *table, double handle)
{
  struct slot *slot = table_slot(table, handle);
  if (slot == NULL) return;
  slot->object = NULL;
  slot->kind = NOTHING;
  if (slot->generation == MAX_GENERATION) return;
  slot->next_free = table->first_free;
  table->first_free = (uint32_t)(slot - table->slots);
}

/* ---- what everything is made of -------------------------------------------------------------- */

/* Array memory. Zero-filled; small blocks are aligned for vectors, large ones for huge pages. */
struct buffer {
  _Atomic uint32_t references;
  void *address;
  size_t bytes;
  size_t mapped_bytes;  /* 0: from the heap */
  struct use *uses;     /* the plans that name it; the caller's */
};

/* One argument of a plan that is a buffer, linked to all others of that buffer. */
struct use {
  struct buffer *buffer;  /* NULL once the buffer was freed */
  struct plan *plan;
  struct use *next;
  struct use **link;
};

struct library {
  _Atomic uint32_t references;
  void *loaded;
  struct kernel *kernels;
};

struct kernel {
  kernel_function function;
  struct library *library;
  double handle;
  struct kernel *next;
};

struct step {
  kernel_function function;
  void **arguments;
  struct library *library;
};

/* Where an index goes before a run. */
struct patch {
  void **argument;
  uint32_t index;
};

struct plan {
  double handle;
  struct stream *stream;  /* NULL once the stream was destroyed */
  uint64_t last_command;  /* the stream's head after the plan was last queued */
  bool broken;            /* names a freed buffer */
  uint32_t index_count;
  size_t step_count;
  size_t patch_count;
  size_t use_count;
  struct step *steps;
  struct patch *patches;
  struct use *uses;
  void **arguments;
};

/*
 * The first kernel that failed; code 0 is no failure. Commands from position `first` to `last` are not
 * done; a failure that still holds the stream up has no last one yet.
 */
struct failure {
  int32_t code;
  uint32_t step;
  double plan;
  uint64_t first;
  uint64_t last;
};

struct device {
  _Atomic uint32_t references;
  struct pool pool;
};

/* Settled when its stream has done `target` commands, or when a started list is done. */
struct promise {
  struct runtime *runtime;
  napi_deferred deferred;
  uint64_t target;
  struct failure failure;
  struct flight *flight;  /* NULL for a position */
  struct promise *next;
};

/* From a buffer or from the caller's memory, to a buffer or to the results of a started list. */
struct copy {
  struct buffer *to;      /* those that are there are kept until it is done */
  struct buffer *from;
  void *target;
  const void *source;
  size_t bytes;
  struct flight *flight;  /* whose memory it is in; NULL: in its own */
};

struct recorded;

/* What one call queues, again and again. It owns none of what it names, which is looked up each time. */
struct list {
  size_t stream_count;
  size_t index_count;
  size_t input_count;
  size_t result_count;        /* a number for each stream, and what is asked for */
  size_t copy_count;
  size_t command_count;
  double *stream_handles;
  struct stream **streams;    /* while it is being started */
  struct recorded *commands;
};

/* A list that has been started; it goes when its promise is settled. */
struct flight {
  struct promise promise;
  _Atomic size_t streams_left;
  _Atomic bool has_failed;
  napi_ref arrays;        /* the caller's, for results and with inputs */
  size_t result_count;
  uint64_t *results;
  struct copy copies[];
};

enum command_kind {
  RUN_PLAN,
  COPY,
  AWAIT_STREAM,
  END_FAILURE,
  BEGIN_FLIGHT,
  END_FLIGHT,
  DROP_BUFFER,
  DROP_PLAN,
  EXIT,
};

struct command {
  enum command_kind kind;
  void *object;
  uint64_t count;  /* of runs, or the position that is meant */
  int64_t indices[MAX_INDICES];
  int64_t strides[MAX_INDICES];  /* what an index grows by from run to run */
};

/* Failures that are over; whoever asks for what happened before them has forgotten the answer. */
#define REMEMBERED_FAILURES 16

struct stream {
  struct runtime *runtime;
  struct device *device;  /* NULL: the whole machine */
  struct command *ring;
  pthread_t thread;
  _Atomic uint32_t references;  /* the handle's, and those of commands of other streams */
  pthread_mutex_t mutex;  /* guards falling asleep, and what stands below it */
  pthread_cond_t work;
  pthread_cond_t progress;
  struct promise *promises;  /* the first to settle first */
  struct failure failure;  /* its worker reads it without the mutex, and the caller of an idle stream */
  struct failure past[REMEMBERED_FAILURES];
  uint32_t past_count;
  uint64_t seen_tail;  /* the caller's copy: spares the worker's cache line */
  bool is_held;        /* to be woken when the caller has queued all; the caller's, too */
  struct stream *next_held;
  _Alignas(64) _Atomic uint64_t head;  /* commands queued */
  _Alignas(64) _Atomic uint64_t tail;  /* commands done */
  _Alignas(64) _Atomic uint64_t awaited;  /* the least tail that somebody sleeps for; or NEVER */
  _Atomic bool sleeping;   /* the worker is, or is about to be */
  _Atomic bool abandoned;  /* run nothing more, only let go */
  _Atomic bool has_failed; /* once */
  _Atomic uint64_t busy;   /* nanoseconds in kernels and copies */
};

#define NEVER UINT64_MAX

/* What one env has. */
struct runtime {
  napi_env env;
  struct table table;
  napi_threadsafe_function completions;
  uint32_t pending_promises;
  bool is_holding;      /* workers of the caller's processor are not woken for what is queued */
  struct stream *held;  /* those that may have to be */
};

/* Of the whole process: buffers of several envs draw on the same memory. */
static _Atomic int64_t live_bytes;

/* ---- errors ---------------------------------------------------------------------------------- */

static void set_number(napi_env env, napi_value object, const char *name, double number)
{
  napi_value value;
  if (napi_create_double(env, number, &value) != napi_ok) return;
  napi_set_named_property(env, object, name, value);
}

static napi_value make_error(napi_env env, const char *message)
{
  napi_value text;
  napi_value error;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) != napi_ok) return NULL;
  if (napi_create_error(env, NULL, text, &error) != napi_ok) return NULL;
  return error;
}

/* These return NULL, as every function does that has thrown (or false). */

__attribute__((format(printf, 2, 3)))
static void *throw_error(napi_env env, const char *format, ...)
{
  char message[4096];
  va_list values;
  va_start(values, format);
  vsnprintf(message, sizeof message, format, values);
  va_end(values);
  napi_throw_error(env, NULL, message);
  return NULL;
}

static void *throw_no_memory(napi_env env, double bytes)
{
  int64_t live = atomic_load(&live_bytes);
  char message[128];
  snprintf(message, sizeof message, "no memory for %.0f bytes beside %lld live ones", bytes,
           (long long)live);
  napi_value error = make_error(env, message);
  if (error == NULL) return NULL;
  set_number(env, error, "bytesAsked", bytes);
  set_number(env, error, "bytesLive", (double)live);
  napi_throw(env, error);
  return NULL;
}

static napi_value failure_error(napi_env env, struct failure failure)
{
  char message[128];
  snprintf(message, sizeof message, "step %u of a plan failed with code %d", failure.step,
           failure.code);
  napi_value error = make_error(env, message);
  if (error == NULL) return NULL;
  set_number(env, error, "plan", failure.plan);
  set_number(env, error, "step", failure.step);
  set_number(env, error, "code", failure.code);
  return error;
}

static void *throw_failure(napi_env env, struct failure failure)
{
  napi_value error = failure_error(env, failure);
  if (error != NULL) napi_throw(env, error);
  return NULL;
}

/* ---- arguments and results ------------------------------------------------------------------- */

#define MAX_ARGUMENTS (2 + 2 * MAX_INDICES)

struct call {
  napi_env env;
  struct runtime *runtime;
  size_t count;
  napi_value values[MAX_ARGUMENTS];
};

static bool read_call(struct call *call, napi_env env, napi_callback_info info, size_t fewest,
                      size_t most)
{
  void *data = NULL;
  call->env = env;
  call->count = most;
  if (napi_get_cb_info(env, info, &call->count, call->values, NULL, &data) != napi_ok) {
    throw_error(env, "the call cannot be read");
    return false;
  }
  call->runtime = data;
  if (call->count >= fewest && call->count <= most) return true;
  throw_error(env, "%zu arguments given, %zu to %zu taken", call->count, fewest, most);
  return false;
}

static bool read_integer(struct call *call, size_t position, int64_t *integer)
{
  double number;
  if (napi_get_value_double(call->env, call->values[position], &number) == napi_ok &&
      number >= -9007199254740991.0 && number <= 9007199254740991.0) {
    *integer = (int64_t)number;
    if ((double)*integer == number) return true;
  }
  throw_error(call->env, "argument %zu is not a safe integer", position);
  return false;
}

static bool read_natural(struct call *call, size_t position, uint64_t *natural)
{
  int64_t integer;
  if (!read_integer(call, position, &integer)) return false;
  *natural = (uint64_t)integer;
  if (integer >= 0) return true;
  throw_error(call->env, "argument %zu is negative", position);
  return false;
}

static void *find_object(struct call *call, enum kind kind, double handle)
{
  void *object = table_find(&call->runtime->table, kind, handle);
  if (object == NULL) throw_error(call->env, "%.17g is no live %s", handle, kind_names[kind]);
  return object;
}

static void *read_object(struct call *call, size_t position, enum kind kind, double *handle)
{
  double number;
  if (napi_get_value_double(call->env, call->values[position], &number) != napi_ok) {
    return throw_error(call->env, "argument %zu is not a %s", position, kind_names[kind]);
  }
  if (handle != NULL) *handle = number;
  return find_object(call, kind, number);
}

/* The caller frees it. */
static char *read_text(struct call *call, size_t position)
{
  napi_value value = call->values[position];
  size_t length;
  if (napi_get_value_string_utf8(call->env, value, NULL, 0, &length) != napi_ok) {
    return throw_error(call->env, "argument %zu is not a string", position);
  }
  char *text = malloc(length + 1);
  if (text == NULL) return throw_no_memory(call->env, (double)length + 1);
  napi_get_value_string_utf8(call->env, value, text, length + 1, &length);
  if (strlen(text) == length) return text;
  free(text);
  return throw_error(call->env, "argument %zu has a NUL in it", position);
}

struct span {
  void *address;
  size_t bytes;
};

static bool read_typed_array(struct call *call, size_t position, napi_typedarray_type *type,
                             struct span *span)
{
  static const uint8_t cell_bytes[] = {
    [napi_int8_array] = 1,    [napi_uint8_array] = 1,   [napi_uint8_clamped_array] = 1,
    [napi_int16_array] = 2,   [napi_uint16_array] = 2,  [napi_int32_array] = 4,
    [napi_uint32_array] = 4,  [napi_float32_array] = 4, [napi_float64_array] = 8,
    [napi_bigint64_array] = 8, [napi_biguint64_array] = 8,
  };
  size_t length;
  napi_status status = napi_get_typedarray_info(call->env, call->values[position], type, &length,
                                                &span->address, NULL, NULL);
  if (status != napi_ok || (size_t)*type >= sizeof cell_bytes) {
    throw_error(call->env, "argument %zu is not a typed array", position);
    return false;
  }
  span->bytes = length * cell_bytes[*type];
  return true;
}

static napi_value make_number(napi_env env, double number)
{
  napi_value value;
  return napi_create_double(env, number, &value) == napi_ok ? value : NULL;
}

static void end_object(struct runtime *runtime, enum kind kind, void *object);

/* The handle of a new object, or 0 after ending the object and throwing. */
static double add_object(struct call *call, enum kind kind, void *object)
{
  double handle = table_add(&call->runtime->table, kind, object);
  if (handle != 0) return handle;
  end_object(call->runtime, kind, object);
  throw_error(call->env, "there are too many objects");
  return 0;
}

static napi_value hand_over(struct call *call, enum kind kind, void *object)
{
  double handle = add_object(call, kind, object);
  return handle == 0 ? NULL : make_number(call->env, handle);
}

/* ---- memory ---------------------------------------------------------------------------------- */

#define SMALL_ALIGNMENT ((size_t)64)
#define LARGE_ALIGNMENT ((size_t)2 << 20)
/* From here on half of a huge page at most is left empty. */
#define LEAST_MAPPED (LARGE_ALIGNMENT / 2)

static size_t round_up(size_t bytes, size_t multiple)
{
  return (bytes + multiple - 1) / multiple * multiple;
}

/* Whole huge pages, where no more than half of the last one is left empty. */
static size_t mapped_size(size_t bytes)
{
  size_t huge = round_up(bytes, LARGE_ALIGNMENT);
  return huge - bytes <= LEAST_MAPPED ? huge : round_up(bytes, (size_t)sysconf(_SC_PAGESIZE));
}

/* Fresh pages are zero without being touched; what the alignment leaves over goes back. */
static void *map_pages(size_t bytes)
{
  char *start = mmap(NULL, bytes + LARGE_ALIGNMENT, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t before = (LARGE_ALIGNMENT - (uintptr_t)start % LARGE_ALIGNMENT) % LARGE_ALIGNMENT;
  if (before > 0) munmap(start, before);
  char *address = start + before;
  munmap(address + bytes, LARGE_ALIGNMENT - before);
  madvise(address, bytes, MADV_HUGEPAGE);
  return address;
}

static void *zeroed_block(size_t bytes)
{
  void *address = NULL;
  size_t room = round_up(bytes == 0 ? 1 : bytes, SMALL_ALIGNMENT);
  if (posix_memalign(&address, SMALL_ALIGNMENT, room) != 0) return NULL;
  return memset(address, 0, room);
}

static bool take_memory(struct buffer *buffer, size_t bytes)
{
  buffer->bytes = bytes;
  if (bytes >= LEAST_MAPPED) {
    buffer->mapped_bytes = mapped_size(bytes);
    buffer->address = map_pages(buffer->mapped_bytes);
  } else {
    buffer->address = zeroed_block(bytes);
  }
  if (buffer->address == NULL) return false;
  atomic_fetch_add(&live_bytes, (int64_t)bytes);
  return true;
}

static void drop_buffer(struct buffer *buffer)
{
  if (atomic_fetch_sub(&buffer->references, 1) != 1) return;
  if (buffer->mapped_bytes > 0) munmap(buffer->address, buffer->mapped_bytes);
  else free(buffer->address);
  atomic_fetch_sub(&live_bytes, (int64_t)buffer->bytes);
  free(buffer);
}

/* allocate(bytes): buffer */
static napi_value js_allocate(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t bytes;
  if (!read_call(&call, env, info, 1, 1) || !read_natural(&call, 0, &bytes)) return NULL;
  struct buffer *buffer = calloc(1, sizeof *buffer);
  if (buffer == NULL) return throw_no_memory(env, (double)bytes);
  atomic_init(&buffer->references, 1);
  if (!take_memory(buffer, bytes)) {
    free(buffer);
    return throw_no_memory(env, (double)bytes);
  }
  return hand_over(&call, BUFFER, buffer);
}

/* address(buffer): number, for handing the memory to other native code */
static napi_value js_address(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct buffer *buffer = read_object(&call, 0, BUFFER, NULL);
  if (buffer == NULL) return NULL;
  return make_number(env, (double)(uintptr_t)buffer->address);
}

/* liveBytes(): number */
static napi_value js_live_bytes(napi_env env, napi_callback_info info)
{
  (void)info;
  return make_number(env, (double)atomic_load(&live_bytes));
}

/* The part of a buffer that (buffer, offset, typed array) means, and the array itself. */
static bool read_transfer(struct call *call, napi_callback_info info, struct span *in_buffer,
                          struct span *in_array)
{
  uint64_t offset;
  napi_typedarray_type type;
  if (!read_call(call, call->env, info, 3, 3)) return false;
  struct buffer *buffer = read_object(call, 0, BUFFER, NULL);
  if (buffer == NULL || !read_natural(call, 1, &offset)) return false;
  if (!read_typed_array(call, 2, &type, in_array)) return false;
  if (offset > buffer->bytes || in_array->bytes > buffer->bytes - offset) {
    throw_error(call->env, "%zu bytes at %llu do not fit in a buffer of %zu", in_array->bytes,
                (unsigned long long)offset, buffer->bytes);
    return false;
  }
  in_buffer->address = (char *)buffer->address + offset;
  in_buffer->bytes = in_array->bytes;
  return true;
}

/* write(buffer, offset, typedArray) */
static napi_value js_write(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  struct span to;
  struct span from;
  if (!read_transfer(&call, info, &to, &from)) return NULL;
  if (from.bytes > 0) memcpy(to.address, from.address, from.bytes);
  return NULL;
}

/* read(buffer, offset, typedArray) */
static napi_value js_read(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  struct span from;
  struct span to;
  if (!read_transfer(&call, info, &from, &to)) return NULL;
  if (to.bytes > 0) memcpy(to.address, from.address, to.bytes);
  return NULL;
}

/* ---- libraries and kernels ------------------------------------------------------------------- */

static void drop_library(struct library *library)
{
  if (atomic_fetch_sub(&library->references, 1) != 1) return;
  dlclose(library->loaded);
  free(library);
}

/* Loops of the library that may share their turns call what they find there. */
static void offer_pool(void *loaded)
{
  typedef void (*share_function)(long turns, part_function part, void *const *args);
  share_function *slot = dlsym(loaded, "einc_parallel");
  if (slot != NULL && *slot != share_turns) *slot = share_turns;
}

static struct library *load_library(struct call *call, const char *path)
{
  struct library *library = calloc(1, sizeof *library);
  if (library == NULL) return throw_no_memory(call->env, sizeof *library);
  atomic_init(&library->references, 1);
  library->loaded = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library->loaded != NULL) {
    offer_pool(library->loaded);
    return library;
  }
  free(library);
  const char *reason = dlerror();
  return throw_error(call->env, "%s", reason != NULL ? reason : "dlopen failed");
}

/* open(path): library */
static napi_value js_open(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  char *path = read_text(&call, 0);
  if (path == NULL) return NULL;
  struct library *library = load_library(&call, path);
  free(path);
  return library == NULL ? NULL : hand_over(&call, LIBRARY, library);
}

static kernel_function find_symbol(struct call *call, struct library *library, size_t position)
{
  char *symbol = read_text(call, position);
  if (symbol == NULL) return NULL;
  void *address = dlsym(library->loaded, symbol);
  if (address == NULL) throw_error(call->env, "the library has no symbol %s", symbol);
  free(symbol);
  return (kernel_function)address;
}

/* kernel(library, symbol): kernel, valid until its library is closed */
static napi_value js_kernel(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 2, 2)) return NULL;
  struct library *library = read_object(&call, 0, LIBRARY, NULL);
  if (library == NULL) return NULL;
  kernel_function function = find_symbol(&call, library, 1);
  if (function == NULL) return NULL;
  struct kernel *kernel = calloc(1, sizeof *kernel);
  if (kernel == NULL) return throw_no_memory(env, sizeof *kernel);
  kernel->function = function;
  kernel->library = library;
  kernel->handle = add_object(&call, KERNEL, kernel);
  if (kernel->handle == 0) return NULL;
  kernel->next = library->kernels;
  library->kernels = kernel;
  return make_number(env, kernel->handle);
}

static void forget_kernels(struct runtime *runtime, struct library *library)
{
  struct kernel *kernel = library->kernels;
  library->kernels = NULL;
  while (kernel != NULL) {
    struct kernel *next = kernel->next;
    table_remove(&runtime->table, kernel->handle);
    free(kernel);
    kernel = next;
  }
}

/* close(library): unmapped once no plan needs it */
static napi_value js_close(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct library *library = read_object(&call, 0, LIBRARY, &handle);
  if (library == NULL) return NULL;
  forget_kernels(call.runtime, library);
  table_remove(&call.runtime->table, handle);
  drop_library(library);
  return NULL;
}

/* ---- the ring -------------------------------------------------------------------------------- */

static uint64_t head_of(struct stream *stream)
{
  return atomic_load_explicit(&stream->head, memory_order_relaxed);
}

static uint64_t tail_of(struct stream *stream)
{
  return atomic_load_explicit(&stream->tail, memory_order_acquire);
}

static bool is_idle(struct stream *stream)
{
  return tail_of(stream) == head_of(stream);
}

/*
 * Sleeping and waking, both ways, rest on sequential consistency: one side stores its counter and
 * then loads the other's wish to be woken, the other stores its wish and then loads the counter.
 * One of them sees the other. The mutex closes the gap between that look and the wait.
 */

/* Sleeps until the stream's worker has done `target` commands. */
static void wait_for_tail(struct stream *stream, uint64_t target)
{
  for (int spin = 0; spin < SPINS; spin++) {
    if (tail_of(stream) >= target) return;
    relax();
  }
  pthread_mutex_lock(&stream->mutex);
  for (;;) {
    if (target < atomic_load(&stream->awaited)) atomic_store(&stream->awaited, target);
    if (atomic_load(&stream->tail) >= target) break;
    pthread_cond_wait(&stream->progress, &stream->mutex);
  }
  pthread_mutex_unlock(&stream->mutex);
}

/* By a worker: another one, which works on a part of the same, is often done soon after it. */
static void spin_for_tail(struct stream *stream, uint64_t target)
{
  uint64_t end = now() + SPIN_NANOSECONDS;
  do {
    for (int i = 0; i < 16; i++) {
      if (tail_of(stream) >= target) return;
      relax();
    }
    sched_yield();
  } while (now() < end);
}

static void settle_promises(struct stream *stream, uint64_t tail);

/* Whoever waits for more says so again. */
static void advance_tail(struct stream *stream, uint64_t tail)
{
  atomic_store(&stream->tail, tail);
  if (tail < atomic_load(&stream->awaited)) return;
  pthread_mutex_lock(&stream->mutex);
  settle_promises(stream, tail);
  atomic_store(&stream->awaited, stream->promises == NULL ? NEVER : stream->promises->target);
  pthread_cond_broadcast(&stream->progress);
  pthread_mutex_unlock(&stream->mutex);
}

/*
 * The worker sleeps until there is more than `tail`; returns the new head. It looks for a while before, since a
 * program that trains has its next step ready soon, and to be woken takes longer.
 */
static uint64_t wait_for_work(struct stream *stream, uint64_t tail)
{
  uint64_t head = atomic_load_explicit(&stream->head, memory_order_acquire);
  uint64_t end = now() + IDLE_SPIN_NANOSECONDS;
  do {
    for (int spin = 0; spin < SPINS && head == tail; spin++) {
      relax();
      head = atomic_load_explicit(&stream->head, memory_order_acquire);
    }
    if (head != tail) return head;
    sched_yield();
  } while (now() < end);
  pthread_mutex_lock(&stream->mutex);
  for (;;) {
    atomic_store(&stream->sleeping, true);
    head = atomic_load(&stream->head);
    if (head != tail) break;
    pthread_cond_wait(&stream->work, &stream->mutex);
  }
  atomic_store(&stream->sleeping, false);
  pthread_mutex_unlock(&stream->mutex);
  return head;
}

static void wake(struct stream *stream)
{
  if (!atomic_load(&stream->sleeping)) return;
  pthread_mutex_lock(&stream->mutex);
  atomic_store(&stream->sleeping, false);
  pthread_cond_signal(&stream->work);
  pthread_mutex_unlock(&stream->mutex);
}

static bool may_run_on(const struct stream *stream, int processor)
{
  if (stream->device == NULL) return false;
  const struct cores *cores = &stream->device->pool.cores;
  return processor >= 0 && (uint32_t)processor < cores->count && cores->of[processor] != NO_CORE;
}

static void wake_held(struct runtime *runtime)
{
  for (; runtime->held != NULL; runtime->held = runtime->held->next_held) {
    runtime->held->is_held = false;
    wake(runtime->held);
  }
}

/* The next free command; waits for room, and then for a quarter of the ring, not one by one. */
static struct command *next_command(struct stream *stream)
{
  uint64_t head = head_of(stream);
  if (head - stream->seen_tail == RING_LENGTH) {
    stream->seen_tail = tail_of(stream);
    if (head - stream->seen_tail == RING_LENGTH) {
      wake_held(stream->runtime);
      wait_for_tail(stream, stream->seen_tail + RING_LENGTH / 4);
      stream->seen_tail = tail_of(stream);
    }
  }
  return &stream->ring[head % RING_LENGTH];
}

static void publish_command(struct stream *stream)
{
  struct runtime *runtime = stream->runtime;
  atomic_store(&stream->head, head_of(stream) + 1);
  if (!runtime->is_holding || !may_run_on(stream, sched_getcpu())) {
    wake(stream);
  } else if (!stream->is_held) {
    stream->is_held = true;
    stream->next_held = runtime->held;
    runtime->held = stream;
  }
}

static void queue_command(struct stream *stream, enum command_kind kind, void *object,
                          uint64_t count)
{
  struct command *command = next_command(stream);
  command->kind = kind;
  command->object = object;
  command->count = count;
  publish_command(stream);
}

/* ---- failures --------------------------------------------------------------------------------- */

/* By the worker: the command after `tail` has failed. */
static void begin_failure(struct stream *stream, struct failure failure, uint64_t tail)
{
  failure.first = tail + 1;
  failure.last = NEVER;
  pthread_mutex_lock(&stream->mutex);
  stream->failure = failure;
  pthread_mutex_unlock(&stream->mutex);
  atomic_store(&stream->has_failed, true);
}

/*
 * By the worker, or by the caller of an idle stream: what comes after position `last` runs again, if
 * the failure lies before `limit`. Returns it; its code is 0 if there was none.
 */
static struct failure end_failure(struct stream *stream, uint64_t limit, uint64_t last)
{
  struct failure failure = stream->failure;
  if (failure.code == 0 || failure.first > limit) return (struct failure){ 0 };
  failure.last = last;
  pthread_mutex_lock(&stream->mutex);
  stream->past[stream->past_count++ % REMEMBERED_FAILURES] = failure;
  stream->failure.code = 0;
  pthread_mutex_unlock(&stream->mutex);
  return failure;
}

/* With the mutex: why the command of that position, which the worker has been at, was not done. */
static struct failure failure_at(const struct stream *stream, uint64_t position)
{
  if (stream->failure.code != 0 && stream->failure.first <= position) return stream->failure;
  for (uint32_t i = 0; i < REMEMBERED_FAILURES; i++) {
    struct failure past = stream->past[i];
    if (past.code != 0 && past.first <= position && position <= past.last) return past;
  }
  return (struct failure){ 0 };
}

/* ---- between streams -------------------------------------------------------------------------- */

static void drop_device(struct device *device)
{
  if (device == NULL || atomic_fetch_sub(&device->references, 1) != 1) return;
  end_pool(&device->pool);
  free(device);
}

static void drop_stream(struct stream *stream)
{
  if (atomic_fetch_sub(&stream->references, 1) != 1) return;
  pthread_mutex_destroy(&stream->mutex);
  pthread_cond_destroy(&stream->work);
  pthread_cond_destroy(&stream->progress);
  free(stream->ring);
  free(stream);
}

/*
 * Ends, because a wait is only ever queued behind what it waits for. A failure there is one here: what
 * is queued behind the wait relies on what was not done.
 */
static void await_stream(struct stream *stream, struct stream *other, uint64_t position,
                         uint64_t tail)
{
  spin_for_tail(other, position);
  wait_for_tail(other, position);
  if (!atomic_load(&other->has_failed)) return;
  pthread_mutex_lock(&other->mutex);
  struct failure failure = failure_at(other, position);
  pthread_mutex_unlock(&other->mutex);
  if (failure.code != 0 && stream->failure.code == 0) begin_failure(stream, failure, tail);
}

static napi_value make_position(napi_env env, struct stream *stream)
{
  return make_number(env, (double)head_of(stream));
}

static bool read_position(struct call *call, size_t position, struct stream *stream,
                          uint64_t *commands)
{
  if (!read_natural(call, position, commands)) return false;
  if (*commands <= head_of(stream)) return true;
  throw_error(call->env, "the stream has no position %llu", (unsigned long long)*commands);
  return false;
}

/* waitFor(stream, other, position): position */
static napi_value js_wait_for(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t position;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  struct stream *other = read_object(&call, 1, STREAM, NULL);
  if (other == NULL || !read_position(&call, 2, other, &position)) return NULL;
  bool is_over = tail_of(other) >= position && !atomic_load(&other->has_failed);
  if (other != stream && !is_over) {
    atomic_fetch_add(&other->references, 1);
    queue_command(stream, AWAIT_STREAM, other, position);
  }
  return make_position(env, stream);
}

static void end_copy(struct copy *copy)
{
  if (copy->to != NULL) drop_buffer(copy->to);
  if (copy->from != NULL) drop_buffer(copy->from);
  if (copy->flight == NULL) free(copy);
}

/* Keeps both until the copy is done. */
static struct copy copy_of(struct buffer *to, struct buffer *from)
{
  atomic_fetch_add(&to->references, 1);
  atomic_fetch_add(&from->references, 1);
  return (struct copy){ to, from, to->address, from->address, to->bytes, NULL };
}

/* copy(stream, to, from): position */
static napi_value js_copy(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  struct buffer *to = read_object(&call, 1, BUFFER, NULL);
  if (to == NULL) return NULL;
  struct buffer *from = read_object(&call, 2, BUFFER, NULL);
  if (from == NULL) return NULL;
  if (to->bytes != from->bytes) {
    return throw_error(env, "%zu bytes do not go into a buffer of %zu", from->bytes, to->bytes);
  }
  struct copy *copy = malloc(sizeof *copy);
  if (copy == NULL) return throw_no_memory(env, sizeof *copy);
  *copy = copy_of(to, from);
  queue_command(stream, COPY, copy, 1);
  return make_position(env, stream);
}

/* ---- plans: making and unmaking -----------------------------------------------------------------
 * A plan comes from JavaScript as numbers, step after step: the kernel, how many arguments, then
 * each argument, a buffer or, below zero, -1 - i for index i of the plan.
 */

struct program {
  const double *numbers;
  size_t length;
};

struct plan_size {
  size_t steps;
  size_t arguments;
  size_t patches;
  size_t uses;
};

/* Checks the form; kernels and buffers are looked up when the plan is filled. */
static bool measure_program(struct program program, uint32_t index_count, struct plan_size *size)
{
  size_t at = 0;
  while (at < program.length) {
    if (program.length - at < 2) return false;
    double count = program.numbers[at + 1];
    at += 2;
    if (!(count >= 0 && count <= (double)(program.length - at))) return false;
    if (count != (double)(size_t)count) return false;
    size->steps++;
    size->arguments += (size_t)count;
    for (size_t end = at + (size_t)count; at < end; at++) {
      double argument = program.numbers[at];
      if (argument >= 0) {
        size->uses++;
      } else {
        double index = -1 - argument;
        if (!(index < index_count) || index != (double)(uint32_t)index) return false;
        size->patches++;
      }
    }
  }
  return true;
}

static void unlink_use(struct use *use)
{
  if (use->link == NULL) return;
  *use->link = use->next;
  if (use->next != NULL) use->next->link = use->link;
  use->link = NULL;
}

static void link_use(struct use *use, struct plan *plan, struct buffer *buffer)
{
  atomic_fetch_add(&buffer->references, 1);
  use->buffer = buffer;
  use->plan = plan;
  use->next = buffer->uses;
  use->link = &buffer->uses;
  if (use->next != NULL) use->next->link = &use->next;
  buffer->uses = use;
}

/* By the caller, or by the worker for a plan whose uses the caller has unlinked. */
static void free_plan(struct plan *plan)
{
  for (size_t i = 0; i < plan->use_count; i++) {
    if (plan->uses[i].buffer != NULL) drop_buffer(plan->uses[i].buffer);
  }
  for (size_t i = 0; i < plan->step_count; i++) drop_library(plan->steps[i].library);
  free(plan->steps);
  free(plan->patches);
  free(plan->uses);
  free(plan->arguments);
  free(plan);
}

static void unlink_plan(struct plan *plan)
{
  for (size_t i = 0; i < plan->use_count; i++) unlink_use(&plan->uses[i]);
}

static bool is_queued(const struct plan *plan)
{
  return plan->stream != NULL && tail_of(plan->stream) < plan->last_command;
}

static void *array_of(size_t count, size_t size)
{
  return calloc(count == 0 ? 1 : count, size);
}

static struct plan *empty_plan(const struct plan_size *size)
{
  struct plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->steps = array_of(size->steps, sizeof *plan->steps);
  plan->patches = array_of(size->patches, sizeof *plan->patches);
  plan->uses = array_of(size->uses, sizeof *plan->uses);
  plan->arguments = array_of(size->arguments, sizeof *plan->arguments);
  if (plan->steps != NULL && plan->patches != NULL && plan->uses != NULL &&
      plan->arguments != NULL) {
    return plan;
  }
  free_plan(plan);
  return NULL;
}

static bool add_step(struct call *call, struct plan *plan, double kernel_handle, void **arguments)
{
  struct kernel *kernel = find_object(call, KERNEL, kernel_handle);
  if (kernel == NULL) return false;
  struct step *step = &plan->steps[plan->step_count++];
  step->function = kernel->function;
  step->arguments = arguments;
  step->library = kernel->library;
  atomic_fetch_add(&kernel->library->references, 1);
  return true;
}

static bool add_argument(struct call *call, struct plan *plan, double number, void **argument)
{
  if (number < 0) {
    plan->patches[plan->patch_count++] = (struct patch){ argument, (uint32_t)(-1 - number) };
    return true;
  }
  struct buffer *buffer = find_object(call, BUFFER, number);
  if (buffer == NULL) return false;
  *argument = buffer->address;
  link_use(&plan->uses[plan->use_count++], plan, buffer);
  return true;
}

static bool fill_plan(struct call *call, struct plan *plan, struct program program)
{
  void **argument = plan->arguments;
  size_t at = 0;
  while (at < program.length) {
    size_t count = (size_t)program.numbers[at + 1];
    if (!add_step(call, plan, program.numbers[at], argument)) return false;
    at += 2;
    for (size_t i = 0; i < count; i++) {
      if (!add_argument(call, plan, program.numbers[at++], argument++)) return false;
    }
  }
  return true;
}

static bool read_program(struct call *call, size_t position, struct program *program)
{
  struct span span;
  napi_typedarray_type type;
  if (!read_typed_array(call, position, &type, &span)) return false;
  if (type != napi_float64_array) {
    throw_error(call->env, "argument %zu is not a Float64Array", position);
    return false;
  }
  program->numbers = span.address;
  program->length = span.bytes / sizeof(double);
  return true;
}

static struct plan *make_plan(struct call *call, struct program program, uint32_t index_count)
{
  struct plan_size size = { 0 };
  if (!measure_program(program, index_count, &size)) {
    return throw_error(call->env, "the plan is malformed");
  }
  struct plan *plan = empty_plan(&size);
  if (plan == NULL) return throw_no_memory(call->env, (double)program.length * sizeof(double));
  plan->index_count = index_count;
  if (fill_plan(call, plan, program)) return plan;
  unlink_plan(plan);
  free_plan(plan);
  return NULL;
}

/* createPlan(stream, indexCount, Float64Array): plan */
static napi_value js_create_plan(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t index_count;
  struct program program;
  if (!read_call(&call, env, info, 3, 3)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL || !read_natural(&call, 1, &index_count)) return NULL;
  if (index_count > MAX_INDICES) {
    return throw_error(env, "a plan takes at most %d indices, not %llu", MAX_INDICES,
                       (unsigned long long)index_count);
  }
  if (!read_program(&call, 2, &program)) return NULL;
  struct plan *plan = make_plan(&call, program, (uint32_t)index_count);
  if (plan == NULL) return NULL;
  plan->stream = stream;
  plan->handle = add_object(&call, PLAN, plan);
  return plan->handle == 0 ? NULL : make_number(env, plan->handle);
}

/* destroyPlan(plan): what is queued still runs */
static napi_value js_destroy_plan(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct plan *plan = read_object(&call, 0, PLAN, NULL);
  if (plan == NULL) return NULL;
  table_remove(&call.runtime->table, plan->handle);
  unlink_plan(plan);
  if (is_queued(plan)) queue_command(plan->stream, DROP_PLAN, plan, 0);
  else free_plan(plan);
  return NULL;
}

/* The plan cannot run any more; its reference goes when what is queued of it has run. */
static void break_plan(struct use *use, struct buffer *buffer)
{
  struct plan *plan = use->plan;
  plan->broken = true;
  unlink_use(use);
  use->buffer = NULL;
  if (is_queued(plan)) queue_command(plan->stream, DROP_BUFFER, buffer, 0);
  else drop_buffer(buffer);
}

/* free(buffer): what is queued still sees it */
static napi_value js_free(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct buffer *buffer = read_object(&call, 0, BUFFER, &handle);
  if (buffer == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  while (buffer->uses != NULL) break_plan(buffer->uses, buffer);
  drop_buffer(buffer);
  return NULL;
}

/* ---- plans: running -------------------------------------------------------------------------- */

static bool run_steps(const struct plan *plan, struct failure *failure)
{
  for (size_t i = 0; i < plan->step_count; i++) {
    int32_t code = plan->steps[i].function(plan->steps[i].arguments);
    if (code != 0) {
      *failure = (struct failure){ .code = code, .step = (uint32_t)i, .plan = plan->handle };
      return false;
    }
  }
  return true;
}

static void place_indices(const struct plan *plan, const int64_t *indices)
{
  for (size_t i = 0; i < plan->patch_count; i++) {
    *plan->patches[i].argument = (void *)(intptr_t)indices[plan->patches[i].index];
  }
}

static void advance_indices(const struct plan *plan, int64_t *indices, const int64_t *strides)
{
  for (uint32_t i = 0; i < plan->index_count; i++) {
    indices[i] = (int64_t)((uint64_t)indices[i] + (uint64_t)strides[i]);
  }
}

/* A single run looks at no strides. */
static void run_plan(struct stream *stream, const struct plan *plan, uint64_t count,
                     int64_t *indices, const int64_t *strides, struct failure *failure)
{
  for (uint64_t run = 0; run < count; run++) {
    if (atomic_load_explicit(&stream->abandoned, memory_order_relaxed)) return;
    if (run > 0) advance_indices(plan, indices, strides);
    place_indices(plan, indices);
    if (!run_steps(plan, failure)) return;
  }
}

static bool read_indices(struct call *call, size_t position, uint32_t count, int64_t *indices)
{
  for (uint32_t i = 0; i < count; i++) {
    if (!read_integer(call, position + i, &indices[i])) return false;
  }
  return true;
}

/* The first argument, a plan that may run; for each of its indices there are `each` numbers. */
static struct plan *read_runnable_plan(struct call *call, size_t others, size_t each)
{
  struct plan *plan = read_object(call, 0, PLAN, NULL);
  if (plan == NULL) return NULL;
  if (plan->broken) return throw_error(call->env, "the plan names a freed buffer");
  if (plan->stream == NULL) return throw_error(call->env, "the plan's stream is closed");
  if (call->count != others + each * plan->index_count) {
    return throw_error(call->env, "the plan wants %zu numbers for its indices, not %zu",
                       each * plan->index_count, call->count - others);
  }
  return plan;
}

/* Puts a run at the end of the stream. */
static void queue_run(struct plan *plan, struct command *command, uint64_t count)
{
  command->kind = RUN_PLAN;
  command->object = plan;
  command->count = count;
  publish_command(plan->stream);
  plan->last_command = head_of(plan->stream);
}

/* launch(plan, ...indices): position */
static napi_value js_launch(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1 + MAX_INDICES)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 1, 1);
  if (plan == NULL) return NULL;
  struct command *command = next_command(plan->stream);
  if (!read_indices(&call, 1, plan->index_count, command->indices)) return NULL;
  queue_run(plan, command, 1);
  return make_position(env, plan->stream);
}

/* loop(plan, count, ...indices, ...strides): position */
static napi_value js_loop(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t count;
  if (!read_call(&call, env, info, 2, MAX_ARGUMENTS)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 2, 2);
  if (plan == NULL || !read_natural(&call, 1, &count)) return NULL;
  struct command *command = next_command(plan->stream);
  if (!read_indices(&call, 2, plan->index_count, command->indices)) return NULL;
  if (!read_indices(&call, 2 + plan->index_count, plan->index_count, command->strides)) return NULL;
  queue_run(plan, command, count);
  return make_position(env, plan->stream);
}

/* Throws what went wrong in the stream before; afterwards the stream is idle and in order. */
static bool settle_stream(napi_env env, struct stream *stream)
{
  if (!is_idle(stream)) {
    wake_held(stream->runtime);
    wait_for_tail(stream, head_of(stream));
  }
  if (stream->failure.code == 0) return true;
  throw_failure(env, end_failure(stream, NEVER, head_of(stream)));
  return false;
}

static napi_value run_here(napi_env env, struct plan *plan, uint64_t count, int64_t *indices,
                           const int64_t *strides)
{
  struct failure failure = { 0 };
  struct stream *stream = plan->stream;
  if (!settle_stream(env, stream)) return NULL;
  if (stream->device != NULL) own_pool = &stream->device->pool;
  run_plan(stream, plan, count, indices, strides, &failure);
  if (stream->device != NULL) own_pool = NULL;
  return failure.code == 0 ? NULL : throw_failure(env, failure);
}

/* run(plan, ...indices): on the calling thread, after all that is queued */
static napi_value js_run(napi_env env, napi_callback_info info)
{
  struct call call;
  int64_t indices[MAX_INDICES];
  if (!read_call(&call, env, info, 1, 1 + MAX_INDICES)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 1, 1);
  if (plan == NULL || !read_indices(&call, 1, plan->index_count, indices)) return NULL;
  return run_here(env, plan, 1, indices, NULL);
}

/* runLoop(plan, count, ...indices, ...strides) */
static napi_value js_run_loop(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t count;
  int64_t indices[MAX_INDICES];
  int64_t strides[MAX_INDICES];
  if (!read_call(&call, env, info, 2, MAX_ARGUMENTS)) return NULL;
  struct plan *plan = read_runnable_plan(&call, 2, 2);
  if (plan == NULL || !read_natural(&call, 1, &count)) return NULL;
  if (!read_indices(&call, 2, plan->index_count, indices)) return NULL;
  if (!read_indices(&call, 2 + plan->index_count, plan->index_count, strides)) return NULL;
  return run_here(env, plan, count, indices, strides);
}

/* wait(stream) */
static napi_value js_wait(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream != NULL) settle_stream(env, stream);
  return NULL;
}

/* ---- promises -----------------------------------------------------------------------------------
 * The env's event loop stays alive while some are pending and not longer.
 */

static void settle_promise(napi_env env, napi_deferred deferred, struct failure failure)
{
  napi_value value;
  if (failure.code != 0) {
    value = failure_error(env, failure);
    if (value != NULL) napi_reject_deferred(env, deferred, value);
  } else if (napi_get_undefined(env, &value) == napi_ok) {
    napi_resolve_deferred(env, deferred, value);
  }
}

static bool results_array(napi_env env, napi_value arrays, const struct flight *flight,
                          void **address)
{
  napi_value array;
  napi_typedarray_type type;
  size_t length;
  return napi_get_element(env, arrays, 0, &array) == napi_ok &&
         napi_get_typedarray_info(env, array, &type, &length, address, NULL, NULL) == napi_ok &&
         type == napi_float64_array && length == flight->result_count;
}

/* What has been found goes to the caller's array. */
static void hand_back(napi_env env, struct flight *flight)
{
  napi_value arrays;
  void *address;
  if (napi_get_reference_value(env, flight->arrays, &arrays) == napi_ok &&
      results_array(env, arrays, flight, &address)) {
    memcpy(address, flight->results, flight->result_count * sizeof *flight->results);
  }
  napi_delete_reference(env, flight->arrays);
}

/* On the caller's thread, from the event loop; without an env when that is being torn down. */
static void on_completion(napi_env env, napi_value callback, void *context, void *data)
{
  (void)callback;
  (void)context;
  struct promise *promise = data;
  if (env != NULL) {
    struct runtime *runtime = promise->runtime;
    if (promise->flight != NULL) hand_back(env, promise->flight);
    settle_promise(env, promise->deferred, promise->failure);
    runtime->pending_promises--;
    if (runtime->pending_promises == 0) {
      napi_unref_threadsafe_function(env, runtime->completions);
    }
  }
  free(promise);
}

/* By a worker. */
static void complete(struct promise *promise)
{
  if (napi_call_threadsafe_function(promise->runtime->completions, promise,
                                    napi_tsfn_nonblocking) != napi_ok) {
    free(promise);
  }
}

/* With the stream's mutex: those that wait for no more than `tail`. */
static void settle_promises(struct stream *stream, uint64_t tail)
{
  while (stream->promises != NULL && stream->promises->target <= tail) {
    struct promise *promise = stream->promises;
    stream->promises = promise->next;
    promise->failure = failure_at(stream, promise->target);
    complete(promise);
  }
}

static void expect_completion(struct runtime *runtime)
{
  if (runtime->pending_promises == 0) {
    napi_ref_threadsafe_function(runtime->env, runtime->completions);
  }
  runtime->pending_promises++;
}

static bool add_promise(struct stream *stream, napi_deferred deferred, uint64_t target)
{
  struct runtime *runtime = stream->runtime;
  struct promise *promise = malloc(sizeof *promise);
  if (promise == NULL) return false;
  *promise = (struct promise){ .runtime = runtime, .deferred = deferred, .target = target };
  expect_completion(runtime);
  pthread_mutex_lock(&stream->mutex);
  struct promise **link = &stream->promises;
  while (*link != NULL && (*link)->target <= target) link = &(*link)->next;
  promise->next = *link;
  *link = promise;
  if (target < atomic_load(&stream->awaited)) atomic_store(&stream->awaited, target);
  settle_promises(stream, atomic_load(&stream->tail));
  pthread_mutex_unlock(&stream->mutex);
  return true;
}

/* A failure before `limit` ends here: what is queued from now on runs. */
static void queue_end_of_failure(struct stream *stream, uint64_t limit)
{
  if (is_idle(stream)) end_failure(stream, limit, head_of(stream));
  else queue_command(stream, END_FAILURE, NULL, limit);
}

/* finished(stream, position): Promise; rejects with what kept a command up to there from being done */
static napi_value js_finished(napi_env env, napi_callback_info info)
{
  struct call call;
  uint64_t position;
  napi_deferred deferred;
  napi_value result;
  if (!read_call(&call, env, info, 2, 2)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL || !read_position(&call, 1, stream, &position)) return NULL;
  if (napi_create_promise(env, &deferred, &result) != napi_ok) {
    return throw_error(env, "no promise can be made");
  }
  queue_end_of_failure(stream, position);
  if (!add_promise(stream, deferred, position)) return throw_no_memory(env, sizeof(struct promise));
  return result;
}

/* idle(stream): Promise; rejects with a failure that nobody has been told of */
static napi_value js_idle(napi_env env, napi_callback_info info)
{
  struct call call;
  napi_deferred deferred;
  napi_value result;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  if (napi_create_promise(env, &deferred, &result) != napi_ok) {
    return throw_error(env, "no promise can be made");
  }
  if (is_idle(stream)) {
    settle_promise(env, deferred, end_failure(stream, NEVER, head_of(stream)));
    return result;
  }
  queue_command(stream, END_FAILURE, NULL, NEVER);
  if (!add_promise(stream, deferred, head_of(stream))) {
    return throw_no_memory(env, sizeof(struct promise));
  }
  return result;
}

/* ---- streams --------------------------------------------------------------------------------- */

static void begin_flight(struct stream *stream, struct command *command);
static void end_flight(struct stream *stream, struct command *command, uint64_t tail);
static void land(struct flight *flight);

static void note_busy(struct stream *stream, uint64_t start)
{
  uint64_t busy = atomic_load_explicit(&stream->busy, memory_order_relaxed);
  atomic_store_explicit(&stream->busy, busy + (now() - start), memory_order_relaxed);
}

static void run_queued(struct stream *stream, struct command *command, uint64_t tail)
{
  struct failure failure = { 0 };
  uint64_t start = now();
  run_plan(stream, command->object, command->count, command->indices, command->strides, &failure);
  note_busy(stream, start);
  if (failure.code != 0) begin_failure(stream, failure, tail);
}

static void run_copy(struct stream *stream, struct copy *copy)
{
  if (stream->failure.code == 0 && !atomic_load(&stream->abandoned)) {
    uint64_t start = now();
    memmove(copy->target, copy->source, copy->bytes);
    note_busy(stream, start);
  }
  end_copy(copy);
}

/* The command after `tail`. */
static void execute(struct stream *stream, struct command *command, uint64_t tail)
{
  switch (command->kind) {
  case RUN_PLAN:
    if (stream->failure.code == 0) run_queued(stream, command, tail);
    break;
  case COPY:
    run_copy(stream, command->object);
    break;
  case AWAIT_STREAM:
    await_stream(stream, command->object, command->count, tail);
    drop_stream(command->object);
    break;
  case END_FAILURE:
    end_failure(stream, command->count, tail + 1);
    break;
  case BEGIN_FLIGHT:
    begin_flight(stream, command);
    break;
  case END_FLIGHT:
    end_flight(stream, command, tail);
    break;
  case DROP_BUFFER:
    drop_buffer(command->object);
    break;
  case DROP_PLAN:
    free_plan(command->object);
    break;
  case EXIT:
    break;
  }
}

/* On the processors of the stream's device, where they are known. */
static void settle_on_device(struct stream *stream)
{
  if (stream->device == NULL) return;
  own_pool = &stream->device->pool;
  if (own_pool->cores.count == 0) return;
  cpu_set_t processors;
  CPU_ZERO(&processors);
  for (uint32_t i = 0; i < own_pool->cores.count; i++) {
    if (own_pool->cores.of[i] != NO_CORE) CPU_SET(i, &processors);
  }
  /* Where it is refused, the worker runs where it did. */
  pthread_setaffinity_np(pthread_self(), sizeof processors, &processors);
}

static void *work(void *argument)
{
  struct stream *stream = argument;
  uint64_t tail = 0;
  settle_on_device(stream);
  for (;;) {
    uint64_t head = wait_for_work(stream, tail);
    while (tail != head) {
      struct command *command = &stream->ring[tail % RING_LENGTH];
      if (command->kind == EXIT) return NULL;
      struct flight *flight = command->kind == END_FLIGHT ? command->object : NULL;
      execute(stream, command, tail);
      advance_tail(stream, ++tail);
      if (flight != NULL) land(flight);
    }
  }
}

static struct stream *start_stream(struct runtime *runtime, struct device *device)
{
  struct stream *stream = aligned_alloc(_Alignof(struct stream), sizeof *stream);
  if (stream == NULL) return NULL;
  memset(stream, 0, sizeof *stream);
  stream->runtime = runtime;
  stream->device = device;
  atomic_init(&stream->references, 1);
  atomic_init(&stream->awaited, NEVER);
  pthread_mutex_init(&stream->mutex, NULL);
  pthread_cond_init(&stream->work, NULL);
  pthread_cond_init(&stream->progress, NULL);
  stream->ring = calloc(RING_LENGTH, sizeof *stream->ring);
  if (stream->ring != NULL && start_thread(&stream->thread, "einc-stream", work, stream)) {
    if (device != NULL) atomic_fetch_add(&device->references, 1);
    return stream;
  }
  drop_stream(stream);
  return NULL;
}

/* Ends the thread after all that is queued. */
static void stop_stream(struct stream *stream)
{
  queue_command(stream, EXIT, NULL, 0);
  wake_held(stream->runtime);
  pthread_join(stream->thread, NULL);
  drop_device(stream->device);
  drop_stream(stream);
}

/* createStream(device or nothing): stream */
static napi_value js_create_stream(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 0, 1)) return NULL;
  struct device *device = NULL;
  if (call.count == 1 && (device = read_object(&call, 0, DEVICE, NULL)) == NULL) return NULL;
  struct stream *stream = start_stream(call.runtime, device);
  if (stream == NULL) return throw_error(env, "no thread can be started");
  return hand_over(&call, STREAM, stream);
}

/* busy(stream): for how many milliseconds its worker has run kernels and copies */
static napi_value js_busy(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, NULL);
  if (stream == NULL) return NULL;
  return make_number(env, (double)atomic_load(&stream->busy) / 1e6);
}

/*
 * hold(): workers that sleep, and would wake on the caller's processor, are not woken for what is queued until
 * `release`: the system may give them the processor at once, and let the caller wait who has others to wake
 */
static napi_value js_hold(napi_env env, napi_callback_info info)
{
  struct call call;
  if (read_call(&call, env, info, 0, 0)) call.runtime->is_holding = true;
  return NULL;
}

/* release() */
static napi_value js_release(napi_env env, napi_callback_info info)
{
  struct call call;
  if (!read_call(&call, env, info, 0, 0)) return NULL;
  call.runtime->is_holding = false;
  wake_held(call.runtime);
  return NULL;
}

static void orphan_plans(struct table *table, struct stream *stream)
{
  for (uint32_t i = 0; i < table->length; i++) {
    struct slot *slot = &table->slots[i];
    if (slot->kind != PLAN) continue;
    struct plan *plan = slot->object;
    if (plan->stream == stream) plan->stream = NULL;
  }
}

/* destroyStream(stream): waits for what is queued; its plans can only be destroyed afterwards */
static napi_value js_destroy_stream(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct stream *stream = read_object(&call, 0, STREAM, &handle);
  if (stream == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  orphan_plans(&call.runtime->table, stream);
  stop_stream(stream);
  return NULL;
}

#include "lists.c"

/* ---- the pool, and devices -------------------------------------------------------------------------------- */

/* An Int32Array: for each processor the number of its core, from 0 on, or -1. */
static bool read_cores(struct call *call, size_t position, uint32_t threads, struct cores *cores)
{
  struct span span;
  napi_typedarray_type type;
  if (!read_typed_array(call, position, &type, &span)) return false;
  const int32_t *core_of = span.address;
  size_t count = span.bytes / sizeof *core_of;
  bool is_right = type == napi_int32_array && count <= CPU_SETSIZE;
  for (size_t i = 0; is_right && i < count; i++) {
    is_right = core_of[i] >= NO_CORE && core_of[i] < (int32_t)threads;
    cores->of[i] = core_of[i];
  }
  cores->count = (uint32_t)count;
  if (!is_right) throw_error(call->env, "the cores of processors are malformed");
  return is_right;
}

static bool read_pool(struct call *call, napi_callback_info info, uint64_t *threads,
                      struct cores *cores)
{
  if (!read_call(call, call->env, info, 2, 2) || !read_natural(call, 0, threads)) return false;
  if (*threads >= 1 && *threads <= MAX_THREADS) {
    return read_cores(call, 1, (uint32_t)*threads, cores);
  }
  throw_error(call->env, "a pool has 1 to %d threads, not %llu", MAX_THREADS,
              (unsigned long long)*threads);
  return false;
}

/* sizePool(threads, cores): what loops run on from now on, in the whole process */
static napi_value js_size_pool(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  uint64_t threads;
  struct cores cores;
  if (read_pool(&call, info, &threads, &cores)) size_pool((uint32_t)threads, &cores);
  return NULL;
}

/* createDevice(threads, cores): device */
static napi_value js_create_device(napi_env env, napi_callback_info info)
{
  struct call call = { .env = env };
  uint64_t threads;
  struct cores cores;
  if (!read_pool(&call, info, &threads, &cores)) return NULL;
  struct device *device = calloc(1, sizeof *device);
  if (device == NULL) return throw_no_memory(env, sizeof *device);
  atomic_init(&device->references, 1);
  size_pool_of(&device->pool, (uint32_t)threads, &cores);
  return hand_over(&call, DEVICE, device);
}

/* destroyDevice(device): its streams keep it */
static napi_value js_destroy_device(napi_env env, napi_callback_info info)
{
  struct call call;
  double handle;
  if (!read_call(&call, env, info, 1, 1)) return NULL;
  struct device *device = read_object(&call, 0, DEVICE, &handle);
  if (device == NULL) return NULL;
  table_remove(&call.runtime->table, handle);
  drop_device(device);
  return NULL;
}

/* ---- the env's beginning and end ------------------------------------------------------------- */

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

/* Runs before Node ends `completions`, which was made before this hook was added. */
static void tear_down(void *data)
{
  struct runtime *runtime = data;
  abandon_streams(runtime);
  end_all(runtime, STREAM);
  end_all(runtime, PLAN);
  end_all(runtime, BUFFER);
  end_all(runtime, LIBRARY);
  end_all(runtime, DEVICE);
  end_all(runtime, LIST);
  leave_pool();
  free(runtime->table.slots);
  free(runtime);
}

static bool make_completions(struct runtime *runtime)
{
  napi_env env = runtime->env;
  napi_value name;
  if (napi_create_string_utf8(env, "einc", NAPI_AUTO_LENGTH, &name) != napi_ok) return false;
  if (napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, on_completion,
                                      &runtime->completions) != napi_ok) {
    return false;
  }
  return napi_unref_threadsafe_function(env, runtime->completions) == napi_ok;
}

static struct runtime *make_runtime(napi_env env)
{
  struct runtime *runtime = calloc(1, sizeof *runtime);
  if (runtime == NULL) return NULL;
  runtime->env = env;
  runtime->table.first_free = NO_SLOT;
  if (make_completions(runtime) && napi_add_env_cleanup_hook(env, tear_down, runtime) == napi_ok) {
    join_pool();
    return runtime;
  }
  free(runtime);
  return NULL;
}

static const struct {
  const char *name;
  napi_callback function;
} functions[] = {
  { "allocate", js_allocate },
  { "free", js_free },
  { "address", js_address },
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
