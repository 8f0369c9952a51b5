/**
 * `a * b + c` rounded once, which JavaScript does not have.
 *
 * f32: the product of two f32 is exact in f64, so only the sum needs care; rounding it to odd first
 * makes the second rounding, to f32, the right one (Boldo and Melquiond, "Emulation of FMA and
 * correctly rounded sums", IEEE TC 2008). f64: the same paper's algorithm over Dekker's exact
 * product. Arguments fall back to two roundings where that product is not exact: when it or its
 * halves overflow f64, or when its low half may be too small for one.
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  return isMidway(sum) ? Math.fround(addToOdd(product, c)) : Math.fround(sum);
}

/** Whether it may be half-way between two f32: only then does it matter what the sum lost. */
function isMidway(sum: number): boolean {
  if (Math.abs(sum) < smallestNormal32) return true;
  float[0] = sum;
  return ((lowWord[0] ?? 0) & 0x1fffffff) === 0x10000000;
}

const smallestNormal32 = 2 ** -126;

export function fma64(a: number, b: number, c: number): number {
  // A product that overflows is finite here, because it is never rounded.
  if (Number.isFinite(a) && Number.isFinite(b) && !Number.isFinite(c)) return c;
  const plain = a * b + c;
  const [high, low] = exactProduct(a, b);
  const isExact = Number.isFinite(low) && Math.abs(high) >= smallestExactProduct;
  if (!isExact || !Number.isFinite(plain)) return plain;
  const [sumHigh, sumLow] = exactSum(c, low);
  const [topHigh, topLow] = exactSum(high, sumHigh);
  return topHigh + addToOdd(topLow, sumLow);
}

/** The least double times the bits of two significands. */
const smallestExactProduct = 2 ** (-1074 + 105);

/** `sum + error === a + b` exactly (Knuth's TwoSum). */
function exactSum(a: number, b: number): readonly [sum: number, error: number] {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

/** `high + low === a * b` exactly, unless it under- or overflows (Dekker). */
function exactProduct(a: number, b: number): readonly [high: number, low: number] {
  const high = a * b;
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return [high, aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow)];
}

function halves(x: number): readonly [high: number, low: number] {
  const scaled = x * (2 ** 27 + 1);
  const high = scaled - (scaled - x);
  return [high, x - high];
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
/** The last 32 bits of a double, on the processors there are. */
const lowWord = new Uint32Array(float.buffer, 0, 1);

/** The sum rounded to odd: when inexact, the neighbour with an odd last bit. */
function addToOdd(a: number, b: number): number {
  const [sum, error] = exactSum(a, b);
  if (error === 0 || !Number.isFinite(sum) || Number.isNaN(error)) return sum;
  float[0] = sum;
  const pattern = bits[0] ?? 0n;
  if ((pattern & 1n) === 1n) return sum;
  bits[0] = pattern + (error > 0 === sum > 0 ? 1n : -1n);
  return float[0];
}
