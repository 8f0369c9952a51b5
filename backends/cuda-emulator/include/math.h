/* Functions of numbers, and of their bits. CUDA's aliases map to the functions of the C library. */
#pragma once

#define EINC_LIBM1(name) \
  extern "C" double name(double); \
  extern "C" float name##f(float); \
  static inline float name(float a) { return name##f(a); }
#define EINC_LIBM2(name) \
  extern "C" double name(double, double); \
  extern "C" float name##f(float, float); \
  static inline float name(float a, float b) { return name##f(a, b); }
EINC_LIBM1(sqrt) EINC_LIBM1(cbrt) EINC_LIBM1(fabs)
EINC_LIBM1(exp) EINC_LIBM1(exp2) EINC_LIBM1(expm1) EINC_LIBM1(log) EINC_LIBM1(log2) EINC_LIBM1(log10)
EINC_LIBM1(log1p) EINC_LIBM1(erf) EINC_LIBM1(erfc)
EINC_LIBM1(sin) EINC_LIBM1(cos) EINC_LIBM1(tan) EINC_LIBM1(asin) EINC_LIBM1(acos) EINC_LIBM1(atan)
EINC_LIBM1(sinh) EINC_LIBM1(cosh) EINC_LIBM1(tanh) EINC_LIBM1(asinh) EINC_LIBM1(acosh) EINC_LIBM1(atanh)
EINC_LIBM1(floor) EINC_LIBM1(ceil) EINC_LIBM1(trunc) EINC_LIBM1(rint) EINC_LIBM1(nearbyint) EINC_LIBM1(round)
EINC_LIBM2(pow) EINC_LIBM2(atan2) EINC_LIBM2(fmod) EINC_LIBM2(fmin) EINC_LIBM2(fmax) EINC_LIBM2(copysign)
extern "C" double fma(double, double, double);
extern "C" float fmaf(float, float, float);
static inline float fma(float a, float b, float c) { return fmaf(a, b, c); }

static inline bool isnan(double a) { return a != a; }
static inline bool isinf(double a) { return a - a != 0 && a == a; }
static inline bool isfinite(double a) { return a - a == 0; }
static inline bool signbit(double a) { return __builtin_signbit(a); }

#define EINC_LEAST(T) \
  static inline T min(T a, T b) { return b < a ? b : a; } \
  static inline T max(T a, T b) { return a < b ? b : a; }
EINC_LEAST(int) EINC_LEAST(unsigned) EINC_LEAST(long) EINC_LEAST(unsigned long)
EINC_LEAST(long long) EINC_LEAST(unsigned long long)
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
extern "C" int abs(int);

/* Arithmetic that must not be contracted; the emulator is compiled without contraction. */
#define EINC_ROUNDED(prefix, T) \
  static inline T prefix##add_rn(T a, T b) { return a + b; } \
  static inline T prefix##sub_rn(T a, T b) { return a - b; } \
  static inline T prefix##mul_rn(T a, T b) { return a * b; } \
  static inline T prefix##div_rn(T a, T b) { return a / b; } \
  static inline T prefix##sqrt_rn(T a) { return sqrt(a); } \
  static inline T prefix##rcp_rn(T a) { return 1 / a; }
EINC_ROUNDED(__f, float)
EINC_ROUNDED(__d, double)
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
static inline float rsqrtf(float a) { return static_cast<float>(1 / sqrt(static_cast<double>(a))); }
static inline double rsqrt(double a) { return 1 / sqrt(a); }

template <class To, class From>
static inline To einc_bits(From from)
{
  static_assert(sizeof(To) == sizeof(From), "the same bits");
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
static inline int __float_as_int(float a) { return einc_bits<int>(a); }
static inline unsigned __float_as_uint(float a) { return einc_bits<unsigned>(a); }
static inline float __int_as_float(int a) { return einc_bits<float>(a); }
static inline float __uint_as_float(unsigned a) { return einc_bits<float>(a); }
static inline long long __double_as_longlong(double a) { return einc_bits<long long>(a); }
static inline double __longlong_as_double(long long a) { return einc_bits<double>(a); }
static inline int __double2hiint(double a) { return static_cast<int>(__double_as_longlong(a) >> 32); }
static inline int __double2loint(double a) { return static_cast<int>(__double_as_longlong(a)); }
static inline double __hiloint2double(int high, int low)
{
  return einc_bits<double>(static_cast<unsigned long long>(static_cast<unsigned>(high)) << 32 |
                           static_cast<unsigned>(low));
}

static inline int __popc(unsigned a) { return __builtin_popcount(a); }
static inline int __popcll(unsigned long long a) { return __builtin_popcountll(a); }
static inline int __clz(int a) { return a == 0 ? 32 : __builtin_clz(static_cast<unsigned>(a)); }
static inline int __clzll(long long a)
{
  return a == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(a));
}
static inline int __ffs(int a) { return __builtin_ffs(a); }
static inline unsigned __umulhi(unsigned a, unsigned b)
{
  return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32);
}
static inline int __mulhi(int a, int b)
{
  return static_cast<int>(static_cast<long long>(a) * b >> 32);
}
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by)
{
  by &= 31;
  return by == 0 ? high : high << by | low >> (32 - by);
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by)
{
  by &= 31;
  return by == 0 ? low : low >> by | high << (32 - by);
}
/* Selects four of eight bytes by the four low hexadecimal digits of `which`; digits from 8 on replicate a byte's sign. */
static inline unsigned __byte_perm(unsigned low, unsigned high, unsigned which)
{
  const unsigned long long bytes = static_cast<unsigned long long>(high) << 32 | low;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned digit = which >> 4 * i & 15;
    const unsigned byte = static_cast<unsigned>(bytes >> 8 * (digit & 7) & 255);
    result |= (digit & 8 ? (byte & 128 ? 255u : 0) : byte) << 8 * i;
  }
  return result;
}
