/*
 * Warpgroup matrix products, by four warps, after the PTX ISA: "Asynchronous Warpgroup Level Matrix
 * Multiply-Accumulate Instructions". They are computed as late as possible: when a thread waits for them. Until then
 * the accumulator registers hold NaN, and the shared memory of the factors must not be written.
 *
 * `backends/cuda/intrinsics.ts` has the same functions in PTX.
 */
#pragma once

namespace emulated {

constexpr unsigned group_threads = 4 * lanes;
constexpr unsigned most_products = 64;

struct Product {
  float *sums;
  Matrix a;
  Matrix b;
  uint32_t columns;
  bool is_half;    /* f16; else bf16 */
  uint32_t group;
  uint32_t begun;  /* time */
  int line;
};

/* Accumulators of pending products; the thread's registers at `home` hold NaN meanwhile. */
struct Sums {
  float *home;
  float cells[128];
};

struct Products {
  uint32_t seen;       /* the time of the block to which all of this belongs */
  Product pending[most_products];
  unsigned count;
  uint32_t group;      /* of products begun now */
  uint32_t number;     /* how many products the thread has begun */
  bool is_fenced;      /* whether `wgmma.fence` was executed since the thread last had the accumulators */
  uint32_t fenced_at;  /* time of its last `fence.proxy.async` */
  Sums away[4];
};

EINC_OWN inline Products &products_of(unsigned thread)
{
  static Products all[most_threads];
  Products &own = all[thread];
  if (own.seen == block_time) return own;
  own.seen = block_time;
  own.count = own.group = own.number = own.fenced_at = 0;
  own.is_fenced = false;
  for (Sums &sums : own.away) sums.home = nullptr;
  return own;
}

EINC_OWN inline Products &own_products() { return products_of(block.current); }

/* The descriptors that the first thread of each group passed for its last products. */
struct Given {
  uint32_t seen;
  uint32_t number;
  uint64_t a, b;
};
static Given given_to_group[most_threads / group_threads][most_products];

#if EINC_CHECKS

/* Checks that a cell of a factor was written, announced to the async proxy, and not changed since. */
EINC_OWN inline void look_at_factor(char *place, const Product &product, bool is_over)
{
  const uint32_t at = place_of_line(product.line);
  const auto address = reinterpret_cast<uintptr_t>(place);
  check({ address, 2, false }, at);
  Region *region = find_region(address);
  if (region == nullptr) return;
  const Access &write = region->cells[address / 4 - region->start / 4].write;
  const Access own = { now, at, static_cast<uint32_t>(block.number), static_cast<uint16_t>(block.current),
                       0, plain };
  if (is_over && write.time >= product.begun) {
    fail(race, region, address, 2, own, false, party_of(write, true));
  }
  const uint32_t own_fence = own_products().fenced_at;
  const bool is_told = write.kind == bulk || products_of(write.thread).fenced_at > write.time ||
                       (own_fence > write.time && own_fence >= barrier_time);
  if (!is_over && !is_told) fail(untold, region, address, 2, own, false, party_of(write, true));
}

#else

EINC_OWN inline void look_at_factor(char *, const Product &, bool) {}

#endif

/* The row and column of one of the current thread's sums, after "Register Fragments". */
EINC_OWN inline uint32_t row_of(uint32_t sum)
{
  return block.current % group_threads / lanes * 16 + sum / 2 % 2 * 8 + own_lane() / 4;
}

EINC_OWN inline uint32_t column_of(uint32_t sum) { return sum / 4 * 8 + own_lane() % 4 * 2 + sum % 2; }

EINC_OWN inline float value_at(const char *place, bool is_half)
{
  unsigned short bits;
  __builtin_memcpy(&bits, place, 2);
  return is_half ? float_of_half(bits) : float_of_bfloat16(bits);
}

/* Calls `f` with each cell of both factors that the thread's sums need. */
template <class F>
EINC_OWN inline void for_factors(const Product &product, F f)
{
  for (uint32_t term = 0; term < 16; term++) {
    for (uint32_t half = 0; half < 4; half += 2) f(place_in(product.a, row_of(half), term));
    for (uint32_t sum = 0; sum < product.columns / 2; sum += sum % 4 ? 3 : 1) {
      f(place_in(product.b, column_of(sum), term));
    }
  }
}

EINC_OWN inline Sums &sums_away(float *home, Products &own)
{
  for (Sums &sums : own.away) {
    if (sums.home == home) return sums;
  }
  for (Sums &sums : own.away) {
    if (sums.home == nullptr) return sums;
  }
  __builtin_trap();
}

EINC_OWN inline void finish_product(const Product &product, Products &own)
{
  for_factors(product, [&](char *place) EINC_OWN { look_at_factor(place, product, true); });
  Sums &sums = sums_away(product.sums, own);
  for (uint32_t term = 0; term < 16; term++) {
    for (uint32_t i = 0; i < product.columns / 2; i++) {
      const float left = value_at(place_in(product.a, row_of(i), term), product.is_half);
      const float right = value_at(place_in(product.b, column_of(i), term), product.is_half);
      sums.cells[i] = fmaf(left, right, sums.cells[i]);
    }
  }
}

/* Computes the products of groups before `group`; accumulators without pending products return to their registers. */
EINC_OWN inline void finish_products_before(uint32_t group)
{
  Products &own = own_products();
  unsigned done = 0;
  while (done < own.count && own.pending[done].group < group) done++;
  for (unsigned i = 0; i < done; i++) {
    const Product &product = own.pending[i];
    finish_product(product, own);
    bool is_last = true;
    for (unsigned j = i + 1; j < own.count; j++) is_last &= own.pending[j].sums != product.sums;
    if (!is_last) continue;
    Sums &sums = sums_away(product.sums, own);
    __builtin_memcpy(product.sums, sums.cells, product.columns / 2 * sizeof(float));
    sums.home = nullptr;
    own.is_fenced = false;
  }
  for (unsigned i = done; i < own.count; i++) own.pending[i - done] = own.pending[i];
  own.count -= done;
}

/* Checks that all warps of a group pass the same descriptors for each product. */
EINC_OWN inline void compare_in_group(uint64_t a, uint64_t b, uint32_t number, int line)
{
  Given &given = given_to_group[block.current / group_threads][number % most_products];
  const bool is_first = given.seen != block_time || given.number != number;
  if (is_first) given = { block_time, number, a, b };
  else if (given.a != a || given.b != b) refuse(disagreement, line);
}

template <bool is_half, unsigned registers>
EINC_OWN static inline void begin_product(float (&c)[registers], uint64_t a, uint64_t b, bool transposes_a,
                                          bool transposes_b, int line)
{
  Products &own = own_products();
  meet(0xffffffff, 0, line);
  if (own.count == most_products) __builtin_trap();
  compare_in_group(a, b, own.number++, line);
  Sums &sums = sums_away(c, own);
  if (sums.home == nullptr) {
    if (!own.is_fenced) refuse(unfenced, line);
    sums.home = c;
    __builtin_memcpy(sums.cells, c, sizeof c);
    __builtin_memset(c, 0xff, sizeof c);
  }
  const Product product = { c, decode(a, transposes_a), decode(b, transposes_b), 2 * registers, is_half,
                            own.group, ++now, line };
  if (product.a.base != 0 || product.b.base != 0) refuse(disagreement, line);
  for_factors(product, [&](char *place) EINC_OWN { look_at_factor(place, product, false); });
  own.pending[own.count++] = product;
}

}  // namespace emulated

/* A 32-bit address in shared memory, of which a descriptor keeps 18 bits. Factors are in dynamic shared memory. */
EINC_OWN static inline unsigned einc_shared_address(const void *place)
{
  const auto offset = static_cast<const char *>(place) - emulated::dynamic_memory;
  return emulated::dynamic_start + static_cast<unsigned>(offset);
}

EINC_OWN static inline void einc_fence_async()
{
  emulated::own_products().fenced_at = ++emulated::now;
}

template <int count>
EINC_OWN static inline void einc_group_fence(float (&)[count])
{
  emulated::own_products().is_fenced = true;
}

EINC_OWN static inline void einc_group_commit() { emulated::own_products().group++; }

template <int groups, int count>
EINC_OWN static inline void einc_group_wait(float (&)[count])
{
  const uint32_t group = emulated::own_products().group;
  emulated::finish_products_before(group < groups ? 0 : group - groups);
}

#define EINC_GROUP_PRODUCT(columns, type, is_half) \
  template <int transposes_a, int transposes_b> \
  EINC_OWN static inline void einc_group_mma_m64n##columns##k16_##type( \
      float (&c)[columns / 2], unsigned long long a, unsigned long long b, int line = __builtin_LINE()) \
  { \
    emulated::begin_product<is_half>(c, a, b, transposes_a, transposes_b, line); \
  }
EINC_GROUP_PRODUCT(64, f16, true)
EINC_GROUP_PRODUCT(128, f16, true)
EINC_GROUP_PRODUCT(256, f16, true)
EINC_GROUP_PRODUCT(64, bf16, false)
EINC_GROUP_PRODUCT(128, bf16, false)
EINC_GROUP_PRODUCT(256, bf16, false)
