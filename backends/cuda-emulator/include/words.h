/* What CUDA adds to C++. */
#pragma once

#define __global__ __attribute__((noinline))
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(bytes) __attribute__((aligned(bytes)))

/* ---- vectors --------------------------------------------------------------------------------- */

#define EINC_VECTORS(T, name) \
  struct alignas(2 * sizeof(T)) name##2 { T x, y; }; \
  struct name##3 { T x, y, z; }; \
  struct alignas(4 * sizeof(T) < 16 ? 4 * sizeof(T) : 16) name##4 { T x, y, z, w; }; \
  static inline name##2 make_##name##2(T x, T y) { return { x, y }; } \
  static inline name##3 make_##name##3(T x, T y, T z) { return { x, y, z }; } \
  static inline name##4 make_##name##4(T x, T y, T z, T w) { return { x, y, z, w }; }
EINC_VECTORS(signed char, char)
EINC_VECTORS(unsigned char, uchar)
EINC_VECTORS(short, short)
EINC_VECTORS(unsigned short, ushort)
EINC_VECTORS(int, int)
EINC_VECTORS(float, float)
EINC_VECTORS(double, double)
EINC_VECTORS(long long, longlong)
EINC_VECTORS(unsigned long long, ulonglong)
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
static inline uint2 make_uint2(unsigned x, unsigned y) { return { x, y }; }
static inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return { x, y, z }; }
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return { x, y, z, w }; }

/* ---- waiting for others ---------------------------------------------------------------------- */

EINC_OWN static inline void __syncthreads(int line = __builtin_LINE()) { emulated::wait_for_block(line); }

EINC_OWN static inline void __syncwarp(unsigned mask = 0xffffffff, int line = __builtin_LINE())
{
  emulated::meet(mask, 0, line);
  emulated::order_lanes();
}

static inline void __threadfence() {}
static inline void __threadfence_block() {}

/* The value of lane `from` if it is in the same segment of `width` lanes; else the lane's own. */
template <class T>
EINC_OWN static inline T einc_shuffle(unsigned mask, const T &value, int from, int width, int line)
{
  const int own = static_cast<int>(emulated::own_lane());
  const bool is_near = from >= 0 && from / width == own / width;
  emulated::meet(mask, value, line);
  return is_near ? emulated::given_by<T>(static_cast<unsigned>(from)) : value;
}

template <class T>
EINC_OWN static inline T __shfl_sync(unsigned mask, T value, int from, int width = 32,
                                     int line = __builtin_LINE())
{
  const int own = static_cast<int>(emulated::own_lane());
  return einc_shuffle(mask, value, (own & -width) + (from & (width - 1)), width, line);
}

template <class T>
EINC_OWN static inline T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32,
                                        int line = __builtin_LINE())
{
  const int own = static_cast<int>(emulated::own_lane());
  return einc_shuffle(mask, value, own - static_cast<int>(by), width, line);
}

template <class T>
EINC_OWN static inline T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                                          int line = __builtin_LINE())
{
  const int own = static_cast<int>(emulated::own_lane());
  return einc_shuffle(mask, value, own + static_cast<int>(by), width, line);
}

template <class T>
EINC_OWN static inline T __shfl_xor_sync(unsigned mask, T value, int with, int width = 32,
                                         int line = __builtin_LINE())
{
  /* A lane of an earlier segment may be read, one of a later segment may not. */
  const int own = static_cast<int>(emulated::own_lane());
  const int from = own ^ with;
  return einc_shuffle(mask, value, from / width <= own / width ? from : own,
                      from / width <= own / width ? 32 : width, line);
}

EINC_OWN static inline unsigned __ballot_sync(unsigned mask, int condition, int line = __builtin_LINE())
{
  emulated::meet(mask, condition, line);
  unsigned all = 0;
  for (unsigned lane = 0; lane < emulated::lanes; lane++) {
    if (emulated::lanes_met() >> lane & 1 && emulated::given_by<int>(lane)) all |= 1u << lane;
  }
  return all;
}

EINC_OWN static inline int __any_sync(unsigned mask, int condition, int line = __builtin_LINE())
{
  return __ballot_sync(mask, condition, line) != 0;
}

EINC_OWN static inline int __all_sync(unsigned mask, int condition, int line = __builtin_LINE())
{
  return __ballot_sync(mask, condition, line) == emulated::lanes_met();
}

/* The lanes with the same value. */
template <class T>
EINC_OWN static inline unsigned __match_any_sync(unsigned mask, T value, int line = __builtin_LINE())
{
  emulated::meet(mask, value, line);
  unsigned all = 0;
  for (unsigned lane = 0; lane < emulated::lanes; lane++) {
    if (emulated::lanes_met() >> lane & 1 && emulated::given_by<T>(lane) == value) all |= 1u << lane;
  }
  return all;
}

/* ---- memory ---------------------------------------------------------------------------------- */

template <class T>
static inline T __ldg(const T *address) { return *address; }
template <class T>
static inline T __ldcs(const T *address) { return *address; }
template <class T>
static inline void __stcs(T *address, T value) { *address = value; }

/* Replaces a cell by `f` of it and returns the old value. Threads do so in the order in which they run. */
template <class T, class F>
EINC_OWN static inline T einc_atomic(T *address, F f, int line)
{
#if EINC_CHECKS
  emulated::check_atomic(address, sizeof(T), emulated::place_of_line(line));
#endif
  (void)line;
  const T before = *address;
  *address = f(before);
  return before;
}

template <class T>
EINC_OWN static inline T atomicAdd(T *address, T value, int line = __builtin_LINE())
{
  return einc_atomic(address, [=](T a) EINC_OWN { return static_cast<T>(a + value); }, line);
}

template <class T>
EINC_OWN static inline T atomicMin(T *address, T value, int line = __builtin_LINE())
{
  return einc_atomic(address, [=](T a) EINC_OWN { return value < a ? value : a; }, line);
}

template <class T>
EINC_OWN static inline T atomicMax(T *address, T value, int line = __builtin_LINE())
{
  return einc_atomic(address, [=](T a) EINC_OWN { return value > a ? value : a; }, line);
}

template <class T>
EINC_OWN static inline T atomicExch(T *address, T value, int line = __builtin_LINE())
{
  return einc_atomic(address, [=](T) EINC_OWN { return value; }, line);
}

template <class T>
EINC_OWN static inline T atomicCAS(T *address, T expected, T value, int line = __builtin_LINE())
{
  return einc_atomic(address, [=](T a) EINC_OWN { return a == expected ? value : a; }, line);
}
