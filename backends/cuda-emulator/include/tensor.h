/*
 * Asynchronous copies to shared memory, and products of small matrices by a warp.
 * `backends/cuda/intrinsics.ts` has the same functions in PTX.
 */
#pragma once

/* ---- copies ---------------------------------------------------------------------------------- */

namespace emulated {

constexpr unsigned most_copies = 64;

struct Copy {
  char *to;
  const char *from;
  uint32_t bytes;
  uint32_t copied;  /* the rest is filled with zeros */
  uint32_t group;
  int line;
};

/* The copies that a thread has begun, in order. */
struct Copies {
  Copy pending[most_copies];
  unsigned count;
  uint32_t group;  /* of copies begun now */
};
static Copies copies[most_threads];

EINC_OWN inline void look_at_copy(const Copy &copy, bool is_over)
{
#if EINC_CHECKS
  const uint32_t at = place_of_line(copy.line);
  if (is_over && copy.copied > 0) {
    check({ reinterpret_cast<uintptr_t>(copy.from), copy.copied, false }, at);
  }
  check_aligned({ reinterpret_cast<uintptr_t>(copy.to), copy.bytes, true }, at);
  if (reinterpret_cast<uintptr_t>(copy.from) % copy.bytes != 0) {
    check_aligned({ reinterpret_cast<uintptr_t>(copy.from), copy.bytes, false }, at);
  }
  if (!is_over) forget_write(reinterpret_cast<uintptr_t>(copy.to), copy.bytes);
#else
  (void)copy;
  (void)is_over;
#endif
}

/* Copies happen as late as possible: when they are waited for. */
EINC_OWN inline void finish_copy(const Copy &copy)
{
  look_at_copy(copy, true);
  __builtin_memcpy(copy.to, copy.from, copy.copied);
  __builtin_memset(copy.to + copy.copied, 0, copy.bytes - copy.copied);
}

/* Finishes the copies of groups before `group`. */
EINC_OWN inline void finish_copies_before(uint32_t group)
{
  Copies &own = copies[block.current];
  unsigned left = 0;
  for (unsigned i = 0; i < own.count; i++) {
    if (own.pending[i].group < group) finish_copy(own.pending[i]);
    else own.pending[left++] = own.pending[i];
  }
  own.count = left;
}

EINC_OWN inline void finish_copies()
{
  if (copies[block.current].count > 0) finish_copies_before(UINT32_MAX);
  copies[block.current].group = 0;
}

/* Starts a copy: from now on its target may change at any time. */
EINC_OWN inline void begin_copy(void *to, const void *from, uint32_t bytes, uint32_t copied, int line)
{
  Copies &own = copies[block.current];
  if (own.count == most_copies) finish_copies_before(own.pending[0].group + 1);
  own.pending[own.count++] = { static_cast<char *>(to), static_cast<const char *>(from), bytes, copied,
                               own.group, line };
  look_at_copy(own.pending[own.count - 1], false);
}

}  // namespace emulated

EINC_OWN static inline void einc_copy_async_4(void *to, const void *from, int line = __builtin_LINE())
{
  emulated::begin_copy(to, from, 4, 4, line);
}

EINC_OWN static inline void einc_copy_async_8(void *to, const void *from, int line = __builtin_LINE())
{
  emulated::begin_copy(to, from, 8, 8, line);
}

EINC_OWN static inline void einc_copy_async_16(void *to, const void *from, int line = __builtin_LINE())
{
  emulated::begin_copy(to, from, 16, 16, line);
}

/* Copies the first `bytes` of 16 and fills the rest with zeros; nothing beyond is read. */
EINC_OWN static inline void einc_copy_async_16_of(void *to, const void *from, int bytes,
                                                  int line = __builtin_LINE())
{
  emulated::begin_copy(to, from, 16, static_cast<uint32_t>(bytes), line);
}

/* Ends the current group of copies. */
EINC_OWN static inline void einc_copy_async_commit() { emulated::copies[emulated::block.current].group++; }

/* Waits until all but the thread's last `groups` groups have arrived. */
template <int groups>
EINC_OWN static inline void einc_copy_async_wait()
{
  const uint32_t group = emulated::copies[emulated::block.current].group;
  emulated::finish_copies_before(group < groups ? 0 : group - groups);
}

/* ---- products -------------------------------------------------------------------------------- */

namespace emulated {

/* A lane's part of the two factors. */
struct Factors {
  unsigned a[4];
  unsigned b[2];
};

/* The lane with row `row` of the first factor, or column `row` of the second, at `part`. */
EINC_OWN inline unsigned lane_of(unsigned row, unsigned part) { return row % 8 * 4 + part; }

/*
 * c += a b, a product of 16 x k and k x 8. A register of a lane has `packed` neighbours of a row, or of
 * a column; `value_of(register, i)` is the i-th. Sums run along k and are rounded at each step, whereas tensor
 * cores add in an undocumented order, with undocumented roundings.
 */
template <unsigned packed, class F>
EINC_OWN static inline void multiply(float *c, const unsigned *a, const unsigned *b, F value_of, int line)
{
  meet(0xffffffff, Factors{ { a[0], a[1], a[2], a[3] }, { b[0], b[1] } }, line);
  const unsigned lane = own_lane();
  for (unsigned i = 0; i < 4; i++) {
    const unsigned row = lane / 4 + i / 2 * 8;
    const unsigned column = lane % 4 * 2 + i % 2;
    for (unsigned half = 0; half < 2; half++) {
      for (unsigned k = 0; k < 4 * packed; k++) {
        const unsigned left = given_by<Factors>(lane_of(row, k / packed)).a[row / 8 + 2 * half];
        const unsigned right = given_by<Factors>(lane_of(column, k / packed)).b[half];
        c[i] = fmaf(value_of(left, k % packed), value_of(right, k % packed), c[i]);
      }
    }
  }
}

}  // namespace emulated

EINC_OWN static inline void einc_mma_m16n8k16_f16(float (&c)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2], int line = __builtin_LINE())
{
  const auto value_of = [](unsigned bits, unsigned i) EINC_OWN {
    return emulated::float_of_half(static_cast<unsigned short>(bits >> 16 * i));
  };
  emulated::multiply<2>(c, a, b, value_of, line);
}

EINC_OWN static inline void einc_mma_m16n8k16_bf16(float (&c)[4], const unsigned (&a)[4],
                                                   const unsigned (&b)[2], int line = __builtin_LINE())
{
  const auto value_of = [](unsigned bits, unsigned i) EINC_OWN {
    return emulated::float_of_bfloat16(static_cast<unsigned short>(bits >> 16 * i));
  };
  emulated::multiply<2>(c, a, b, value_of, line);
}

/* Tensor cores ignore the last 13 bits of these factors, which are floats. */
EINC_OWN static inline void einc_mma_m16n8k8_tf32(float (&c)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2], int line = __builtin_LINE())
{
  const auto value_of = [](unsigned bits, unsigned) EINC_OWN {
    return einc_bits<float>(bits & ~0x1fffu);
  };
  emulated::multiply<1>(c, a, b, value_of, line);
}

/* Rounded to the 10 bits that tensor cores see, half away from zero. */
static inline unsigned einc_tf32(float value)
{
  const unsigned bits = einc_bits<unsigned>(value);
  return value - value != 0 ? bits : (bits + 0x1000) & ~0x1fffu;
}

namespace emulated {

/*
 * Loads matrices of 8 x 8 cells of 16 bits from shared memory. Each lane passes the address of one row: lanes 0 to 7 those
 * of the first matrix, and so on. A lane receives two adjacent cells of each matrix, in a row or, transposed, in a column.
 */
struct Row {
  unsigned short cells[8];
};

template <unsigned count>
EINC_OWN static inline void load_matrices(unsigned *to, const void *row, bool is_transposed, int line)
{
  if (own_lane() < 8 * count) {
#if EINC_CHECKS
    check_aligned(row, sizeof(Row), false, line);
#endif
    meet(0xffffffff, *static_cast<const Row *>(row), line);
  } else {
    meet(0xffffffff, Row(), line);
  }
  const unsigned lane = own_lane();
  for (unsigned i = 0; i < count; i++) {
    to[i] = 0;
    for (unsigned j = 0; j < 2; j++) {
      const unsigned across = lane / 4;
      const unsigned along = lane % 4 * 2 + j;
      const Row from = given_by<Row>(8 * i + (is_transposed ? along : across));
      to[i] |= static_cast<unsigned>(from.cells[is_transposed ? across : along]) << 16 * j;
    }
  }
}

}  // namespace emulated

EINC_OWN static inline void einc_load_matrices(unsigned (&to)[4], const void *row,
                                               int line = __builtin_LINE())
{
  emulated::load_matrices<4>(to, row, false, line);
}

EINC_OWN static inline void einc_load_matrices(unsigned (&to)[2], const void *row,
                                               int line = __builtin_LINE())
{
  emulated::load_matrices<2>(to, row, false, line);
}

EINC_OWN static inline void einc_load_matrices_transposed(unsigned (&to)[4], const void *row,
                                                          int line = __builtin_LINE())
{
  emulated::load_matrices<4>(to, row, true, line);
}

EINC_OWN static inline void einc_load_matrices_transposed(unsigned (&to)[2], const void *row,
                                                          int line = __builtin_LINE())
{
  emulated::load_matrices<2>(to, row, true, line);
}
