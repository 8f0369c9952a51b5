/*
 * Floats of 16 bits: __half and __nv_bfloat16, as in <cuda_fp16.h> and <cuda_bf16.h>. Arithmetic is done
 * in float and rounded back, which gives the correctly rounded result; `fma` is done in double.
 */
#pragma once
#define __CUDA_FP16_H__
#define __CUDA_BF16_H__

namespace emulated {

/* The float with the value of an f16. */
static inline float float_of_half(unsigned short bits)
{
  const unsigned magnitude = bits & 0x7fff;
  const unsigned sign = (bits & 0x8000u) << 16;
  if (magnitude >= 0x7c00) return einc_bits<float>(sign | 0x7f800000 | magnitude << 13);
  return einc_bits<float>(sign | einc_bits<unsigned>(einc_bits<float>(magnitude << 13) * 0x1p112f));
}

/* Rounds to nearest even. The first constant is half a step above the largest f16; adding the second aligns subnormals. */
static inline unsigned short half_of_float(float value)
{
  const unsigned bits = einc_bits<unsigned>(value) & 0x7fffffff;
  const unsigned sign = einc_bits<unsigned>(value) >> 31 << 15;
  unsigned magnitude;
  if (bits > 0x7f800000) return 0x7fff;
  if (bits >= 0x477ff000) magnitude = 0x7c00;
  else if (bits < 0x38800000) magnitude = einc_bits<unsigned>(einc_bits<float>(bits) + 0.5f) - 0x3f000000;
  else magnitude = ((bits + 0xfff + (bits >> 13 & 1)) >> 13) - (112 << 10);
  return static_cast<unsigned short>(sign | magnitude);
}

static inline float float_of_bfloat16(unsigned short bits)
{
  return einc_bits<float>(static_cast<unsigned>(bits) << 16);
}

static inline unsigned short bfloat16_of_float(float value)
{
  const unsigned bits = einc_bits<unsigned>(value);
  if (value != value) return 0x7fff;
  return static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* A float that rounds to 16 bits as the double would: rounded to odd if it is inexact. */
static inline float odd_float(double value)
{
  const float near = static_cast<float>(value);
  const unsigned bits = einc_bits<unsigned>(near);
  if (near == value || value != value || bits & 1) return near;
  const bool is_less = (near < 0 ? -static_cast<double>(near) : near) < (value < 0 ? -value : value);
  return einc_bits<float>(is_less ? bits + 1 : bits - 1);
}

}  // namespace emulated

#define EINC_NARROW(type, convert_to, convert_from) \
  struct alignas(2) type { \
    unsigned short __x; \
    type() = default; \
    type(float a) : __x(emulated::convert_to(a)) {} \
    type(double a) : __x(emulated::convert_to(emulated::odd_float(a))) {} \
    type(int a) : type(static_cast<double>(a)) {} \
    operator float() const { return emulated::convert_from(__x); } \
    type &operator+=(type b) { return *this = *this + b; } \
    type &operator-=(type b) { return *this = *this - b; } \
    type &operator*=(type b) { return *this = *this * b; } \
    type &operator/=(type b) { return *this = *this / b; } \
    friend type operator+(type a, type b) { return float(a) + float(b); } \
    friend type operator-(type a, type b) { return float(a) - float(b); } \
    friend type operator*(type a, type b) { return float(a) * float(b); } \
    friend type operator/(type a, type b) { return float(a) / float(b); } \
    friend type operator-(type a) { return -float(a); } \
    friend bool operator==(type a, type b) { return float(a) == float(b); } \
    friend bool operator!=(type a, type b) { return float(a) != float(b); } \
    friend bool operator<(type a, type b) { return float(a) < float(b); } \
    friend bool operator<=(type a, type b) { return float(a) <= float(b); } \
    friend bool operator>(type a, type b) { return float(a) > float(b); } \
    friend bool operator>=(type a, type b) { return float(a) >= float(b); } \
  }; \
  static inline type __hadd(type a, type b) { return a + b; } \
  static inline type __hsub(type a, type b) { return a - b; } \
  static inline type __hmul(type a, type b) { return a * b; } \
  static inline type __hdiv(type a, type b) { return a / b; } \
  static inline type __hneg(type a) { return -a; } \
  static inline type __hfma(type a, type b, type c) \
  { \
    return static_cast<double>(float(a)) * float(b) + static_cast<double>(float(c)); \
  }
EINC_NARROW(__half, half_of_float, float_of_half)
EINC_NARROW(__nv_bfloat16, bfloat16_of_float, float_of_bfloat16)

struct alignas(4) __half2 { __half x, y; };
struct alignas(4) __nv_bfloat162 { __nv_bfloat16 x, y; };
typedef __half half;
typedef __half2 half2;
typedef __nv_bfloat16 nv_bfloat16;
typedef __nv_bfloat162 nv_bfloat162;

static inline float __half2float(__half a) { return a; }
static inline __half __float2half(float a) { return a; }
static inline __half __float2half_rn(float a) { return a; }
static inline __half __double2half(double a) { return a; }
static inline __half __ushort_as_half(unsigned short a) { return einc_bits<__half>(a); }
static inline unsigned short __half_as_ushort(__half a) { return a.__x; }
static inline __half2 __halves2half2(__half x, __half y) { return { x, y }; }
static inline __half2 __floats2half2_rn(float x, float y) { return { x, y }; }
static inline float __low2float(__half2 a) { return a.x; }
static inline float __high2float(__half2 a) { return a.y; }
static inline float2 __half22float2(__half2 a) { return { a.x, a.y }; }

static inline float __bfloat162float(__nv_bfloat16 a) { return a; }
static inline __nv_bfloat16 __float2bfloat16(float a) { return a; }
static inline __nv_bfloat16 __float2bfloat16_rn(float a) { return a; }
static inline __nv_bfloat16 __double2bfloat16(double a) { return a; }
static inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short a) { return einc_bits<__nv_bfloat16>(a); }
static inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 a) { return a.__x; }
static inline __nv_bfloat162 __floats2bfloat162_rn(float x, float y) { return { x, y }; }
static inline float2 __bfloat1622float2(__nv_bfloat162 a) { return { a.x, a.y }; }
