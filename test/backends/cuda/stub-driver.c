/*
 * A driver of CUDA that drives nothing: it writes down what it is told, and holds its caller to the rules.
 *
 * Arrays are memory of the host, full of ones at first. Streams are lazy: what is queued happens when
 * somebody waits or asks for it, so a wait that is missing shows every time. A kernel is a function of
 * a library for this processor, `void k(void **arguments, const unsigned *grid_and_block)` with a constant
 * `k_arguments`; one of real GPU code does nothing. What breaks a rule goes into the log behind `!!`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef uint64_t address;

enum status { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100,
  INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, INVALID_HANDLE = 400,
  NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, PEER_ALREADY_ENABLED = 704,
  LAUNCH_FAILED = 719, CAPTURE_UNSUPPORTED = 900 };

static const struct { int status; const char *name, *text; } statuses[] = {
  {OK, "CUDA_SUCCESS", "no error"},
  {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
  {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
  {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
  {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
  {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
  {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
  {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
  {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
  {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
  {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
  {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
  {CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
};

/* ── What there is ─────────────────────────────────────────────────────────────────────────────── */

enum kind { CONTEXT, STREAM, EVENT, MODULE, FUNCTION, GRAPH, EXEC, ARRAY, PINNED };
static const char letters[] = "csemfgxap";

/* Nothing is ever freed before `stub_reset`, so that a stale handle is recognised. */
struct thing {
  enum kind kind;
  int id;
  bool gone;
  struct thing *next, *context;
  /* context */ int device, retained; bool peers[8];
  /* stream */ struct op *head, *captured; bool running, capturing;
  /* event */ struct thing *stream; uint64_t recorded, reached; bool timed; int time;
  /* module */ void *library; char *image; size_t image_bytes;
  /* function */ struct thing *module; char name[96]; void (*run)(void **, const unsigned *); int arguments; unsigned shared;
  /* array, pinned */ char *memory; size_t bytes; bool there;
};

enum op_kind { LAUNCH, COPY, SET, RECORD, WAIT, ALLOCATE, FREE };

struct op {
  enum op_kind kind;
  struct op *next;
  struct thing *thing;
  unsigned shape[6];
  uint64_t values[512];
  char *to;
  const char *from;
  size_t bytes;
  uint64_t version;
  int value;
};

/* What a tensor map of the stub begins with the address of: laid out as `einc_tensor_map` of the emulator. */
struct tensor_map { uint64_t array, bytes; bool is_array; uint64_t same; uint32_t cell_bytes, axes; uint64_t dims[5]; uint32_t box[5]; };
static struct tensor_map maps[64];
static int map_count;

static struct thing *things, *contexts[8], *current;
static int count_of[9], devices = 2, sticky;
static bool initialized, pools = true;
/* Each kernel takes a millisecond. */
static int milliseconds;
static size_t room = 1 << 30;

/* ── The log ───────────────────────────────────────────────────────────────────────────────────── */

static char *text;
static size_t length, capacity;

static void say(const char *format, va_list values) {
  if (capacity - length < 1 << 10) text = realloc(text, capacity = 2 * capacity + (1 << 12));
  length += vsnprintf(text + length, 1 << 10, format, values);
}

static void note(const char *format, ...) {
  va_list values;
  va_start(values, format);
  say(format, values);
  va_end(values);
}

static int broken(const char *rule, const struct thing *t) {
  note("!! %s", rule);
  if (t) note(" %c%d", letters[t->kind], t->id);
  note("\n");
  return INVALID_HANDLE;
}

static const char *shown(uint64_t value) {
  static char names[8][32];
  static int turn;
  char *name = names[turn = (turn + 1) % 8];
  for (struct thing *t = things; t; t = t->next) {
    bool is_memory = (t->kind == ARRAY || t->kind == PINNED) && value >= (address)t->memory && value < (address)t->memory + t->bytes;
    if (is_memory && value > (address)t->memory) snprintf(name, 32, "%c%d+%ld", letters[t->kind], t->id, (long)(value - (address)t->memory));
    else if (is_memory || value == (address)t) snprintf(name, 32, "%c%d", letters[t->kind], t->id);
    else continue;
    return name;
  }
  for (int i = 0; i < map_count; i++) if (value == (address)&maps[i]) { snprintf(name, 32, "t%d", i + 1); return name; }
  snprintf(name, 32, "%ld", (long)value);
  return name;
}

static struct { char name[64]; int nth, status; } planned;
static struct { char name[64]; int status; } planned_kernel;

/* Each function begins with it: says what is called with what, and whether that may go on. */
static int enter(const char *name, const char *format, ...) {
  note("%s", name);
  va_list values;
  va_start(values, format);
  if (*format) note(" ");
  say(format, values);
  va_end(values);
  note("\n");
  if (strcmp(planned.name, name) == 0 && --planned.nth == 0) {
    planned.name[0] = 0;
    return planned.status;
  }
  if (!initialized) return NOT_INITIALIZED;
  return sticky;
}

#define CALL(...) do { int status = enter(__func__, __VA_ARGS__); if (status) return status; } while (0)
#define IN_CONTEXT() do { if (!current) return INVALID_CONTEXT; } while (0)
/* A handle of this kind, not given back, of the current context. */
#define CHECK(handle, of_kind) do { int status = check(handle, of_kind, true); if (status) return status; } while (0)

static int check(const struct thing *handle, enum kind kind, bool in_context) {
  for (struct thing *t = things; t; t = t->next) {
    if (t != handle) continue;
    if (t->kind != kind) return broken("a handle of another kind:", t);
    if (t->gone) return broken("used after it was given back:", t);
    if (in_context && t->context != current) return broken("of another context:", t);
    return OK;
  }
  return broken("no handle", 0);
}

static struct thing *create(enum kind kind) {
  struct thing *t = calloc(1, sizeof *t);
  t->kind = kind;
  t->id = ++count_of[kind];
  t->context = current;
  t->next = things;
  return things = t;
}

/* ── Streams ───────────────────────────────────────────────────────────────────────────────────── */

static void touch(uint64_t value, size_t bytes, bool counts) {
  for (struct thing *t = things; t; t = t->next) {
    if (t->kind != ARRAY || value < (address)t->memory || value >= (address)t->memory + t->bytes) continue;
    if (t->gone) broken("memory used after it was given back:", t);
    else if (!t->there) broken("memory used before it is there:", t);
    else if (counts && value + bytes > (address)t->memory + t->bytes) broken("memory used beyond its end:", t);
    return;
  }
}

static void drain(struct thing *stream, int most);

static void execute(struct op *op) {
  struct thing *t = op->thing;
  switch (op->kind) {
    case LAUNCH:
      milliseconds++;
      for (int i = 0; i < t->arguments; i++) touch(op->values[i], 0, false);
      for (int i = 0; i < t->arguments; i++) for (int m = 0; m < map_count; m++) if (op->values[i] == (address)&maps[m]) touch(maps[m].array, maps[m].bytes, true);
      if (strcmp(planned_kernel.name, t->name) == 0) { sticky = planned_kernel.status; planned_kernel.name[0] = 0; }
      else if (t->run) { void *pointers[512]; for (int i = 0; i < t->arguments; i++) pointers[i] = &op->values[i]; t->run(pointers, op->shape); }
      break;
    case COPY: touch((address)op->to, op->bytes, true); touch((address)op->from, op->bytes, true); memmove(op->to, op->from, op->bytes); break;
    case SET: touch((address)op->to, op->bytes, true); memset(op->to, op->value, op->bytes); break;
    case RECORD: if (op->version > t->reached) t->reached = op->version; t->time = milliseconds; break;
    case WAIT: if (t->reached < op->version) drain(t->stream, -1); break;
    case ALLOCATE: t->there = true; break;
    case FREE: t->gone = true; memset(t->memory, 0xEE, t->bytes); break;
  }
}

static void drain(struct thing *stream, int most) {
  if (stream->running) { broken("streams that wait for each other", stream); return; }
  stream->running = true;
  while (stream->head && most-- != 0 && !sticky) {
    struct op *op = stream->head;
    stream->head = op->next;
    execute(op);
    free(op);
  }
  stream->running = false;
}

static void append(struct op **list, struct op op) {
  while (*list) list = &(*list)->next;
  *list = malloc(sizeof op);
  op.next = 0;
  **list = op;
}

static int queue(struct thing *stream, struct op op) {
  append(stream->capturing ? &stream->captured : &stream->head, op);
  return OK;
}

#define SYNC() do { for (struct thing *t = things; t; t = t->next) if (t->kind == STREAM && !t->gone) drain(t, -1); } while (0)

int cuStreamCreate(struct thing **stream, unsigned flags) { CALL("%u", flags); IN_CONTEXT(); *stream = create(STREAM); return OK; }
int cuStreamDestroy_v2(struct thing *s) { CALL("%s", shown((address)s)); CHECK(s, STREAM); if (s->head) broken("destroyed before it is done:", s); s->gone = true; return OK; }
int cuStreamSynchronize(struct thing *s) { CALL("%s", shown((address)s)); CHECK(s, STREAM); if (s->capturing) return CAPTURE_UNSUPPORTED; drain(s, -1); return sticky; }
int cuStreamWaitEvent(struct thing *s, struct thing *e, unsigned flags) {
  CALL("%s %s %u", shown((address)s), shown((address)e), flags); CHECK(s, STREAM);
  int status = check(e, EVENT, false);
  return status ? status : queue(s, (struct op){.kind = WAIT, .thing = e, .version = e->recorded});
}
int cuEventCreate(struct thing **e, unsigned flags) { CALL("%u", flags); IN_CONTEXT(); *e = create(EVENT); (*e)->timed = !(flags & 2); return OK; }
int cuEventDestroy_v2(struct thing *e) { CALL("%s", shown((address)e)); CHECK(e, EVENT); e->gone = true; return OK; }
int cuEventRecord(struct thing *e, struct thing *s) { CALL("%s %s", shown((address)e), shown((address)s)); CHECK(e, EVENT); CHECK(s, STREAM); e->stream = s; return queue(s, (struct op){.kind = RECORD, .thing = e, .version = ++e->recorded}); }
int cuEventSynchronize(struct thing *e) { CALL("%s", shown((address)e)); CHECK(e, EVENT); if (e->reached < e->recorded) drain(e->stream, -1); return sticky; }
/* Things move on a little whenever somebody looks. */
int cuEventQuery(struct thing *e) { CALL("%s", shown((address)e)); CHECK(e, EVENT); if (e->reached < e->recorded) drain(e->stream, 50); return sticky ? sticky : e->reached < e->recorded ? NOT_READY : OK; }
int cuEventElapsedTime(float *ms, struct thing *from, struct thing *to) {
  CALL("%s %s", shown((address)from), shown((address)to)); CHECK(from, EVENT); CHECK(to, EVENT);
  if (!from->timed || !to->timed) return INVALID_HANDLE;
  if (from->reached < from->recorded || to->reached < to->recorded) return NOT_READY;
  *ms = (float)(to->time - from->time);
  return OK;
}

int cuStreamBeginCapture_v2(struct thing *s, int mode) { CALL("%s %d", shown((address)s), mode); CHECK(s, STREAM); if (s->capturing) return CAPTURE_UNSUPPORTED; s->capturing = true; return OK; }
int cuStreamEndCapture(struct thing *s, struct thing **graph) { s->capturing = false; CALL("%s", shown((address)s)); CHECK(s, STREAM); *graph = create(GRAPH); (*graph)->head = s->captured; s->captured = 0; return OK; }
int cuGraphInstantiateWithFlags(struct thing **exec, struct thing *graph, uint64_t flags) { (void)flags; CALL("%s", shown((address)graph)); CHECK(graph, GRAPH); *exec = create(EXEC); for (struct op *op = graph->head; op; op = op->next) append(&(*exec)->head, *op); return OK; }
int cuGraphLaunch(struct thing *exec, struct thing *s) { CALL("%s %s", shown((address)exec), shown((address)s)); CHECK(exec, EXEC); CHECK(s, STREAM); for (struct op *op = exec->head; op; op = op->next) queue(s, *op); return OK; }
int cuGraphExecDestroy(struct thing *exec) { CALL("%s", shown((address)exec)); CHECK(exec, EXEC); exec->gone = true; return OK; }
int cuGraphDestroy(struct thing *graph) { CALL("%s", shown((address)graph)); CHECK(graph, GRAPH); graph->gone = true; return OK; }

/* ── Devices ───────────────────────────────────────────────────────────────────────────────────── */

int cuGetErrorName(int status, const char **name) { for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) if (statuses[i].status == status) { *name = statuses[i].name; return OK; } *name = 0; return INVALID_VALUE; }
int cuGetErrorString(int status, const char **name) { for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) if (statuses[i].status == status) { *name = statuses[i].text; return OK; } *name = 0; return INVALID_VALUE; }
int cuInit(unsigned flags) { initialized = true; CALL("%u", flags); return devices > 0 ? OK : NO_DEVICE; }
int cuDriverGetVersion(int *version) { CALL(""); *version = 12040; return OK; }
int cuDeviceGetCount(int *count) { CALL(""); *count = devices; return OK; }
int cuDeviceGet(int *device, int ordinal) { CALL("%d", ordinal); if (ordinal < 0 || ordinal >= devices) return INVALID_DEVICE; *device = ordinal + 10; return OK; }
int cuDeviceGetName(char *name, int bytes, int device) { CALL("%d", device); snprintf(name, bytes, "Stub GPU %d", device - 10); return OK; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { CALL("%d", device); *bytes = room; return OK; }
int cuDeviceGetAttribute(int *value, int which, int device) {
  CALL("%d %d", which, device);
  switch (which) {
    case 1: *value = 1024; return OK;
    case 16: *value = 132; return OK;
    case 75: *value = 9; return OK;
    case 76: *value = 0; return OK;
    case 97: *value = 232448; return OK;
    case 115: *value = pools; return OK;
    default: broken("an attribute nobody knows", 0); return INVALID_VALUE;
  }
}
int cuDeviceCanAccessPeer(int *can, int device, int other) { CALL("%d %d", device, other); *can = device != other; return OK; }
int cuDevicePrimaryCtxRetain(struct thing **context, int device) {
  CALL("%d", device);
  struct thing **known = &contexts[device - 10];
  if (!*known || (*known)->gone) { *known = create(CONTEXT); (*known)->device = device; }
  (*known)->retained++;
  *context = *known;
  return OK;
}
int cuDevicePrimaryCtxRelease_v2(int device) {
  CALL("%d", device);
  struct thing *context = contexts[device - 10];
  if (!context || context->retained == 0) return INVALID_CONTEXT;
  if (--context->retained > 0) return OK;
  context->gone = true;
  for (struct thing *t = things; t; t = t->next)
    if (t->context == context && t != context && !t->gone && t->kind != FUNCTION && t->kind != CONTEXT) { broken("left behind in its context:", t); t->gone = true; }
  return OK;
}
int cuCtxSetCurrent(struct thing *context) { CALL("%s", shown((address)context)); if (context) { int status = check(context, CONTEXT, false); if (status) return status; } current = context; return OK; }
int cuCtxSynchronize(void) { CALL(""); IN_CONTEXT(); SYNC(); return sticky; }
int cuCtxEnablePeerAccess(struct thing *peer, unsigned flags) { CALL("%s %u", shown((address)peer), flags); int status = check(peer, CONTEXT, false); if (status) return status; bool *enabled = &current->peers[peer->device - 10]; if (*enabled) return PEER_ALREADY_ENABLED; *enabled = true; return OK; }

/* ── Code ──────────────────────────────────────────────────────────────────────────────────────── */

enum { X86_64 = 62, CUDA = 190 };

int cuModuleLoadDataEx(struct thing **module, const char *image, unsigned options, const int *names, void **values) {
  CALL("%u", options); IN_CONTEXT();
  unsigned machine = memcmp(image, "\177ELF", 4) == 0 ? *(const uint16_t *)(image + 18) : 0;
  if (machine != X86_64 && machine != CUDA) {
    for (unsigned i = 0; i < options; i++) if (names[i] == 5) strcpy(values[i], "ptxas fatal: neither an ELF file nor PTX\n");
    return INVALID_IMAGE;
  }
  size_t bytes = *(const uint64_t *)(image + 40) + (size_t)*(const uint16_t *)(image + 58) * *(const uint16_t *)(image + 60);
  struct thing *m = create(MODULE);
  m->image = memcpy(malloc(bytes), image, m->image_bytes = bytes);
  *module = m;
  if (machine == CUDA) return OK;
  int file = memfd_create("stub", 0);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  if (write(file, image, bytes) != (ssize_t)bytes || !(m->library = dlopen(path, RTLD_NOW | RTLD_LOCAL))) { note("!! %s\n", dlerror()); return INVALID_IMAGE; }
  /* The file stays open: to `dlopen` another one of the same number would be this one. */
  return OK;
}
static bool runs(struct op *op, struct thing *module) { for (; op; op = op->next) if (op->kind == LAUNCH && op->thing->module == module) return true; return false; }
int cuModuleUnload(struct thing *m) {
  CALL("%s", shown((address)m)); CHECK(m, MODULE);
  for (struct thing *t = things; t; t = t->next) if (!t->gone && (t->kind == STREAM || t->kind == EXEC) && runs(t->head, m)) broken("unloaded while it is needed:", m);
  m->gone = true;
  return OK;
}
int cuModuleGetFunction(struct thing **function, struct thing *m, const char *name) {
  CALL("%s %s", shown((address)m), name); CHECK(m, MODULE);
  void *run = m->library ? dlsym(m->library, name) : 0;
  if (!run && (m->library || !memmem(m->image, m->image_bytes, name, strlen(name) + 1))) return NOT_FOUND;
  struct thing *f = create(FUNCTION);
  f->module = m;
  f->run = (void (*)(void **, const unsigned *))run;
  snprintf(f->name, sizeof f->name, "%s", name);
  char symbol[128];
  snprintf(symbol, sizeof symbol, "%s_arguments", name);
  const int *arguments = m->library ? dlsym(m->library, symbol) : 0;
  f->arguments = arguments ? *arguments : 0;
  *function = f;
  return OK;
}
int cuFuncSetAttribute(struct thing *f, int which, int value) { CALL("%s %d %d", shown((address)f), which, value); CHECK(f, FUNCTION); if (which != 8 || value > 232448) return INVALID_VALUE; f->shared = value; return OK; }
int cuLaunchKernel(struct thing *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, struct thing *s, void **arguments, void **extra) {
  struct op op = {.kind = LAUNCH, .thing = f, .shape = {gx, gy, gz, bx, by, bz}};
  int status = check(f, FUNCTION, true);
  if (status) return status;
  char list[512] = "";
  for (int i = 0; i < f->arguments; i++) {
    op.values[i] = *(uint64_t *)arguments[i];
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? " " : "", shown(op.values[i]));
  }
  CALL("%s(%s) <%u %u %u> <%u %u %u> %u %s", f->name, list, gx, gy, gz, bx, by, bz, shared, shown((address)s));
  CHECK(s, STREAM); CHECK(f->module, MODULE);
  if (extra || !gx || !gy || !gz || !bx || !by || !bz || bx * by * bz > 1024 || gy > 65535 || gz > 65535) return INVALID_VALUE;
  if (shared > (f->shared > 49152 ? f->shared : 49152)) return INVALID_VALUE;
  return queue(s, op);
}

#ifndef STUB_OF_CUDA_11
/* CUDA Driver API, Tensor Map Object Management, for cells of 16 bits; sizes come with the innermost axis first. */
int cuTensorMapEncodeTiled(uint64_t *map, int type, uint32_t axes, address array, const uint64_t *dims, const uint64_t *strides, const uint32_t *box, const uint32_t *steps, int interleave, int swizzle, int promotion, int fill) {
  char sizes[256] = "";
  for (uint32_t i = 0; i < axes && axes <= 5; i++) snprintf(sizes + strlen(sizes), sizeof sizes - strlen(sizes), " %lu/%u", (unsigned long)dims[i], box[i]);
  CALL("%d %s%s %d", type, shown(array), sizes, swizzle);
  bool is_right = (address)map % 64 == 0 && (type == 6 || type == 9) && axes >= 1 && axes <= 5 && array % 16 == 0;
  is_right = is_right && interleave == 0 && swizzle == 3 && promotion >= 0 && promotion <= 3 && fill == 0 && box[0] * 2 <= 128 && box[0] * 2 % 16 == 0;
  uint64_t bytes = 2;
  for (uint32_t i = 0; is_right && i < axes; i++) {
    is_right = dims[i] > 0 && dims[i] <= 1ull << 32 && box[i] > 0 && box[i] <= 256 && steps[i] == 1;
    bytes *= dims[i];
    if (i + 1 < axes) is_right = is_right && strides[i] == bytes && bytes % 16 == 0 && bytes < 1ull << 40;
  }
  if (!is_right || map_count == 64) return INVALID_VALUE;
  struct tensor_map *own = &maps[map_count++];
  *own = (struct tensor_map){.array = array, .bytes = bytes, .is_array = true, .same = array, .cell_bytes = 2, .axes = axes};
  for (uint32_t i = 0; i < axes; i++) { own->dims[i] = dims[axes - 1 - i]; own->box[i] = box[axes - 1 - i]; }
  memset(map, 0, 128);
  map[0] = (address)own;
  return OK;
}
#endif

/* ── Memory ────────────────────────────────────────────────────────────────────────────────────── */

static int allocate(address *to, size_t bytes, bool is_there) {
  if (bytes == 0) return INVALID_VALUE;
  size_t live = 0;
  for (struct thing *t = things; t; t = t->next) if (t->kind == ARRAY && !t->gone) live += t->bytes;
  if (live + bytes > room) return OUT_OF_MEMORY;
  struct thing *t = create(ARRAY);
  t->memory = memset(malloc(bytes), 0xFF, bytes);
  t->bytes = bytes;
  t->there = is_there;
  *to = (address)t->memory;
  return OK;
}
static struct thing *array_at(address a) { for (struct thing *t = things; t; t = t->next) if (t->kind == ARRAY && (address)t->memory == a) return t; return 0; }
int cuMemAlloc_v2(address *to, size_t bytes) { CALL("%zu", bytes); IN_CONTEXT(); SYNC(); return allocate(to, bytes, true); }
int cuMemAllocAsync(address *to, size_t bytes, struct thing *s) {
  CALL("%zu %s", bytes, shown((address)s)); CHECK(s, STREAM);
  int status = pools ? allocate(to, bytes, false) : INVALID_VALUE;
  return status ? status : queue(s, (struct op){.kind = ALLOCATE, .thing = array_at(*to)});
}
static int freed(struct thing *array) { if (!array) return broken("no array", 0); return check(array, ARRAY, true); }
int cuMemFree_v2(address a) { CALL("%s", shown(a)); struct thing *t = array_at(a); int status = freed(t); if (status) return status; SYNC(); execute(&(struct op){.kind = FREE, .thing = t}); return OK; }
int cuMemFreeAsync(address a, struct thing *s) { CALL("%s %s", shown(a), shown((address)s)); CHECK(s, STREAM); struct thing *t = array_at(a); int status = freed(t); return status ? status : queue(s, (struct op){.kind = FREE, .thing = t}); }
int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) { CALL(""); IN_CONTEXT(); *total = *free_bytes = room; for (struct thing *t = things; t; t = t->next) if (t->kind == ARRAY && !t->gone) *free_bytes -= t->bytes; return OK; }
int cuDeviceGetDefaultMemPool(address *pool, int device) { CALL("%d", device); *pool = 77; return OK; }
int cuMemPoolSetAttribute(address pool, int which, const uint64_t *value) { CALL("%d %lx", which, *value); return pool == 77 && which == 4 ? OK : INVALID_VALUE; }
int cuMemPoolSetAccess(address pool, const int *access, size_t count) { CALL("%d %d %d", access[0], access[1], access[2]); return pool == 77 && access[0] == 1 && access[2] == 3 && count == 1 ? OK : INVALID_VALUE; }
int cuMemPoolTrimTo(address pool, size_t bytes) { CALL("%zu", bytes); return pool == 77 ? OK : INVALID_VALUE; }
int cuMemAllocHost_v2(char **to, size_t bytes) { CALL("%zu", bytes); IN_CONTEXT(); struct thing *t = create(PINNED); *to = t->memory = malloc(t->bytes = bytes); return OK; }
int cuMemFreeHost(char *memory) { CALL("%s", shown((address)memory)); for (struct thing *t = things; t; t = t->next) if (t->kind == PINNED && t->memory == memory && !t->gone) { t->gone = true; return OK; } return broken("no memory of the host", 0); }
static int copy(address to, address from, size_t bytes, struct thing *s) { CHECK(s, STREAM); return queue(s, (struct op){.kind = COPY, .to = (char *)to, .from = (const char *)from, .bytes = bytes}); }
int cuMemcpyHtoDAsync_v2(address to, address from, size_t bytes, struct thing *s) { CALL("%s %s %zu %s", shown(to), shown(from), bytes, shown((address)s)); return copy(to, from, bytes, s); }
int cuMemcpyDtoHAsync_v2(address to, address from, size_t bytes, struct thing *s) { CALL("%s %s %zu %s", shown(to), shown(from), bytes, shown((address)s)); return copy(to, from, bytes, s); }
int cuMemcpyDtoDAsync_v2(address to, address from, size_t bytes, struct thing *s) { CALL("%s %s %zu %s", shown(to), shown(from), bytes, shown((address)s)); return copy(to, from, bytes, s); }
int cuMemcpyPeerAsync(address to, struct thing *there, address from, struct thing *here, size_t bytes, struct thing *s) {
  CALL("%s %s %s %s %zu %s", shown(to), shown((address)there), shown(from), shown((address)here), bytes, shown((address)s));
  struct thing *a = array_at(to), *b = array_at(from);
  if (!a || !b || a->context != there || b->context != here) return INVALID_VALUE;
  return copy(to, from, bytes, s);
}
int cuMemsetD8Async(address to, unsigned char value, size_t bytes, struct thing *s) { CALL("%s %u %zu %s", shown(to), value, bytes, shown((address)s)); CHECK(s, STREAM); return queue(s, (struct op){.kind = SET, .to = (char *)to, .value = value, .bytes = bytes}); }

/* ── For tests ─────────────────────────────────────────────────────────────────────────────────── */

/* The log since the last call. */
const char *stub_log(void) {
  static char *last;
  free(last);
  last = text ? text : strdup("");
  text = 0;
  length = capacity = 0;
  return last;
}
/* The nth call of a function from now on, or the next run of a kernel, ends so. */
void stub_fail(const char *name, int nth, int status) { snprintf(planned.name, sizeof planned.name, "%s", name); planned.nth = nth; planned.status = status; }
void stub_fail_kernel(const char *name, int status) { snprintf(planned_kernel.name, sizeof planned_kernel.name, "%s", name); planned_kernel.status = status; }
void stub_machine(int device_count, int has_pools, uint64_t bytes) { devices = device_count; pools = has_pools; room = bytes; }
/* What has not been given back, but for contexts and the functions of modules. */
int stub_left(void) { int left = 0; for (struct thing *t = things; t; t = t->next) left += !t->gone && t->kind != CONTEXT && t->kind != FUNCTION; return left; }
/* As if the process had ended and begun anew. */
void stub_reset(void) {
  map_count = 0;
  things = current = 0;
  memset(contexts, 0, sizeof contexts);
  memset(count_of, 0, sizeof count_of);
  sticky = 0;
  planned.name[0] = planned_kernel.name[0] = 0;
  stub_machine(2, 1, 1 << 30);
}
