/*
 * Combines the values of several ranks for the same cells, always by the same tree over ranks,
 *
 *   ((0 + 1) + (2 + 3)) + 4
 *
 * independent of array sizes, of the library, and of how arrays are divided into messages. Narrow floats are
 * added as f32 and rounded once, at the root. Integers wrap; the maximum of a NaN and a number is NaN.
 */
#include <stddef.h>

enum op { SUM, MAX, MIN };

/* This many cells at a time stay in the cache while the tree is evaluated. */
#define BLOCK 1024
/* Depth of the tree: 2^DEPTH ranks. */
#define DEPTH 16

static inline int below_power_of_two(int count)
{
  int half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

typedef void (*combine_function)(enum op op, const void *const *parts, int count, void *to,
                                 size_t cells);

#define DEFINE_COMBINE(name, cell, sum, load, store)                                              \
  static void join_##name(enum op op, sum *restrict to, const sum *restrict from, size_t cells)   \
  {                                                                                               \
    switch (op) {                                                                                 \
    case SUM:                                                                                     \
      for (size_t i = 0; i < cells; i++) to[i] = (sum)(to[i] + from[i]);                          \
      break;                                                                                      \
    case MAX:                                                                                     \
      for (size_t i = 0; i < cells; i++) {                                                        \
        to[i] = to[i] > from[i] || to[i] != to[i] ? to[i] : from[i];                              \
      }                                                                                           \
      break;                                                                                      \
    case MIN:                                                                                     \
      for (size_t i = 0; i < cells; i++) {                                                        \
        to[i] = to[i] < from[i] || to[i] != to[i] ? to[i] : from[i];                              \
      }                                                                                           \
      break;                                                                                      \
    }                                                                                             \
  }                                                                                               \
  static void tree_##name(enum op op, const void *const *parts, int count, size_t start,          \
                          size_t cells, sum (*rows)[BLOCK])                                       \
  {                                                                                               \
    if (count == 1) {                                                                             \
      const cell *part = (const cell *)parts[0] + start;                                          \
      for (size_t i = 0; i < cells; i++) rows[0][i] = load(part[i]);                              \
      return;                                                                                     \
    }                                                                                             \
    int half = below_power_of_two(count);                                                         \
    tree_##name(op, parts, half, start, cells, rows);                                             \
    tree_##name(op, parts + half, count - half, start, cells, rows + 1);                          \
    join_##name(op, rows[0], rows[1], cells);                                                     \
  }                                                                                               \
  /* `to` may be one of the parts. */                                                             \
  static void combine_##name(enum op op, const void *const *parts, int count, void *to,           \
                             size_t cells)                                                        \
  {                                                                                               \
    sum rows[DEPTH][BLOCK];                                                                       \
    for (size_t start = 0; start < cells; start += BLOCK) {                                       \
      size_t some = cells - start < BLOCK ? cells - start : BLOCK;                                \
      tree_##name(op, parts, count, start, some, rows);                                           \
      cell *out = (cell *)to + start;                                                             \
      for (size_t i = 0; i < some; i++) out[i] = store(rows[0][i]);                               \
    }                                                                                             \
  }

#define AS_IT_IS(value) (value)

DEFINE_COMBINE(f64, double, double, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(f32, float, float, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(f16, unsigned short, float, f32_of_f16, f16_of_f32)
DEFINE_COMBINE(bf16, unsigned short, float, f32_of_bf16, bf16_of_f32)
DEFINE_COMBINE(f8e4m3, unsigned char, float, f32_of_f8e4m3, f8e4m3_of_f32)
DEFINE_COMBINE(f8e5m2, unsigned char, float, f32_of_f8e5m2, f8e5m2_of_f32)
DEFINE_COMBINE(i8, signed char, signed char, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(i16, short, short, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(i32, int, int, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(i64, long long, long long, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(u8, unsigned char, unsigned char, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(u16, unsigned short, unsigned short, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(u32, unsigned, unsigned, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(u64, unsigned long long, unsigned long long, AS_IT_IS, AS_IT_IS)
DEFINE_COMBINE(bool, _Bool, _Bool, AS_IT_IS, AS_IT_IS)

/* In the order of `dtypes` in compiler/core/dtype.ts. */
static const struct {
  size_t bytes;
  combine_function combine;
} cells_of[] = {
  { 8, combine_f64 },    { 4, combine_f32 },    { 2, combine_f16 }, { 2, combine_bf16 },
  { 1, combine_f8e4m3 }, { 1, combine_f8e5m2 }, { 1, combine_i8 },  { 2, combine_i16 },
  { 4, combine_i32 },    { 8, combine_i64 },    { 1, combine_u8 },  { 2, combine_u16 },
  { 4, combine_u32 },    { 8, combine_u64 },    { 1, combine_bool },
};
