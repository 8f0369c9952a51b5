/*
 * Blocks run one after another. The threads of a block run cooperatively: each until it waits for others
 * or ends. A fiber whose thread has ended continues with the next unstarted thread of the block,
 * so kernels without barriers and shuffles are plain loops over their threads.
 *
 * Memory needs no locks: threads switch only where one waits.
 */
#pragma once

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

/* What a kernel sees are constants; the emulator sets them through the variables under other names. */
EINC_HIDDEN extern const uint3 threadIdx __asm__("einc_thread_index");
EINC_HIDDEN extern const uint3 blockIdx __asm__("einc_block_index");
EINC_HIDDEN extern const dim3 blockDim __asm__("einc_block_shape");
EINC_HIDDEN extern const dim3 gridDim __asm__("einc_grid_shape");
constexpr int warpSize = 32;

namespace emulated {

EINC_HIDDEN extern uint3 thread_index __asm__("einc_thread_index");
EINC_HIDDEN extern uint3 block_index __asm__("einc_block_index");
EINC_HIDDEN extern uint3 block_shape __asm__("einc_block_shape");
EINC_HIDDEN extern uint3 grid_shape __asm__("einc_grid_shape");
uint3 thread_index;
uint3 block_index;
uint3 block_shape;
uint3 grid_shape;

constexpr unsigned lanes = 32;
constexpr unsigned slot_bytes = 32;

enum class State : uint8_t { ready, at_barrier, in_warp, awaiting, done };

struct Thread {
  Fiber fiber;
  State state;
  /* Which of its two slots holds its last value for other lanes. */
  uint8_t turn;
  /* The same for all lanes of its last meeting, and which lanes those were. */
  unsigned turns;
  unsigned met;
  /* The line at which it waits, and for which lanes. */
  int line;
  unsigned mask;
  /* The time of its last `__syncwarp`, with the lanes in `ordered_lanes`. */
  uint32_t ordered_at;
  unsigned ordered_lanes;
  /* The time at which it last found bulk copies to have arrived. */
  uint32_t arrived_at;
};

/* A lane's value for other lanes. There are two, since one may still be read while the lane fills the next. */
struct alignas(16) Slot {
  char bytes[slot_bytes];
};

struct Block {
  void (*kernel)();
  unsigned count;    /* threads */
  unsigned started;
  unsigned current;
  unsigned done;
  unsigned waiting;  /* threads at a barrier */
  bool failed;
  uint64_t number;   /* in the grid */
  Fiber scheduler;
  Thread threads[most_threads];
  Slot slots[most_threads][2];
};
static Block block;

/*
 * Time advances when threads synchronise. What happened before `barrier_time` is ordered before
 * everything that the block does now.
 */
static uint32_t now = 1;
static uint32_t launch_time;
static uint32_t block_time;
static uint32_t barrier_time;

EINC_OWN inline unsigned thread_count() { return block.count; }

EINC_OWN inline void enter(unsigned thread)
{
  block.current = thread;
  const unsigned row = thread / block_shape.x;
  thread_index.x = thread % block_shape.x;
  thread_index.y = row % block_shape.y;
  thread_index.z = row / block_shape.y;
  /* The compiler considers these variables constant, so it must be told that they have changed. */
  asm volatile("" ::: "memory");
}

EINC_OWN inline void forget_shared();  /* check.h */
EINC_OWN inline void finish_copies();  /* tensor.h */
EINC_OWN inline bool has_arrived(unsigned thread);  /* bulk.h */
EINC_OWN inline void report_unarrived(unsigned thread);
EINC_OWN inline void end_arrivals();

/* The code of a fiber: runs threads from start to end. */
EINC_OWN inline void run_threads()
{
  const unsigned stack = stacks.free_list[stacks.taken - 1];
  while (block.started < block.count) {
    enter(block.started++);
    block.kernel();
    finish_copies();
    block.threads[block.current].state = State::done;
    block.done++;
  }
  give_stack_back(stack);
  Fiber &own = block.threads[block.current].fiber;
  change_fiber(own, block.scheduler);
  __builtin_unreachable();
}

EINC_OWN inline void resume(unsigned thread)
{
  enter(thread);
  change_fiber(block.scheduler, block.threads[thread].fiber);
}

EINC_OWN inline void start_threads()
{
  Fiber fresh;
  begin_fiber(fresh, stack_at(take_stack()), run_threads);
  change_fiber(block.scheduler, fresh);
}

/* Suspends the current thread until it is resumed. */
EINC_OWN inline void give_way(State state, int line)
{
  Thread &thread = block.threads[block.current];
  thread.state = state;
  thread.line = line;
  change_fiber(thread.fiber, block.scheduler);
}

/* Stops the block; the current thread never returns from this. */
[[noreturn]] EINC_OWN inline void stop()
{
  block.failed = true;
  change_fiber(block.threads[block.current].fiber, block.scheduler);
  __builtin_unreachable();
}

EINC_OWN inline Party party_waiting(unsigned thread)
{
  const bool is_done = block.threads[thread].state == State::done;
  const int line = is_done ? 0 : block.threads[thread].line;
  return { thread, static_cast<int64_t>(block.number), line, 0, 0 };
}

/* Reports that `thread` waits and `other` is not at the same place. */
EINC_OWN inline void diverged(unsigned thread, unsigned other)
{
  report->fault = divergence;
  report->first = party_waiting(thread);
  report->second = party_waiting(other);
  block.failed = true;
}

/* The lanes of a warp that exist and have not ended. */
EINC_OWN inline unsigned living_lanes(unsigned warp)
{
  unsigned living = 0;
  for (unsigned i = warp * lanes; i < block.count && i < (warp + 1) * lanes; i++) {
    if (block.threads[i].state != State::done) living |= 1u << i % lanes;
  }
  return living;
}

/* Whether all lanes for which `thread` waits are waiting for the same lanes, so that they may continue. */
EINC_OWN inline bool release(unsigned thread, unsigned living)
{
  const Thread &caller = block.threads[thread];
  const unsigned first = thread - thread % lanes;
  const unsigned group = caller.mask & living;
  unsigned turns = 0;
  if (!(group >> thread % lanes & 1)) return false;
  for (unsigned lane = 0; lane < lanes; lane++) {
    if (!(group >> lane & 1)) continue;
    const Thread &other = block.threads[first + lane];
    if (other.state != State::in_warp || other.line != caller.line) return false;
    if ((other.mask & living) != group) return false;
    turns |= static_cast<unsigned>(other.turn) << lane;
  }
  for (unsigned lane = 0; lane < lanes; lane++) {
    if (!(group >> lane & 1)) continue;
    Thread &member = block.threads[first + lane];
    member.state = State::ready;
    member.turns = turns;
    member.met = group;
  }
  now++;
  return true;
}

/* Lets the lanes of a warp continue until all depend on other warps; returns whether any did continue. */
EINC_OWN inline bool run_warp(unsigned warp)
{
  const unsigned first = warp * lanes;
  const unsigned end = first + lanes < block.count ? first + lanes : block.count;
  bool has_run = false;
  for (bool goes_on = true; goes_on && !block.failed;) {
    goes_on = false;
    const unsigned living = living_lanes(warp);
    for (unsigned i = first; i < end && !block.failed; i++) {
      Thread &thread = block.threads[i];
      if (thread.state == State::in_warp && release(i, living)) goes_on = true;
      if (thread.state != State::awaiting || !has_arrived(i)) continue;
      thread.state = State::ready;
      goes_on = true;
    }
    for (unsigned i = first; i < end && !block.failed; i++) {
      if (block.threads[i].state == State::ready) resume(i);
    }
    has_run |= goes_on;
  }
  return has_run;
}

/* All threads are at a barrier; unless it is the same one, they have diverged. */
EINC_OWN inline void pass_barrier()
{
  for (unsigned i = 1; i < block.count; i++) {
    if (block.threads[i].line != block.threads[0].line) return diverged(0, i);
  }
  block.waiting = 0;
  barrier_time = ++now;
  for (unsigned i = 0; i < block.count; i++) block.threads[i].state = State::ready;
  for (unsigned i = 0; i < block.count && !block.failed; i++) resume(i);
}

EINC_OWN inline bool is_awaited(unsigned other, unsigned thread)
{
  const Thread &waiting = block.threads[thread];
  if (waiting.state == State::at_barrier) return true;
  const bool is_living = block.threads[other].state != State::done;
  return is_living && other / lanes == thread / lanes && waiting.mask >> other % lanes & 1;
}

/* No thread can continue: reports the first that waits, and one for which it waits. */
EINC_OWN inline void find_divergence()
{
  unsigned thread = 0;
  while (block.threads[thread].state == State::done) thread++;
  const Thread &waiting = block.threads[thread];
  if (waiting.state == State::awaiting) {
    block.failed = true;
    return report_unarrived(thread);
  }
  for (unsigned i = 0; i < block.count; i++) {
    const Thread &other = block.threads[i];
    const bool is_there = other.state == waiting.state && other.line == waiting.line;
    const bool is_same = waiting.state == State::at_barrier || other.mask == waiting.mask;
    if (is_awaited(i, thread) && !(is_there && is_same)) return diverged(thread, i);
  }
  diverged(thread, thread);
}

EINC_OWN inline bool run_block()
{
  forget_shared();
  block.started = block.done = block.waiting = 0;
  block_time = barrier_time = ++now;
  while (block.started < block.count && !block.failed) start_threads();
  while (block.done < block.count && !block.failed) {
    bool has_run = false;
    for (unsigned warp = 0; warp * lanes < block.count; warp++) has_run |= run_warp(warp);
    if (block.failed || block.done == block.count) break;
    if (block.waiting == block.count) pass_barrier();
    else if (!has_run) find_divergence();
  }
  if (!block.failed) end_arrivals();
  return !block.failed;
}

EINC_OWN inline bool run_grid()
{
  block.count = block_shape.x * block_shape.y * block_shape.z;
  block.number = 0;
  block.failed = false;
  stacks.taken = 0;
  launch_time = ++now;
  for (unsigned z = 0; z < grid_shape.z; z++) {
    for (unsigned y = 0; y < grid_shape.y; y++) {
      for (unsigned x = 0; x < grid_shape.x; x++) {
        block_index = { x, y, z };
        if (!run_block()) return false;
        block.number++;
      }
    }
  }
  return true;
}

/* Waits for all threads of the block. */
EINC_OWN inline void wait_for_block(int line)
{
  block.waiting++;
  give_way(State::at_barrier, line);
}

/*
 * Exchanges values with the lanes of `mask`: offers `value` and waits until they have offered theirs. `given_by`
 * returns them until the second meeting of this lane from now.
 */
template <class T>
EINC_OWN inline void meet(unsigned mask, const T &value, int line)
{
  static_assert(sizeof(T) <= slot_bytes, "a slot is as large as what the largest exchange needs");
  Thread &thread = block.threads[block.current];
  thread.turn ^= 1;
  thread.mask = mask;
  __builtin_memcpy(block.slots[block.current][thread.turn].bytes, &value, sizeof(T));
  give_way(State::in_warp, line);
}

/* The value of a lane from the last meeting; garbage if it did not take part. */
template <class T>
EINC_OWN inline T given_by(unsigned lane)
{
  T value;
  const Thread &thread = block.threads[block.current];
  if (thread.met >> lane & 1) {
    const unsigned other = block.current - block.current % lanes + lane;
    __builtin_memcpy(&value, block.slots[other][thread.turns >> lane & 1].bytes, sizeof(T));
  } else {
    __builtin_memset(&value, 0xff, sizeof(T));
  }
  return value;
}

EINC_OWN inline unsigned own_lane() { return block.current % lanes; }
EINC_OWN inline unsigned lanes_met() { return block.threads[block.current].met; }

/* Orders what the lanes of a meeting did before `__syncwarp` before what they do after it. */
EINC_OWN inline void order_lanes()
{
  Thread &thread = block.threads[block.current];
  thread.ordered_at = now;
  thread.ordered_lanes = thread.met;
}

}  // namespace emulated
