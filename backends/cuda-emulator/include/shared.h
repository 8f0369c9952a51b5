/*
 * Shared memory: global arrays of the library, since blocks run one after another. Each is in its own section,
 * whose bounds the linker provides, followed by a gap that belongs to no array.
 */
#pragma once

namespace emulated {

struct Zone {
  char *start;
  char *end;
  char *gap;
  int line;
  uint32_t seen;  /* the time of the last block that reached its declaration */
};

constexpr uint64_t gap_bytes = 128;
/* The most that a block may have, on sm_90. */
constexpr uint64_t most_shared_bytes = 227 << 10;

/* All zones of the library; null if it has none. */
__attribute__((weak)) EINC_HIDDEN extern Zone first_zone[] __asm__("__start_einc_zones");
__attribute__((weak)) EINC_HIDDEN extern Zone end_of_zones[] __asm__("__stop_einc_zones");

static char dynamic_memory[most_shared_bytes + gap_bytes] __attribute__((aligned(1024)));
static uint64_t dynamic_bytes;
/*
 * Its start as an address in shared memory. Other arrays of the kernel may precede it, so it is deliberately not aligned
 * better than declared.
 */
static uint32_t dynamic_start;

EINC_OWN inline bool is_shared_memory(uintptr_t address)
{
  const auto is_between = [=](const char *start, const char *end) EINC_OWN {
    return address >= reinterpret_cast<uintptr_t>(start) && address < reinterpret_cast<uintptr_t>(end);
  };
  if (is_between(dynamic_memory, dynamic_memory + sizeof dynamic_memory)) return true;
  for (const Zone *zone = first_zone; zone < end_of_zones; zone++) {
    if (is_between(zone->start, zone->end)) return true;
  }
  return false;
}

EINC_OWN inline void add_shared(char *start, uint64_t bytes, int64_t memory);  /* check.h */

/* Fills an array with NaN for the current block and registers its size. */
EINC_OWN inline void fill_shared(char *start, uint64_t bytes, int line)
{
  __builtin_memset(start, 0xff, bytes);
  add_shared(start, bytes, -1 - line);
}

/* The current thread has reached the declaration of the array. */
EINC_OWN inline void use_shared(Zone &zone)
{
  if (zone.seen == block_time) return;
  zone.seen = block_time;
  char *start = zone.gap == zone.start ? zone.start + gap_bytes : zone.start;
  char *end = zone.gap == zone.start ? zone.end : zone.gap;
  fill_shared(start, static_cast<uint64_t>(end - start), zone.line);
}

template <class T>
EINC_OWN inline T *dynamic_shared(uint32_t alignment, int line)
{
  static uint32_t seen;
  dynamic_start = alignment;
  if (seen != block_time) {
    seen = block_time;
    fill_shared(dynamic_memory, dynamic_bytes, line);
  }
  return reinterpret_cast<T *>(dynamic_memory);
}

}  // namespace emulated

#define __shared__ EINC_SHARED(__COUNTER__)
#define EINC_SHARED(n) EINC_SHARED_NUMBER(n)
#define EINC_SHARED_NUMBER(n) \
  EINC_HIDDEN extern char einc_start_##n[] __asm__("__start_einc_shared_" #n); \
  EINC_HIDDEN extern char einc_end_##n[] __asm__("__stop_einc_shared_" #n); \
  static char einc_gap_##n[emulated::gap_bytes] \
      __attribute__((section("einc_shared_" #n), aligned(1), used)); \
  static emulated::Zone einc_zone_##n __attribute__((section("einc_zones"), used)) = { \
    einc_start_##n, einc_end_##n, einc_gap_##n, __LINE__, 0 \
  }; \
  emulated::use_shared(einc_zone_##n); \
  static __attribute__((section("einc_shared_" #n), aligned(128)))

/*
 * `library.ts` replaces `extern __shared__ T x[];`, which no macro could turn into C++, by this. All such arrays
 * of a kernel are the same memory.
 */
#define EINC_DYNAMIC_SHARED(T, name, alignment) \
  T *const name = emulated::dynamic_shared<T>(alignment, __LINE__)
