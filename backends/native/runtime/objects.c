/* What everything is made of: arrays, libraries, plans, devices, streams and their commands. */

/* Array memory. Zero-filled; small blocks are aligned for vectors, large ones for huge pages. */
struct buffer {
  _Atomic uint32_t references;
  void *address;
  size_t bytes;
  size_t mapped_bytes;  /* 0: from the heap */
  struct buffer *whole; /* whose memory it is, of a window */
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
