/** Squares of cells turned over in registers. */
import type { DType } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { scalars, vectorType } from './vector-type.ts';

/** The sides of squares that registers hold, and integers as large as a cell. */
const squares = {
  f64: { sides: [2, 4, 8], integer: 'long long' },
  f32: { sides: [4, 8, 16], integer: 'int' },
  i32: { sides: [4, 8, 16], integer: 'int' },
} as const;

export function transposeOf(dtype: DType, lanes: number): CallText | undefined {
  if (dtype !== 'f64' && dtype !== 'f32' && dtype !== 'i32') return undefined;
  const sides: readonly number[] = squares[dtype].sides;
  if (!sides.includes(lanes)) return undefined;
  const { name: type, needs } = vectorType(dtype, lanes);
  const name = `transpose_${type}`;
  return { kind: 'call', name, needs: [...needs, shuffle(dtype, lanes), transpose(dtype, lanes)] };
}

/** gcc before 12 has one of these alone, clang the other. */
function shuffle(dtype: keyof typeof squares, lanes: number): string {
  const name = `shuffle_${dtype}x${lanes}`;
  const integers = `${squares[dtype].integer} __attribute__((vector_size(sizeof(a))))`;
  return [
    '#ifdef __clang__',
    `#define ${name}(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)`,
    '#else',
    `#define ${name}(a, b, ...) __builtin_shuffle(a, b, (${integers}){__VA_ARGS__})`,
    '#endif',
  ].join('\n');
}

/**
 * Each pass puts the lanes of two rows, one of either half, between each other. After as many as a row's
 * number has bits, rows and lanes have changed places.
 */
function transpose(dtype: keyof typeof squares, lanes: number): string {
  const type = `${dtype}x${lanes}`;
  const [scalar, half] = [scalars[dtype], lanes / 2];
  const merged = (from: number): string => {
    const order = Array.from({ length: half }, (_, l) => [from + l, from + l + lanes]).flat();
    return `shuffle_${type}(a[r], a[r + ${half}], ${order.join(', ')})`;
  };
  return `static inline void transpose_${type}(
  ${scalar} *to, long to_row, const ${scalar} *from, long from_row) {
  ${type} a[${lanes}], b[${lanes}];
  #pragma GCC unroll ${lanes}
  for (int r = 0; r < ${lanes}; ++r) a[r] = *(${type}*)&from[r * from_row];
  #pragma GCC unroll ${Math.log2(lanes)}
  for (int pass = 0; pass < ${Math.log2(lanes)}; ++pass) {
    #pragma GCC unroll ${half}
    for (int r = 0; r < ${half}; ++r) {
      b[2 * r] = ${merged(0)};
      b[2 * r + 1] = ${merged(half)};
    }
    #pragma GCC unroll ${lanes}
    for (int r = 0; r < ${lanes}; ++r) a[r] = b[r];
  }
  #pragma GCC unroll ${lanes}
  for (int r = 0; r < ${lanes}; ++r) *(${type}*)&to[r * to_row] = a[r];
}`;
}
