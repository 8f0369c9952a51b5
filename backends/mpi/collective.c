/*
 * Collectives over MPI. The library only transports messages, since it knows the network; the message
 * pattern and the order of reductions are decided here, so that results have the same bits
 * with any library, and so that a rank that does not arrive can be named.
 *
 *   greet       every rank tells every other one what it is about to do, and waits for their greetings.
 *               A rank without a greeting has not entered; its last greeting says what it did last.
 *   reduce      (reduce-scatter) rank r receives everybody's part of chunk r and combines them: see combine.c
 *   gather      (all-gather) everybody receives everybody's chunk
 *
 * An all-reduce is a reduce and a gather, pipelined in segments so that additions overlap transfers: each rank sends
 * and receives 2 (n-1)/n of the array, as in a ring, in two steps instead of 2 (n-1).
 *
 * All functions run on one thread, that of a stream, one after the other; none waits
 * longer than the deadline it is given. They have the kernel ABI and return one of `outcome`.
 */
#define _GNU_SOURCE
#include "library.c"
#include "combine.c"
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum outcome { DONE, NO_LIBRARY, LATE, DISAGREED, NO_MEMORY, BROKEN, REFUSED };
enum kind { BARRIER, ALL_REDUCE, ALL_GATHER, REDUCE_SCATTER, BROADCAST, SEND_RECV, END };

/* What a rank sends when it enters. The host fills in the first five words and the text. */
struct greeting {
  double kind, dtype, op, root, cells;
  double step;
  double sequence;
  char doing[72];
};

struct order {
  struct greeting own;
  double seconds;  /* timeout */
  double to, from; /* ranks, for SEND_RECV */
};

/* Larger messages are split: MPI's counts have 31 bits. */
#define MESSAGE ((size_t)1 << 30)
#define SEGMENT ((size_t)256 << 10)
#define SCRATCH ((size_t)64 << 20)

enum phase { GREETING, PARTS, CHUNKS, PHASES };

/* A message in flight. */
struct request {
  handle mpi;
  int peer;
  bool is_pending;
  bool is_receive;
};

static struct {
  int rank, size;
  bool has_joined;
  bool is_broken;
  bool is_crowded; /* more ranks than processors on this machine */
  uint32_t sequence;
  struct greeting *heard; /* the last greeting of each rank */
  uint8_t *late;          /* for each rank, whether it missed the deadline */
  struct timespec deadline;
  struct request *requests; /* six for each peer; see slot */
} world;

/* ---- messages ---------------------------------------------------------------------------------- */

static bool is_past(struct timespec moment)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > moment.tv_sec ||
         (now.tv_sec == moment.tv_sec && now.tv_nsec > moment.tv_nsec);
}

static void set_deadline(double seconds)
{
  clock_gettime(CLOCK_MONOTONIC, &world.deadline);
  double whole = (double)(long long)seconds;
  world.deadline.tv_sec += (time_t)whole;
  world.deadline.tv_nsec += (long)((seconds - whole) * 1e9);
  if (world.deadline.tv_nsec < 1000000000) return;
  world.deadline.tv_sec++;
  world.deadline.tv_nsec -= 1000000000;
}

enum lane { OUT, IN, OUT_AGAIN, IN_AGAIN, LANES };

/* Each peer has two slots in each lane, used alternately. */
static struct request *slot(enum lane lane, int peer, size_t turn)
{
  return &world.requests[((size_t)lane * (size_t)world.size + (size_t)peer) * 2 + turn % 2];
}

static bool has_arrived(struct request *request)
{
  int flag = 0;
  if (!request->is_pending) return true;
  mpi.test(&request->mpi, &flag, mpi.status_ignore);
  request->is_pending = flag == 0;
  return flag != 0;
}

/* Records ranks whose messages are missing: late senders, not receivers that were slow. */
static void note_late(struct request *waited)
{
  bool found = false;
  for (size_t i = 0; i < (size_t)LANES * (size_t)world.size * 2; i++) {
    struct request *request = &world.requests[i];
    if (!request->is_receive || has_arrived(request)) continue;
    world.late[request->peer] = 1;
    found = true;
  }
  if (!found) world.late[waited->peer] = 1;
}

/* For about 0.2 s; after that, polls rarely, since other ranks may need the processor. */
#define SHORT_NAPS 2048
#define LONG_NAP 1000

static void nap(unsigned naps)
{
  useconds_t brief = world.is_crowded ? 10 : 50;
  usleep(naps < SHORT_NAPS ? brief : LONG_NAP);
}

/*
 * Waits by polling, because the library makes progress only in calls. After a while the processor is given up
 * between polls, at first by yielding and later by sleeping. Where ranks share processors sleeping starts early, because
 * a rank that only yields can keep the next one from being woken.
 */
static bool await(struct request *request)
{
  unsigned patience = world.is_crowded ? 256 : 200000;
  for (unsigned turn = 1; !has_arrived(request); turn++) {
    if (turn % 64 != 0) continue;
    sched_yield();
    if (turn > patience) nap((turn - patience) / 64);
    if (turn % 1024 == 0 && is_past(world.deadline)) {
      note_late(request);
      world.is_broken = true;
      return false;
    }
  }
  return true;
}

/* Distinguishes the messages of two consecutive collectives, in case one overtakes the other. */
static int tag_of(enum phase phase)
{
  return (int)(world.sequence % 8000) * PHASES + (int)phase;
}

static void send(struct request *request, const void *from, size_t bytes, int peer, int tag)
{
  *request = (struct request){ .peer = peer, .is_pending = true };
  mpi.isend(from, (int)bytes, mpi.byte, peer, tag, mpi.world, &request->mpi);
}

static void receive(struct request *request, void *to, size_t bytes, int peer, int tag)
{
  *request = (struct request){ .peer = peer, .is_pending = true, .is_receive = true };
  mpi.irecv(to, (int)bytes, mpi.byte, peer, tag, mpi.world, &request->mpi);
}

/* The ranks from the next one on, so that not all ranks start with the same peer. */
static int peer_of(int distance)
{
  return (world.rank + distance) % world.size;
}

#define FOR_PEERS(peer) for (int distance_ = 1, peer = peer_of(1); distance_ < world.size; peer = peer_of(++distance_))

/* ---- the collectives ------------------------------------------------------------------------------ */

static bool is_same(const struct greeting *a, const struct greeting *b)
{
  return a->kind == b->kind && a->dtype == b->dtype && a->op == b->op && a->root == b->root &&
         a->cells == b->cells && a->sequence == b->sequence;
}

static enum outcome greet(struct order *order)
{
  order->own.sequence = (double)world.sequence;
  FOR_PEERS (peer) {
    receive(slot(IN, peer, 0), &world.heard[peer], sizeof order->own, peer, tag_of(GREETING));
  }
  FOR_PEERS (peer) send(slot(OUT, peer, 0), &order->own, sizeof order->own, peer, tag_of(GREETING));
  FOR_PEERS (peer) if (!await(slot(IN, peer, 0))) return LATE;
  FOR_PEERS (peer) if (!await(slot(OUT, peer, 0))) return LATE;
  FOR_PEERS (peer) {
    if (is_same(&order->own, &world.heard[peer])) continue;
    world.is_broken = true;
    world.late[peer] = 1;
    return DISAGREED;
  }
  return DONE;
}

/* A range of an array, in bytes. */
struct range {
  char *start;
  size_t bytes;
};

static struct range segment_of(struct range chunk, size_t number, size_t length)
{
  size_t first = number * length < chunk.bytes ? number * length : chunk.bytes;
  size_t rest = chunk.bytes - first;
  return (struct range){ chunk.start + first, rest < length ? rest : length };
}

/*
 * Divides an array into as many chunks as ranks; if it does not divide evenly, the first chunks have one cell more.
 */
static struct range chunk_of(void *array, size_t cells, size_t cell_bytes, int rank)
{
  size_t each = cells / (size_t)world.size;
  size_t more = cells % (size_t)world.size;
  size_t before = (size_t)rank < more ? (size_t)rank : more;
  size_t first = each * (size_t)rank + before;
  size_t count = each + ((size_t)rank < more ? 1 : 0);
  return (struct range){ (char *)array + first * cell_bytes, count * cell_bytes };
}

/*
 * The arrays of a reduction. `parts` and `chunks` give the addresses, in this rank's memory, of its part for a rank
 * and of that rank's result; a reduce-scatter stores only its own result.
 */
struct reduction {
  enum op op;
  size_t cell_bytes;
  combine_function combine;
  void *array;
  size_t cells;
  char *result;   /* of this rank's own chunk */
  bool is_shared; /* whether results are all-gathered */
};

static struct range part_for(const struct reduction *r, int rank)
{
  return chunk_of(r->array, r->cells, r->cell_bytes, rank);
}

/* For the parts of a segment; all ranks divide all chunks alike, so segments match. */
static size_t segment_length(const struct reduction *r)
{
  size_t room = SCRATCH / 2 / (size_t)world.size;
  size_t length = room < SEGMENT ? room : SEGMENT;
  return length / 64 * 64 > r->cell_bytes ? length / 64 * 64 : 64;
}

struct scratch {
  char *memory;
  const void **parts;
};

static void post_parts(const struct reduction *r, size_t number, size_t length, char *memory)
{
  struct range own = segment_of(part_for(r, world.rank), number, length);
  FOR_PEERS (peer) {
    char *place = memory + ((size_t)peer * 2 + number % 2) * length;
    receive(slot(IN, peer, number), place, own.bytes, peer, tag_of(PARTS));
  }
}

static void send_part(const struct reduction *r, size_t number, size_t length, int peer)
{
  struct range part = segment_of(part_for(r, peer), number, length);
  send(slot(OUT, peer, number), part.start, part.bytes, peer, tag_of(PARTS));
}

static bool combine_segment(const struct reduction *r, size_t number, size_t length,
                            struct scratch scratch, struct range *result)
{
  struct range own = segment_of(part_for(r, world.rank), number, length);
  scratch.parts[world.rank] = own.start;
  FOR_PEERS (peer) {
    if (!await(slot(IN, peer, number))) return false;
    scratch.parts[peer] = scratch.memory + ((size_t)peer * 2 + number % 2) * length;
  }
  *result = (struct range){ r->result + number * length, own.bytes };
  r->combine(r->op, scratch.parts, world.size, result->start, own.bytes / r->cell_bytes);
  return true;
}

/*
 * Segment by segment, two in flight. A result is received into the place of the part that was sent from
 * there, so that send must have completed.
 */
static enum outcome reduce_segments(const struct reduction *r, size_t segments, size_t length,
                                    struct scratch scratch)
{
  for (size_t s = 0; s < 2 && s < segments; s++) {
    post_parts(r, s, length, scratch.memory);
    FOR_PEERS (peer) send_part(r, s, length, peer);
  }
  for (size_t s = 0; s < segments; s++) {
    struct range result;
    if (!combine_segment(r, s, length, scratch, &result)) return LATE;
    if (s + 2 < segments) post_parts(r, s + 2, length, scratch.memory);
    FOR_PEERS (peer) {
      if (r->is_shared) {
        if (!await(slot(OUT_AGAIN, peer, s))) return LATE;
        send(slot(OUT_AGAIN, peer, s), result.start, result.bytes, peer, tag_of(CHUNKS));
      }
      if (!await(slot(OUT, peer, s))) return LATE;
      if (r->is_shared) {
        struct range theirs = segment_of(part_for(r, peer), s, length);
        if (!await(slot(IN_AGAIN, peer, s))) return LATE;
        receive(slot(IN_AGAIN, peer, s), theirs.start, theirs.bytes, peer, tag_of(CHUNKS));
      }
      if (s + 2 < segments) send_part(r, s + 2, length, peer);
    }
  }
  for (enum lane lane = OUT; lane < LANES; lane++) {
    FOR_PEERS (peer) {
      if (!await(slot(lane, peer, 0)) || !await(slot(lane, peer, 1))) return LATE;
    }
  }
  return DONE;
}

static enum outcome reduce(const struct reduction *r)
{
  size_t length = segment_length(r);
  /* Rank 0 has the longest chunk. */
  size_t segments = (part_for(r, 0).bytes + length - 1) / length;
  struct scratch scratch = { .parts = malloc((size_t)world.size * sizeof(void *)) };
  if (posix_memalign((void **)&scratch.memory, 64, (size_t)world.size * 2 * length) != 0) {
    scratch.memory = NULL;
  }
  enum outcome outcome = NO_MEMORY;
  if (scratch.parts != NULL && scratch.memory != NULL) {
    outcome = reduce_segments(r, segments, length, scratch);
  }
  /* Abandoned requests may still write to this memory. */
  if (outcome != LATE) free(scratch.memory);
  free(scratch.parts);
  return outcome;
}

/* One range to each peer and one from each, split into messages of at most MESSAGE bytes. */
static enum outcome exchange(struct range (*out)(const void *, int), struct range (*in)(const void *, int),
                             const void *about)
{
  size_t messages = 1;
  FOR_PEERS (peer) {
    size_t bytes = out(about, peer).bytes > in(about, peer).bytes ? out(about, peer).bytes
                                                                  : in(about, peer).bytes;
    if ((bytes + MESSAGE - 1) / MESSAGE > messages) messages = (bytes + MESSAGE - 1) / MESSAGE;
  }
  for (size_t m = 0; m < messages; m++) {
    FOR_PEERS (peer) {
      struct range to = segment_of(in(about, peer), m, MESSAGE);
      if (to.bytes > 0) receive(slot(IN, peer, 0), to.start, to.bytes, peer, tag_of(CHUNKS));
    }
    FOR_PEERS (peer) {
      struct range from = segment_of(out(about, peer), m, MESSAGE);
      if (from.bytes > 0) send(slot(OUT, peer, 0), from.start, from.bytes, peer, tag_of(CHUNKS));
    }
    FOR_PEERS (peer) {
      if (!await(slot(IN, peer, 0)) || !await(slot(OUT, peer, 0))) return LATE;
    }
  }
  return DONE;
}

/* All-gather: each rank's chunk goes to all. Also a broadcast, where the root's chunks go to their ranks first. */
struct sharing {
  char *array;
  size_t cells;
  size_t cell_bytes;
  int root;
};

static struct range their_chunk(const void *about, int peer)
{
  const struct sharing *s = about;
  return chunk_of(s->array, s->cells, s->cell_bytes, peer);
}

static struct range own_chunk(const void *about, int peer)
{
  (void)peer;
  return their_chunk(about, world.rank);
}

static const struct range nothing = { NULL, 0 };

static struct range dealt_out(const void *about, int peer)
{
  const struct sharing *s = about;
  return world.rank == s->root ? their_chunk(about, peer) : nothing;
}

static struct range dealt_in(const void *about, int peer)
{
  const struct sharing *s = about;
  return peer == s->root ? own_chunk(about, peer) : nothing;
}

static enum outcome broadcast(struct sharing sharing)
{
  enum outcome outcome = exchange(dealt_out, dealt_in, &sharing);
  return outcome == DONE ? exchange(own_chunk, their_chunk, &sharing) : outcome;
}

static enum outcome send_recv(const struct order *order, char *out, char *in, size_t bytes)
{
  int to = (int)order->to;
  int from = (int)order->from;
  for (size_t done = 0; done < bytes; done += MESSAGE) {
    size_t some = bytes - done < MESSAGE ? bytes - done : MESSAGE;
    receive(slot(IN, from, 0), in + done, some, from, tag_of(CHUNKS));
    send(slot(OUT, to, 0), out + done, some, to, tag_of(CHUNKS));
    if (!await(slot(IN, from, 0)) || !await(slot(OUT, to, 0))) return LATE;
  }
  return DONE;
}

/* ---- what the host calls --------------------------------------------------------------------------- */

#define EXPORT __attribute__((visibility("default")))

static bool make_room(void)
{
  size_t size = (size_t)world.size;
  world.requests = calloc((size_t)LANES * size * 2, sizeof *world.requests);
  return world.requests != NULL;
}

/*
 * join(facts: 4 doubles, path, text). Inputs: the number of ranks on this machine and of its processors. Outputs: rank,
 * size, the thread level, and the library's name, or why there is none.
 */
EXPORT int32_t mpi_join(void *const *args)
{
  enum { MULTIPLE = 3, TEXT = 4096 };
  double *facts = args[0];
  char *text = args[2];
  char version[8192] = "";
  int length = 0;
  int threads = 0;
  if (world.has_joined) return REFUSED;
  world.is_crowded = facts[0] > facts[1];
  if (!open_mpi(args[1], text, TEXT)) return NO_LIBRARY;
  int is_initialized = 0;
  mpi.initialized(&is_initialized);
  if (!is_initialized) mpi.init_thread(NULL, NULL, MULTIPLE, &threads);
  mpi.comm_rank(mpi.world, &world.rank);
  mpi.comm_size(mpi.world, &world.size);
  mpi.version(version, &length);
  snprintf(text, TEXT, "%.*s", (int)strcspn(version, "\n"), version);
  if (!make_room()) return NO_MEMORY;
  world.has_joined = true;
  facts[0] = world.rank;
  facts[1] = world.size;
  facts[2] = threads;
  return DONE;
}

static enum outcome carry_out(struct order *order, char *out, char *in)
{
  const struct greeting *own = &order->own;
  size_t cells = (size_t)own->cells;
  size_t bytes = cells_of[(int)own->dtype].bytes;
  struct reduction reduction = { (enum op)own->op, bytes, cells_of[(int)own->dtype].combine, out,
                                 cells, in, false };
  struct sharing sharing = { in, cells, bytes, (int)own->root };
  switch ((enum kind)own->kind) {
  case BARRIER:
  case END:
    return DONE;
  case ALL_REDUCE:
    reduction.result = part_for(&reduction, world.rank).start;
    reduction.is_shared = true;
    return reduce(&reduction);
  case REDUCE_SCATTER:
    return reduce(&reduction);
  case ALL_GATHER: {
    struct range own_part = own_chunk(&sharing, world.rank);
    memmove(own_part.start, out, own_part.bytes);
    return exchange(own_chunk, their_chunk, &sharing);
  }
  case BROADCAST:
    return broadcast(sharing);
  case SEND_RECV:
    return send_recv(order, out, in, cells * bytes);
  }
  return REFUSED;
}

/*
 * collect(order, heard, late, out, in). `order.own.cells` counts the cells of the whole array: of `in` for
 * an all-gather, of `out` for a reduce-scatter. `heard` has a greeting for each rank and `late`
 * a byte; they say what went wrong. An array that is changed in place is both `out` and `in`.
 */
EXPORT int32_t mpi_collect(void *const *args)
{
  struct order *order = args[0];
  if (!world.has_joined || world.is_broken) return BROKEN;
  world.heard = args[1];
  world.late = args[2];
  set_deadline(order->seconds);
  enum outcome outcome = DONE;
  if ((enum kind)order->own.kind != SEND_RECV) {
    world.sequence++;
    outcome = greet(order);
  }
  return outcome == DONE ? (int32_t)carry_out(order, args[3], args[4]) : (int32_t)outcome;
}

/* leave(): only after a barrier, since MPI_Finalize waits for all ranks. */
EXPORT int32_t mpi_leave(void *const *args)
{
  (void)args;
  if (world.has_joined && !world.is_broken) mpi.finalize();
  world.has_joined = false;
  return DONE;
}
