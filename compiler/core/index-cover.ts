/**
 * Which cells subscripts reach: `2*i + k` with `k < 2` reaches cells one after the other, as the
 * digits of a number count them. What cannot be told is answered as if it were not so.
 */
import { type Digit, type Index, isLoop, loopsIn, type LoopVar, sameIndex } from './index-expr.ts';

/** A loop and its number of iterations. */
export interface Turns {
  readonly loop: LoopVar;
  readonly extent: number;
}

/**
 * No two points of the loops share a cell: each loop's value follows from the subscript. Loops that
 * are not among `loops` stand still.
 */
export function isOneToOne(subscript: readonly Index[], loops: readonly Turns[]): boolean {
  const open = new Map(loops.filter(l => l.extent > 1).map(l => [l.loop, l.extent]));
  const sums = undigited(subscript).map(sum => sum.index);
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const sum of sums) decodedFrom(sum, open).forEach(loop => open.delete(loop));
  }
  return open.size === 0;
}

/** The loops whose values an index tells, when all but `open` are known: all of it or none. */
function decodedFrom({ terms }: Index, open: ReadonlyMap<LoopVar, number>): readonly LoopVar[] {
  const unknown = terms.filter(t =>
    (isLoop(t) ? [t.loop] : loopsIn(t.digit.of)).some(l => open.has(l)),
  );
  const loops = unknown.filter(isLoop);
  if (loops.length < unknown.length) return [];
  let reach = 0;
  for (const { coeff, loop } of loops.toSorted(byWeight)) {
    if (Math.abs(coeff) <= reach) return [];
    reach += Math.abs(coeff) * ((open.get(loop) ?? 1) - 1);
  }
  return loops.map(t => t.loop);
}

/**
 * Whether the loops reach every cell of an array with these dims: each `once`, or some `often`.
 * Undefined where cells are missed or this cannot be told.
 */
export function coverageOf(
  subscript: readonly Index[],
  dims: readonly number[],
  loops: readonly Turns[],
): 'once' | 'often' | undefined {
  if (loops.some(l => l.extent === 0)) return undefined;
  const unused = new Map(loops.map(l => [l.loop, l.extent]));
  let isExact = true;
  for (const { index, axes } of undigited(subscript)) {
    const size = axes.reduce((cells, axis) => cells * (dims[axis] ?? 0), 1);
    const stretch = stretchOf(index, unused);
    if (!stretch || stretch.first !== 0 || stretch.length !== size) return undefined;
    if (!digitsFit(subscript, axes, dims)) return undefined;
    isExact &&= stretch.isExact;
    loopsIn(index).forEach(loop => unused.delete(loop));
  }
  return isExact && [...unused.values()].every(extent => extent === 1) ? 'once' : 'often';
}

export interface Stretch {
  readonly first: number;
  readonly length: number;
  /** Whether each value is reached exactly once. */
  readonly isExact: boolean;
}

/** The values of an index, when they are all of first … first + length - 1. */
export function stretchOf(
  { terms, offset }: Index,
  extents: ReadonlyMap<LoopVar, number>,
): Stretch | undefined {
  let [first, length, isExact] = [offset, 1, true];
  for (const { coeff, loop } of terms.filter(isLoop).toSorted(byWeight)) {
    const last = coeff * ((extents.get(loop) ?? Infinity) - 1);
    if (last !== 0 && Math.abs(coeff) > length) return undefined;
    if (last !== 0 && Math.abs(coeff) < length) isExact = false;
    first += Math.min(0, last);
    length += Math.abs(last);
  }
  return terms.every(isLoop) && Number.isFinite(length) ? { first, length, isExact } : undefined;
}

function byWeight(a: { readonly coeff: number }, b: { readonly coeff: number }): number {
  return Math.abs(a.coeff) - Math.abs(b.coeff);
}

// ── Digits ──────────────────────────────────────────────────────────────────────────────────────

interface Sum {
  readonly index: Index;
  /** The axes it tells the subscripts of. */
  readonly axes: readonly number[];
}

/** Axes that are all the digits of one number are told by that number; the others by themselves. */
function undigited(subscript: readonly Index[]): readonly Sum[] {
  const sums: Sum[] = [];
  const done = new Set<number>();
  subscript.forEach((index, axis) => {
    if (done.has(axis)) return;
    const whole = asDigit(index)?.of;
    const axes = digitsOf(subscript, whole);
    const sum = whole && axes.length > 0 ? { index: whole, axes } : { index, axes: [axis] };
    sums.push(sum);
    sum.axes.forEach(a => done.add(a));
  });
  return sums;
}

/** The axes that hold the digits of `number`, the last digit first; none when some are missing. */
function digitsOf(subscript: readonly Index[], number: Index | undefined): readonly number[] {
  if (!number) return [];
  const found = subscript.flatMap((index, axis) => {
    const digit = asDigit(index);
    return digit && sameIndex(digit.of, number) ? [{ axis, digit }] : [];
  });
  const digits = found.toSorted((a, b) => a.digit.over - b.digit.over);
  const isAll =
    digits.at(-1)?.digit.below === undefined &&
    digits.every(({ digit }, i) => {
      const { over = 1, below = 1 } = digits[i - 1]?.digit ?? {};
      return digit.over === over * below;
    });
  return isAll ? digits.map(d => d.axis) : [];
}

/** Whether each digit except the first runs over its whole axis, so that the axes count like the digits. */
function digitsFit(
  subscript: readonly Index[],
  axes: readonly number[],
  dims: readonly number[],
): boolean {
  return axes.slice(0, -1).every(axis => asDigit(subscript[axis])?.below === dims[axis]);
}

function asDigit(index: Index | undefined): Digit | undefined {
  const [only] = index?.terms ?? [];
  const isBare = index?.terms.length === 1 && index.offset === 0 && only?.coeff === 1;
  return isBare && !isLoop(only) ? only.digit : undefined;
}
