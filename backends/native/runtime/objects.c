/* The structs: buffers, libraries, plans, devices, streams and their commands. */

/* Array memory. Zero-filled; small blocks are aligned for vectors, large ones for huge pages. */
struct buffer {
  _Atomic uint32_t references;
  void *address;
  size_t bytes;
  size_t mapped_bytes;  /* 0: allocated from the heap */
  struct buffer *whole; /* of a window: the buffer that owns the memory */
  struct use *uses;     /* the plans that refer to it; used by the caller only */
};

/* One buffer argument of a plan, linked to all other uses of that buffer. */
struct use {
  struct buffer *buffer;  /* NULL once the buffer has been freed */
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

/* Where an index is filled in before a run. */
struct patch {
  void **argument;
  uint32_t index;
};

struct plan {
  double handle;
  struct stream *stream;  /* NULL once the stream has been destroyed */
  uint64_t last_command;  /* the stream's head after the plan was last queued */
  bool broken;            /* refers to a freed buffer */
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
 * The first kernel that failed; code 0 means no failure. Commands from position `first` to `last` are
 * skipped; a failure that still blocks the stream has no `last` yet.
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

/* From a buffer or the caller's memory, to a buffer or to the results of a started list. */
struct copy {
  struct buffer *to;      /* buffers involved are kept until it is done */
  struct buffer *from;
  void *target;
  const void *source;
  size_t bytes;
  struct flight *flight;  /* the list whose allocation holds this struct; NULL: its own */
};

struct recorded;

/*
 * Commands that one call queues, repeatedly. It owns nothing that it refers to; handles are resolved at each start.
 */
struct list {
  size_t stream_count;
  size_t input_count;
  size_t result_count;        /* one per stream, plus the requested results */
  size_t copy_count;
  size_t command_count;
  double *stream_handles;
  struct stream **streams;    /* while the list is being started */
  struct recorded *commands;
};

/* What a list is started with, to be executed `times` times. */
struct start {
  const struct list *list;
  size_t times;
  size_t index_count;
  const double *indices;  /* for the first time */
  const double *growth;   /* by how much they grow from time to time; NULL: they do not */
  double *positions;      /* room for those of the streams */
};

/* A started list; freed when its promise is settled. */
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
  uint64_t count;  /* of runs, or the position to wait for */
  int64_t indices[MAX_INDICES];
  int64_t strides[MAX_INDICES];  /* how much an index grows from run to run */
};

/* Past failures kept; a caller that asks about an older position gets no answer. */
#define REMEMBERED_FAILURES 16

struct stream {
  struct runtime *runtime;
  struct device *device;  /* NULL: the whole machine */
  struct command *ring;
  pthread_t thread;
  _Atomic uint32_t references;  /* the handle's, and those of commands of other streams */
  pthread_mutex_t mutex;  /* guards waiting for `tail`, and the fields below it */
  pthread_cond_t progress;
  struct promise *promises;  /* sorted by when they settle */
  struct failure failure;  /* read without the mutex by its worker, and by the caller of an idle stream */
  struct failure past[REMEMBERED_FAILURES];
  uint32_t past_count;
  uint64_t seen_tail;  /* the caller's copy of `tail`: avoids touching the worker's cache line */
  bool is_held;        /* to be woken once the caller has queued everything; used by the caller only */
  struct stream *next_held;
  _Alignas(64) _Atomic uint64_t head;  /* commands queued */
  _Alignas(64) _Atomic uint64_t tail;  /* commands done */
  _Alignas(64) _Atomic uint64_t awaited;  /* the least tail that somebody sleeps for; or NEVER */
  _Atomic uint32_t sleeping; /* 1: the worker sleeps, or is about to */
  _Atomic bool abandoned;  /* skip all commands, only release */
  _Atomic bool has_failed; /* at least once */
  _Atomic uint64_t busy;   /* nanoseconds in kernels and copies */
};

#define NEVER UINT64_MAX

/* The state of one env. */
struct runtime {
  napi_env env;
  struct table table;
  napi_async_cleanup_hook_handle hook;
  struct bell *bell;     /* rung for `settled`, unless the caller is completing promises */
  struct promise *due;   /* taken from `settled`; the first one first */
  uint32_t pending_promises;
  bool is_holding;      /* workers on the caller's processor are not woken for queued commands */
  struct stream *held;  /* those to be woken later */
  _Alignas(64) _Atomic(struct promise *) settled;  /* to be completed by the caller; the last one first */
  _Atomic bool is_completing;
};

/* For the whole process: buffers of all envs share the same memory. */
static _Atomic int64_t live_bytes;
