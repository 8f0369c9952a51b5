/*
 * Decodes the shared-memory descriptors of warpgroup products, after the PTX
 * ISA: "Asynchronous Warpgroup Level Matrix Multiply-Accumulate Instructions".
 */
#pragma once

namespace emulated {

/* A factor in shared memory, after "Matrix Descriptor Format". Offsets are in bytes. */
struct Matrix {
  uint32_t start;
  uint32_t leading;
  uint32_t stride;
  uint32_t base;
  uint32_t parts;  /* units of 16 bytes in a row of the swizzle pattern; 1 without swizzle */
  bool is_transposed;
};

EINC_OWN inline Matrix decode(uint64_t bits, bool is_transposed)
{
  const auto field = [=](unsigned from, unsigned count) EINC_OWN {
    return static_cast<uint32_t>(bits >> from & ((1u << count) - 1));
  };
  const uint32_t parts[] = { 1, 8, 4, 2 };
  return { field(0, 14) << 4, field(16, 14) << 4, field(32, 14) << 4, field(49, 3), parts[field(62, 2)],
           is_transposed };
}

/*
 * "Canonical Layouts", for cells of 16 bits, T = 8 of them in 16 bytes; strides in bytes, p parts per row:
 *   K-major           ((8,m),(T,2k)):((1T,SBO),(1,LBO)), swizzled ((8,m),(T,2k)):((pT,SBO),(1,T))
 *   MN-major  ((T,1,m),(8,k)):((1,T,SBO),(1T,LBO)), swizzled ((T,p,m),(8,k)):((1,T,LBO),(pT,SBO))
 */
EINC_OWN inline uint32_t offset_in(const Matrix &m, uint32_t cell, uint32_t term)
{
  const uint32_t part = 16;
  if (!m.is_transposed) {
    const uint32_t in_row = m.parts == 1 ? term / 8 * m.leading + term % 8 * 2 : term * 2;
    return cell % 8 * m.parts * part + cell / 8 * m.stride + in_row;
  }
  const uint32_t in_part = cell % 8 * 2;
  if (m.parts == 1) return in_part + cell / 8 * m.stride + term % 8 * part + term / 8 * m.leading;
  const uint32_t row = cell / 8 % m.parts * part + cell / (8 * m.parts) * m.leading;
  return in_part + row + term % 8 * m.parts * part + term / 8 * m.stride;
}

/* Swizzle<b, 4, 3> of an address, for 2^b parts: bits 4 and up are XORed with bits 7 and up. */
EINC_OWN inline uint32_t swizzled(uint32_t address, uint32_t parts)
{
  return address ^ ((address >> 7 & (parts - 1)) << 4);
}

/* A swizzle pattern starts at multiples of its size in shared memory, regardless of where the array starts. */
EINC_OWN inline char *place_in(const Matrix &m, uint32_t cell, uint32_t term)
{
  return dynamic_memory - dynamic_start + swizzled(m.start + offset_in(m, cell, term), m.parts);
}

}  // namespace emulated
