/*
 * Bulk tensor copies (TMA) and the barriers at which they arrive, after the PTX ISA: "cp.async.bulk.tensor", "mbarrier" and
 * "Swizzling Modes". A copy happens as late as allowed: when its barrier is waited for.
 *
 * `backends/cuda/intrinsics.ts` has the same functions in PTX.
 */
#pragma once

/* What the driver would encode; axes from the outermost to the innermost. Boxes are swizzled by 128 bytes. */
struct einc_tensor_map {
  emulated::Argument array;
  uint32_t cell_bytes;
  uint32_t axes;
  uint64_t dims[5];
  uint32_t box[5];
};

namespace emulated {

constexpr unsigned most_boxes = 64;
constexpr unsigned most_arrivals = 16;
constexpr uint32_t row_bytes = 128;

struct Box {
  const einc_tensor_map *map;
  char *to;
  int64_t first[5];  /* coordinates of its first cell, as in the map */
  uint32_t bytes;
  uint32_t begun;    /* time */
  uint16_t thread;   /* that began it */
  int line;
};

/* A barrier at which one thread arrives in each phase, with the number of bytes that copies bring. */
struct Arrival {
  const void *place;
  uint32_t phase;
  bool is_expected;   /* whether the thread has arrived in this phase */
  uint32_t expected;  /* bytes */
  uint32_t started_at;
  uint16_t started_by;
  Box boxes[most_boxes];
  unsigned count;
};

struct Arrivals {
  uint32_t seen;  /* the time of the block to which all of this belongs */
  Arrival all[most_arrivals];
  unsigned count;
};
static Arrivals arrivals;

/* What a thread waits for. */
struct Awaited {
  const Arrival *arrival;
  uint32_t parity;
};
static Awaited awaited[most_threads];

EINC_OWN inline Arrival *known_arrival(const void *place)
{
  if (arrivals.seen != block_time) return nullptr;
  for (unsigned i = 0; i < arrivals.count; i++) {
    if (arrivals.all[i].place == place) return &arrivals.all[i];
  }
  return nullptr;
}

/* The barrier, which its thread has started, with a fence and a barrier of the block behind that. */
EINC_OWN inline Arrival &arrival_at(const void *place, int line)
{
  Arrival *found = known_arrival(place);
  if (found == nullptr) {
    refuse(misused, line);
    __builtin_trap();
  }
  const bool is_seen = found->started_by == block.current || found->started_at < barrier_time;
  const bool is_told = products_of(found->started_by).fenced_at > found->started_at;
  if (!is_seen || !is_told) refuse(misused, line);
  return *found;
}

EINC_OWN inline uint32_t bytes_brought(const Arrival &arrival)
{
  uint32_t bytes = 0;
  for (unsigned i = 0; i < arrival.count; i++) bytes += arrival.boxes[i].bytes;
  return bytes;
}

EINC_OWN inline bool is_over(const Arrival &arrival, uint32_t parity) { return arrival.phase % 2 != parity; }

EINC_OWN inline bool can_end(const Arrival &arrival)
{
  return arrival.is_expected && bytes_brought(arrival) == arrival.expected;
}

/* grid.h: whether a thread that waits may continue. */
EINC_OWN inline bool has_arrived(unsigned thread)
{
  const Awaited &own = awaited[thread];
  return is_over(*own.arrival, own.parity) || can_end(*own.arrival);
}

/* grid.h: a thread waits for bytes that nothing brings. */
EINC_OWN inline void report_unarrived(unsigned thread)
{
  const Arrival &arrival = *awaited[thread].arrival;
  report->fault = unarrived;
  report->first = party_waiting(thread);
  report->second = { -1, -1, 0, 0, 0 };
  report->memory_bytes = arrival.is_expected ? static_cast<int64_t>(arrival.expected) : -1;
  report->bytes = bytes_brought(arrival);
}

/* The address in shared memory; boxes are in dynamic shared memory. */
EINC_OWN inline uint32_t shared_offset(const char *place)
{
  return dynamic_start + static_cast<uint32_t>(place - dynamic_memory);
}

#if EINC_CHECKS

EINC_OWN inline void look_at_box(const Box &box)
{
  const auto start = reinterpret_cast<uintptr_t>(box.to);
  const uint32_t at = place_of_line(box.line);
  for (uint32_t done = 0; done < box.bytes; done += 16) check({ start + done, 16, true }, at);
  if (shared_offset(box.to) % row_bytes != 0) {
    const Access own = { now, at, static_cast<uint32_t>(block.number), box.thread, 0, plain };
    fail(misaligned, find_region(start), start, row_bytes, own, true, nobody);
  }
  forget_write(start, box.bytes);
}

/* The box is there: to threads that have waited for it, or for one that has. */
EINC_OWN inline void note_box(const Box &box)
{
  const auto start = reinterpret_cast<uintptr_t>(box.to);
  const uint32_t at = place_of_line(box.line);
  const Access own = { now, at, static_cast<uint32_t>(block.number), box.thread, 15, bulk };
  Region *region = find_region(start);
  for (uintptr_t word = start / 4; region != nullptr && word < (start + box.bytes) / 4; word++) {
    Cell &cell = region->cells[word - region->start / 4];
    if (cell.write.time > box.begun) fail(race, region, 4 * word, 4, own, true, party_of(cell.write, true));
    cell.write = own;
    cell.initialised = 15;
  }
}

EINC_OWN inline void look_at_source(const char *place, uint32_t bytes, int line)
{
  check({ reinterpret_cast<uintptr_t>(place), bytes, false }, place_of_line(line));
}

#else

EINC_OWN inline void look_at_box(const Box &) {}
EINC_OWN inline void note_box(const Box &) {}
EINC_OWN inline void look_at_source(const char *, uint32_t, int) {}

#endif

/* A row of a box along the innermost axis: zeros for cells outside of the array. */
EINC_OWN inline void copy_row(const Box &box, const int64_t (&place)[5], char *to)
{
  const einc_tensor_map &map = *box.map;
  const uint32_t last = map.axes - 1;
  const char *array = reinterpret_cast<const char *>(map.array.word);
  for (uint32_t i = 0; i < map.box[last]; i++) {
    bool is_inside = true;
    uint64_t offset = 0;
    for (uint32_t axis = 0; axis < map.axes; axis++) {
      const int64_t own = place[axis] + (axis == last ? i : 0);
      is_inside &= own >= 0 && own < static_cast<int64_t>(map.dims[axis]);
      offset = offset * map.dims[axis] + static_cast<uint64_t>(own);
    }
    const uint32_t in_row = i * map.cell_bytes;
    const uint32_t address = shared_offset(to);
    char *cell = to + swizzled(address + in_row, 8) - address;
    if (!is_inside) {
      __builtin_memset(cell, 0, map.cell_bytes);
      continue;
    }
    const char *from = array + offset * map.cell_bytes;
    look_at_source(from, map.cell_bytes, box.line);
    __builtin_memcpy(cell, from, map.cell_bytes);
  }
}

EINC_OWN inline void copy_box(const Box &box)
{
  const einc_tensor_map &map = *box.map;
  const uint32_t last = map.axes - 1;
  const uint32_t in_row = map.box[last] * map.cell_bytes;
  for (uint32_t row = 0; row < box.bytes / in_row; row++) {
    int64_t place[5];
    place[last] = box.first[last];
    uint32_t rest = row;
    for (uint32_t axis = last; axis-- > 0; rest /= map.box[axis]) place[axis] = box.first[axis] + rest % map.box[axis];
    copy_row(box, place, box.to + row * in_row);
  }
  note_box(box);
}

EINC_OWN inline void end_phase(Arrival &arrival)
{
  now++;
  for (unsigned i = 0; i < arrival.count; i++) copy_box(arrival.boxes[i]);
  arrival.count = 0;
  arrival.expected = 0;
  arrival.is_expected = false;
  arrival.phase++;
}

template <uint32_t axes>
EINC_OWN inline void begin_box(void *to, const einc_tensor_map *map, const int64_t (&innermost_first)[5],
                               const void *place, int line)
{
  Arrival &arrival = arrival_at(place, line);
  if (map->axes != axes) refuse(misused, line);
  if (arrival.count == most_boxes) __builtin_trap();
  Box &box = arrival.boxes[arrival.count++];
  box = { map, static_cast<char *>(to), {}, map->cell_bytes, ++now, static_cast<uint16_t>(block.current), line };
  for (uint32_t axis = 0; axis < axes; axis++) {
    box.first[axis] = innermost_first[axes - 1 - axis];
    box.bytes *= map->box[axis];
  }
  look_at_box(box);
}

/* grid.h: a block ends. Its copies must have been waited for. */
EINC_OWN inline void end_arrivals()
{
  if (arrivals.seen != block_time) return;
  for (unsigned i = 0; i < arrivals.count && !block.failed; i++) {
    const Arrival &arrival = arrivals.all[i];
    if (arrival.count == 0) continue;
    report->fault = misused;
    report->first = { arrival.boxes[0].thread, static_cast<int64_t>(block.number), arrival.boxes[0].line, 0, 0 };
    report->second = { -1, -1, 0, 0, 0 };
    block.failed = true;
  }
}

template <>
struct Word<einc_tensor_map> {
  EINC_OWN static const einc_tensor_map &of(const Argument &argument)
  {
    return *reinterpret_cast<const einc_tensor_map *>(argument.word);
  }
};

/* The array of a map as an argument: what the checks know it by. */
EINC_OWN inline Argument boxes(const einc_tensor_map &map)
{
  return { reinterpret_cast<uint64_t>(&map), map.array.bytes, true, map.array.word };
}

}  // namespace emulated

EINC_OWN static inline void einc_arrival_start(unsigned long long *place, int line = __builtin_LINE())
{
  using namespace emulated;
  if (arrivals.seen != block_time) arrivals.count = 0;
  if (known_arrival(place) != nullptr || arrivals.count == most_arrivals) refuse(misused, line);
  arrivals.seen = block_time;
  Arrival &own = arrivals.all[arrivals.count++];
  own.place = place;
  own.phase = own.expected = own.count = 0;
  own.is_expected = false;
  own.started_at = ++now;
  own.started_by = static_cast<uint16_t>(block.current);
}

EINC_OWN static inline void einc_arrival_expect(unsigned long long *place, int bytes, int line = __builtin_LINE())
{
  emulated::Arrival &own = emulated::arrival_at(place, line);
  if (own.is_expected) emulated::refuse(emulated::misused, line);
  own.is_expected = true;
  own.expected = static_cast<uint32_t>(bytes);
}

EINC_OWN static inline void einc_arrival_wait(unsigned long long *place, int parity, int line = __builtin_LINE())
{
  using namespace emulated;
  Arrival &own = arrival_at(place, line);
  while (!is_over(own, static_cast<uint32_t>(parity))) {
    if (can_end(own)) {
      end_phase(own);
      continue;
    }
    awaited[block.current] = { &own, static_cast<uint32_t>(parity) };
    give_way(State::awaiting, line);
  }
  block.threads[block.current].arrived_at = ++now;
}

EINC_OWN static inline void einc_copy_box_2(void *to, const einc_tensor_map *map, int c0, int c1,
                                            const void *arrival, int line = __builtin_LINE())
{
  emulated::begin_box<2>(to, map, { c0, c1 }, arrival, line);
}

EINC_OWN static inline void einc_copy_box_3(void *to, const einc_tensor_map *map, int c0, int c1, int c2,
                                            const void *arrival, int line = __builtin_LINE())
{
  emulated::begin_box<3>(to, map, { c0, c1, c2 }, arrival, line);
}

EINC_OWN static inline void einc_copy_box_4(void *to, const einc_tensor_map *map, int c0, int c1, int c2, int c3,
                                            const void *arrival, int line = __builtin_LINE())
{
  emulated::begin_box<4>(to, map, { c0, c1, c2, c3 }, arrival, line);
}

EINC_OWN static inline void einc_copy_box_5(void *to, const einc_tensor_map *map, int c0, int c1, int c2, int c3, int c4,
                                            const void *arrival, int line = __builtin_LINE())
{
  emulated::begin_box<5>(to, map, { c0, c1, c2, c3, c4 }, arrival, line);
}

#define __grid_constant__
