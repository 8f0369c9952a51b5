/*
 * The checks of `compute-sanitizer`. With -fsanitize=thread the compiler inserts a call before
 * every access to memory that several threads may share; the functions here check that the access is inside
 * an array of the kernel, that a read of shared memory sees a written value, and that
 * another thread's access to the same bytes is ordered before or after it. The ThreadSanitizer
 * library itself is not linked.
 *
 * For each four bytes it records the last write and the reads since; if several cells share the four bytes, those
 * of one of them. Accesses of a thread are ordered; accesses of a block are ordered by barriers, those of the lanes of a warp
 * also by `__syncwarp`. Blocks of a launch are unordered.
 */
#pragma once

namespace emulated {

/* Memory that a kernel may access. */
struct Region {
  uintptr_t start;
  uint64_t bytes;
  struct Cell *cells;
  int64_t memory;  /* see `Report` */
  bool is_shared;
};

}  // namespace emulated

#if EINC_CHECKS

extern "C" const char __ehdr_start[] EINC_HIDDEN;
extern "C" const char _end[] EINC_HIDDEN;

namespace emulated {

/* `bulk`: by hardware, for the thread that began the copy. */
enum AccessKind : uint8_t { plain, atomic, bulk };

struct Access {
  uint32_t time;
  uint32_t at;      /* an offset in the library, or a line: see `place_of_line` */
  uint32_t block;
  uint16_t thread;
  uint8_t mask;     /* which of the four bytes */
  AccessKind kind;
};

struct Cell {
  Access write;
  /* The first read since the last synchronisation, then a summary of the others. */
  Access read;
  uint32_t others_time;   /* time of the last of them */
  uint32_t others_lanes;  /* lanes of the same warp among them */
  bool are_others_far;    /* whether other warps are among them */
  /* Which of the bytes the block has written. */
  uint8_t initialised;
};

constexpr unsigned most_regions = 1024;

struct Regions {
  Region all[most_regions];
  unsigned count;
  unsigned latest;  /* the region of the last access */
  Cell *cells;
  uint64_t cells_capacity;
  uint64_t cells_used;
  /* The first regions are the arguments of the launch, which all blocks share. */
  unsigned of_arguments;
  uint64_t cells_of_arguments;
};
static Regions regions;

EINC_OWN inline uint64_t cells_for(uint64_t bytes) { return bytes / 4 + 2; }

EINC_OWN inline void drop_cells()
{
  if (regions.cells != nullptr) munmap(regions.cells, regions.cells_capacity * sizeof(Cell));
  regions.cells = nullptr;
  regions.cells_capacity = 0;
}

__attribute__((destructor)) EINC_OWN static void end_checks() { drop_cells(); }

/* Cells start as zeros: accesses at time 0. */
EINC_OWN inline bool make_cells(uint64_t count)
{
  if (now > 1u << 31) {
    drop_cells();
    now = 1;
  }
  if (count <= regions.cells_capacity) return true;
  drop_cells();
  void *memory = mmap(nullptr, count * sizeof(Cell), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  regions.cells = static_cast<Cell *>(memory);
  regions.cells_capacity = count;
  return true;
}

EINC_OWN inline void add_region(uintptr_t start, uint64_t bytes, int64_t memory, bool is_shared)
{
  if (regions.count == most_regions) return;
  Cell *cells = regions.cells + regions.cells_used;
  regions.cells_used += cells_for(bytes);
  regions.all[regions.count++] = { start, bytes, cells, memory, is_shared };
}

EINC_OWN inline void end_of_arguments()
{
  regions.of_arguments = regions.count;
  regions.cells_of_arguments = regions.cells_used;
}

/* Each block has its own shared memory. */
EINC_OWN inline void forget_shared()
{
  regions.count = regions.of_arguments;
  regions.cells_used = regions.cells_of_arguments;
}

EINC_OWN inline bool is_in(const Region &region, uintptr_t address)
{
  return address - region.start < region.bytes;
}

EINC_OWN inline Region *find_region(uintptr_t address)
{
  for (unsigned i = 0; i < regions.count; i++) {
    if (!is_in(regions.all[i], address)) continue;
    regions.latest = i;
    return &regions.all[i];
  }
  return nullptr;
}

/* The number of bytes between a region and an address. */
EINC_OWN inline uint64_t distance(const Region &region, uintptr_t address)
{
  if (address < region.start) return region.start - address;
  return address - region.start < region.bytes ? 0 : address - region.start - region.bytes;
}

EINC_OWN inline const Region *nearest_region(uintptr_t address)
{
  const Region *nearest = nullptr;
  for (unsigned i = 0; i < regions.count; i++) {
    const Region &region = regions.all[i];
    if (nearest == nullptr || distance(region, address) < distance(*nearest, address)) nearest = &region;
  }
  return nearest;
}

/* Whether an earlier access is ordered before the current thread's, in every execution that CUDA allows. */
EINC_OWN inline bool is_ordered(const Access &before)
{
  if (before.block != static_cast<uint32_t>(block.number)) return false;
  if (before.time < barrier_time) return true;
  const Thread &thread = block.threads[block.current];
  if (before.kind == bulk) return before.time < thread.arrived_at;
  if (before.thread == block.current) return true;
  return before.thread / lanes == block.current / lanes && before.time < thread.ordered_at &&
         thread.ordered_lanes >> before.thread % lanes & 1;
}

/* Whether two accesses touch the same bytes without being ordered. */
EINC_OWN inline bool collides(const Access &before, const Access &own, uint32_t horizon)
{
  return before.time >= horizon && before.mask & own.mask && !(before.kind == atomic && own.kind == atomic) &&
         !is_ordered(before);
}

EINC_OWN inline uint32_t place_of(const void *return_address)
{
  return static_cast<uint32_t>(static_cast<const char *>(return_address) - __ehdr_start - 1);
}

constexpr uint32_t is_line = 1u << 31;

EINC_OWN inline uint32_t place_of_line(int line) { return is_line | static_cast<uint32_t>(line); }

EINC_OWN inline Party party_of(const Access &access, bool is_write)
{
  const bool has_line = access.at & is_line;
  return { access.thread, access.block, has_line ? access.at & ~is_line : 0, has_line ? 0 : access.at,
           is_write };
}

constexpr Party nobody = { -1, -1, 0, 0, 0 };

[[noreturn]] EINC_OWN void fail(Fault fault, const Region *region, uintptr_t address, uint64_t bytes,
                               const Access &own, bool is_write, const Party &other)
{
  report->fault = fault;
  report->first = party_of(own, is_write);
  report->second = other;
  report->bytes = static_cast<int64_t>(bytes);
  report->memory = region == nullptr ? INT64_MIN : region->memory;
  report->memory_bytes = region == nullptr ? 0 : static_cast<int64_t>(region->bytes);
  report->offset = region == nullptr ? 0 : static_cast<int64_t>(address - region->start);
  stop();
}

/* A fault that is not an access to an array. */
EINC_OWN inline void refuse(Fault fault, uint32_t at)
{
  const Access own = { now, at, static_cast<uint32_t>(block.number), static_cast<uint16_t>(block.current), 0,
                       plain };
  fail(fault, nullptr, 0, 0, own, false, nobody);
}

EINC_OWN inline void refuse(Fault fault, int line) { refuse(fault, place_of_line(line)); }

EINC_OWN inline void note_write(Cell &cell, const Access &own)
{
  const bool is_same = cell.write.time == own.time && cell.write.thread == own.thread;
  const uint8_t mask = is_same ? cell.write.mask : 0;
  const uint8_t initialised = cell.write.time >= block_time ? cell.initialised : 0;
  cell.write = own;
  cell.write.mask |= mask;
  cell.initialised = initialised | own.mask;
}

EINC_OWN inline bool is_of_warp(const Access &access, unsigned thread)
{
  return access.block == static_cast<uint32_t>(block.number) && access.thread / lanes == thread / lanes;
}

EINC_OWN inline void note_read(Cell &cell, const Access &own, uint32_t horizon)
{
  const bool is_new = cell.read.time < horizon || !(cell.read.mask & own.mask);
  if (is_new || cell.others_time < barrier_time) {
    cell.others_lanes = 0;
    cell.are_others_far = false;
  }
  if (is_new || is_ordered(cell.read)) {
    cell.read = own;
  } else {
    cell.others_time = own.time;
    if (is_of_warp(cell.read, own.thread)) cell.others_lanes |= 1u << own.thread % lanes;
    else cell.are_others_far = true;
  }
}

/* Whether a reader other than the first is unordered with the current thread. */
EINC_OWN inline bool others_read(const Cell &cell, const Access &own)
{
  if (cell.read.time < barrier_time || cell.others_time < barrier_time) return false;
  if (cell.are_others_far) return true;
  const Thread &thread = block.threads[block.current];
  const unsigned others = cell.others_lanes & ~(1u << own.thread % lanes);
  if (others == 0) return false;
  return !is_of_warp(cell.read, own.thread) || cell.others_time >= thread.ordered_at ||
         others & ~thread.ordered_lanes;
}

struct Touch {
  uintptr_t address;
  uint64_t bytes;
  bool is_write;
};

EINC_OWN inline void look(const Region &region, Cell &cell, const Access &own, const Touch &touch)
{
  const uint32_t horizon = region.is_shared ? block_time : launch_time;
  const auto found = [&](Fault fault, const Party &other) EINC_OWN {
    fail(fault, &region, touch.address, touch.bytes, own, touch.is_write, other);
  };
  if (collides(cell.write, own, horizon)) found(race, party_of(cell.write, true));
  if (!touch.is_write) {
    const uint8_t known = cell.write.time >= block_time ? cell.initialised : 0;
    if (region.is_shared && own.mask & ~known) found(uninitialised, nobody);
    note_read(cell, own, horizon);
    return;
  }
  if (collides(cell.read, own, horizon)) found(race, party_of(cell.read, false));
  if (own.kind != atomic && others_read(cell, own)) found(race, nobody);
  note_write(cell, own);
}

/* Memory that is not checked: variables of a thread, and constants of the library. */
EINC_OWN inline bool is_own_memory(const Touch &touch)
{
  if (is_on_stack(touch.address)) return true;
  if (touch.is_write || is_shared_memory(touch.address)) return false;
  const auto first = reinterpret_cast<uintptr_t>(__ehdr_start);
  const auto end = reinterpret_cast<uintptr_t>(_end);
  return touch.address - first < end - first;
}

EINC_OWN inline void check(const Touch &touch, uint32_t at, bool is_atomic = false)
{
  const Region *region = &regions.all[regions.latest];
  if (!is_in(*region, touch.address)) region = find_region(touch.address);
  if (region == nullptr && is_own_memory(touch)) return;
  Access own = { now, at, static_cast<uint32_t>(block.number), static_cast<uint16_t>(block.current), 0,
                 is_atomic ? atomic : plain };
  if (region == nullptr || touch.address - region->start + touch.bytes > region->bytes) {
    fail(out_of_bounds, region == nullptr ? nearest_region(touch.address) : region, touch.address,
         touch.bytes, own, touch.is_write, nobody);
  }
  const uintptr_t end = touch.address + touch.bytes;
  for (uintptr_t address = touch.address; address < end;) {
    const unsigned from = address % 4;
    const unsigned count = end - address < 4 - from ? static_cast<unsigned>(end - address) : 4 - from;
    own.mask = static_cast<uint8_t>(((1u << count) - 1) << from);
    look(*region, region->cells[address / 4 - region->start / 4], own, touch);
    address += count;
  }
}

/* A vector access: the GPU reports an error unless the address is a multiple of its size. */
EINC_OWN inline void check_aligned(const Touch &touch, uint32_t at)
{
  check(touch, at);
  if (touch.address % touch.bytes == 0) return;
  const Access own = { now, at, static_cast<uint32_t>(block.number), static_cast<uint16_t>(block.current), 0,
                       plain };
  const Region *region = find_region(touch.address);
  fail(misaligned, region, touch.address, touch.bytes, own, touch.is_write, nobody);
}

EINC_OWN inline void check_aligned(const void *address, uint64_t bytes, bool is_write, int line)
{
  check_aligned({ reinterpret_cast<uintptr_t>(address), bytes, is_write }, place_of_line(line));
}

EINC_OWN inline void check_atomic(const void *address, uint64_t bytes, uint32_t at)
{
  check({ reinterpret_cast<uintptr_t>(address), bytes, false }, at, true);
  check({ reinterpret_cast<uintptr_t>(address), bytes, true }, at, true);
}

/* Marks bytes as unwritten: the current thread has started to copy to them. */
EINC_OWN inline void forget_write(uintptr_t address, uint64_t bytes)
{
  const Region *region = find_region(address);
  if (region == nullptr) return;
  for (uintptr_t word = address / 4; word <= (address + bytes - 1) / 4; word++) {
    region->cells[word - region->start / 4].initialised = 0;
  }
}

/* A shared array is declared; it counts as unwritten, whatever earlier blocks left there. */
EINC_OWN inline void add_shared(char *start, uint64_t bytes, int64_t memory)
{
  if (regions.cells_used + cells_for(bytes) <= regions.cells_capacity) {
    add_region(reinterpret_cast<uintptr_t>(start), bytes, memory, true);
  }
}

}  // namespace emulated

#define EINC_HOOK extern "C" EINC_HIDDEN EINC_OWN __attribute__((used))
#define EINC_CHECK(address, bytes, is_write) \
  emulated::check({ reinterpret_cast<uintptr_t>(address), bytes, is_write }, \
                  emulated::place_of(__builtin_return_address(0)))
#define EINC_CHECK_ALIGNED(address, bytes, is_write) \
  emulated::check_aligned({ reinterpret_cast<uintptr_t>(address), bytes, is_write }, \
                          emulated::place_of(__builtin_return_address(0)))
#define EINC_HOOKS(size) \
  EINC_HOOK void __tsan_read##size(void *address) { EINC_CHECK_ALIGNED(address, size, false); } \
  EINC_HOOK void __tsan_write##size(void *address) { EINC_CHECK_ALIGNED(address, size, true); } \
  EINC_HOOK void __tsan_unaligned_read##size(void *address) { EINC_CHECK(address, size, false); } \
  EINC_HOOK void __tsan_unaligned_write##size(void *address) { EINC_CHECK(address, size, true); }
EINC_HOOKS(1)
EINC_HOOKS(2)
EINC_HOOKS(4)
EINC_HOOKS(8)
EINC_HOOKS(16)
EINC_HOOK void __tsan_read_range(void *address, uint64_t bytes) { EINC_CHECK(address, bytes, false); }
EINC_HOOK void __tsan_write_range(void *address, uint64_t bytes) { EINC_CHECK(address, bytes, true); }

/*
 * Called by -fsanitize=signed-integer-overflow: CUDA compilers assume that signed arithmetic does not overflow, although
 * processors wrap.
 */
#define EINC_OVERFLOW(name, ...) \
  EINC_HOOK void __ubsan_handle_##name##_overflow(void *, __VA_ARGS__) \
  { \
    emulated::refuse(emulated::overflow, emulated::place_of(__builtin_return_address(0))); \
  }
EINC_OVERFLOW(add, void *, void *)
EINC_OVERFLOW(sub, void *, void *)
EINC_OVERFLOW(mul, void *, void *)
EINC_OVERFLOW(divrem, void *, void *)
EINC_OVERFLOW(negate, void *)

EINC_HOOK void __tsan_func_entry(void *) {}
EINC_HOOK void __tsan_func_exit() {}
EINC_HOOK void __tsan_init() {}

#else

namespace emulated {

EINC_OWN inline void add_shared(char *, uint64_t, int64_t) {}
EINC_OWN inline void forget_shared() {}
EINC_OWN inline void refuse(Fault, int) {}

}  // namespace emulated

#endif
