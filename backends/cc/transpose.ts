/** Transposes square tiles in registers. */
import { bytesOf, type DType } from '../../compiler/index.ts';
import type { CallText } from '../clike/dialect.ts';
import { scalars, vectorType } from './vector-type.ts';

/** The sizes of tiles that fit the registers, and integer types as wide as a cell. */
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

/** gcc before 12 has only one of these builtins, clang only the other. */
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

/** Processors shuffle fastest within lanes of this many bytes; the lanes are then permuted as a whole. */
const laneBytes = 16;

/**
 * First within lanes, for each group of as many rows as a lane has cells: a pass interleaves the cells of two
 * rows, and after as many passes as the index of a cell has bits, cells and rows are
 * transposed. Then the lanes themselves: a pass takes alternate lanes of two rows.
 */
function transpose(dtype: keyof typeof squares, lanes: number): string {
  const type = `${dtype}x${lanes}`;
  const cells = Math.min(lanes, laneBytes / bytesOf[dtype]);
  const [groups, half] = [lanes / cells, cells / 2];
  const shuffled = (a: string, b: string, order: readonly number[]): string =>
    `shuffle_${type}(a[${a}], a[${b}], ${order.join(', ')});`;
  const between = (first: number): string => {
    const order = count(groups).flatMap(g => count(half).map(c => g * cells + first + c));
    const pairs = order.flatMap(cell => [cell, cell + lanes]);
    return shuffled('g + r', `g + r + ${half}`, pairs);
  };
  const everyOther = (first: number): string => {
    const order = count(groups / 2).flatMap(g =>
      count(cells).map(c => (2 * g + first) * cells + c),
    );
    const both = [...order, ...order.map(cell => cell + lanes)];
    return shuffled(`${2 * cells} * r + c`, `${2 * cells} * r + ${cells} + c`, both);
  };
  const copied = unrolled('r', lanes, ['a[r] = b[r];']);
  const inLanes = unrolled('r', half, [
    `b[g + 2 * r] = ${between(0)}`,
    `b[g + 2 * r + 1] = ${between(half)}`,
  ]);
  const ofLanes = unrolled('c', cells, [
    `b[${cells} * r + c] = ${everyOther(0)}`,
    `b[${lanes / 2} + ${cells} * r + c] = ${everyOther(1)}`,
  ]);
  const body = [
    `${type} a[${lanes}], b[${lanes}];`,
    ...unrolled('r', lanes, [`a[r] = *(${type}*)&from[r * from_row];`]),
    ...unrolled('pass', Math.log2(cells), [...unrolled('g', lanes, inLanes, cells), ...copied]),
    ...(groups > 1
      ? unrolled('pass', Math.log2(groups), [...unrolled('r', groups / 2, ofLanes), ...copied])
      : []),
    ...unrolled('r', lanes, [`*(${type}*)&to[r * to_row] = a[r];`]),
  ];
  const scalar = scalars[dtype];
  const head = `  ${scalar} *to, long to_row, const ${scalar} *from, long from_row) {`;
  return [`static inline void transpose_${type}(`, head, ...indented(body), '}'].join('\n');
}

/** A C loop with a pragma to unroll it. */
function unrolled(name: string, end: number, body: readonly string[], step = 1): readonly string[] {
  const next = step === 1 ? `++${name}` : `${name} += ${step}`;
  const [pragma, head] = [
    `#pragma GCC unroll ${end / step}`,
    `for (int ${name} = 0; ${name} < ${end}; ${next})`,
  ];
  return body.length === 1
    ? [pragma, `${head} ${body.join('')}`]
    : [pragma, `${head} {`, ...indented(body), '}'];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map(line => `  ${line}`);
}

function count(n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => i);
}
