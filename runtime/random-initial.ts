/** Random first values of parameters, drawn in f64 on the host. */
import {
  evaluate,
  type Initial,
  type InitialScale,
  keyOf,
  product,
  type Rows,
  threefry2x32,
  type Word2,
} from '../compiler/index.ts';

type Random = Initial & { readonly kind: 'random' };

/** In memory order: batch, output, input axes. */
export function randomInitial(
  { distribution, scale }: Random,
  dims: Rows<number>,
  seed: number,
  stream: string,
): Float64Array {
  const key = keyOf(seed, stream);
  const [batch, output, input] = [dims.batch, dims.output, dims.input].map(product);
  const [count, out, fan] = [batch ?? 1, output ?? 1, input ?? 1];
  const by = sizeOf(scale, fan, out);
  const fill = (at: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count * out * fan }, (_, i) => by * at(i));
  switch (distribution) {
    case 'uniform':
      return fill(i => 2 * fractionAt(key, i) - 1);
    case 'normal':
      return fill(i => normalAt(key, i));
    case 'truncated':
      return fill(i => truncatedAt(key, i));
    case 'orthogonal': {
      const blocks = Array.from({ length: count }, (_, b) =>
        orthogonal(out, fan, i => normalAt(key, b * out * fan + i)),
      );
      return fill(i => blocks[Math.floor(i / (out * fan))]?.[i % (out * fan)] ?? NaN);
    }
  }
}

/** A row without axes has one cell. */
function sizeOf(scale: number | InitialScale, fanIn: number, fanOut: number): number {
  if (typeof scale === 'number') return scale;
  return Math.sqrt(scale.squared / (scale.fan === 'in' ? fanIn : fanIn + fanOut));
}

/** In (0, 1), by 52 bits: halfway between two multiples of 2^-52, so that neither end is met. */
function fractionAt(key: Word2, i: number): number {
  const [high, low] = threefry2x32(key, [i >>> 0, Math.floor(i / 2 ** 32)]);
  return (high * 2 ** 20 + (low >>> 12) + 0.5) * 2 ** -52;
}

function normalAt(key: Word2, i: number): number {
  return Math.SQRT2 * evaluate('erf_inv', 'f64', 2 * fractionAt(key, i) - 1);
}

/** A normal distribution truncated at two standard deviations; its own standard deviation is 0.88. */
function truncatedAt(key: Word2, i: number): number {
  const within = evaluate('erf', 'f64', Math.SQRT2);
  const share = 2 * fractionAt(key, i) - 1;
  return Math.SQRT2 * evaluate('erf_inv', 'f64', within * share);
}

/**
 * A matrix whose shorter side's vectors are orthonormal, evenly distributed among all such: those of
 * a matrix of normal numbers by Gram and Schmidt, twice for precision. What is left of a vector keeps
 * its direction, so the diagonal of the triangular factor is positive.
 */
function orthogonal(rows: number, columns: number, at: (i: number) => number): Float64Array {
  const isWide = rows <= columns;
  const [count, length] = isWide ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, (_, i) => at(v * length + i));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) subtract(vector, other, dot(vector, other));
    }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map(x => x / norm));
  }
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return (isWide ? vectors[row]?.[column] : vectors[column]?.[row]) ?? NaN;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);
}

function subtract(from: Float64Array, other: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] ?? NaN) - times * (other[i] ?? NaN);
}
