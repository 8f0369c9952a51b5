/**
 * The functions of `op` that gather and scatter cells by index, and how each is composed of operations. For
 * invalid indices see `compiler/assign/ir.ts`: they read 0 and write nothing.
 * Indices that these functions return have the dtype of the routine; in f32 they are exact up to 2²⁴.
 */
import { scalarConst } from '../../compiler/index.ts';
import { constantTensor, dimTensor } from '../graph/make.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Dim } from '../shape/row.ts';
import {
  addressed,
  type Application,
  checkPositions,
  choiceAxis,
  type Construction,
  endAxis,
  sizeIn,
} from './construction.ts';
import {
  extreme,
  firstAt,
  inverse,
  offsets,
  oneHot,
  range,
  rank,
  scatter,
  take,
  takeAlong,
} from './indexed.ts';
import { elementwise } from './operations.ts';

export interface Indexing {
  /** The number of operands; with `more`, the least number. */
  readonly arity: number;
  readonly more?: boolean;
  readonly build: Build;
}

type Build = (made: Construction, x: Tensor, y: Tensor, z: Tensor) => Application;

/** By name. Each is described with its shapes in `dsl/README.md`. */
export const indexings: ReadonlyMap<string, Indexing> = new Map(
  Object.entries({
    /** `take(x, ids)`, `take(x, i, j)`: indexes the first output axes of `x`. */
    take: { arity: 2, more: true, build: made => taken(made, addressed(made, positionsOf(made))) },
    /** The same along the first batch axes. */
    take_batch: taking('batch'),
    /** `take_along(x, ids)`: along the last output axis, as NumPy's `take_along_axis`. */
    take_along: {
      arity: 2,
      build: (made, x, ids) => {
        endAxis(made, x, 'last');
        return [takeAlong, x, ids];
      },
    },
    /** `scatter_add(x, ids, updates)`: each update added to the cell that `take(x, ids)` has there. */
    scatter_add: {
      arity: 3,
      more: true,
      build: made => {
        const count = positionsOf(made) - 1;
        checkPositions(made, made.operands.slice(1, -1));
        return [scatter('add', count, { row: addressed(made, count) }), ...made.operands];
      },
    },
    /** The same, but an update replaces the cell; of several updates of one cell the last one counts. */
    scatter_set: {
      arity: 3,
      more: true,
      build: (made, x, _, last) => {
        const [updates = last, ...ids] = made.operands.slice(1).toReversed();
        return replaced(made, x, ids.toReversed(), updates);
      },
    },
    /** `one_hot(ids, n)`: along a new last output axis of `n` cells, 1 at the position, else 0. */
    one_hot: { arity: 2, build: (made, ids, n) => [oneHot(sizeIn(made, n)), ids] },
    /** `range(n)`: 0, 1, … up to, not including, `n`. */
    range: { arity: 1, build: (made, n) => [range(sizeIn(made, n))] },
    /** `offsets(x)`: how many cells of `x` lie before each of them. */
    offsets: { arity: 1, build: (_, x) => [offsets, x] },
    /** The first position of the maximum along the last output axis, or of a NaN if there is one. */
    argmax: { arity: 1, build: (made, x) => extremePlace(made, x, 'max') },
    argmin: { arity: 1, build: (made, x) => extremePlace(made, x, 'min') },
    /** The indices that sort the last output axis in ascending order: stable, NaN last. */
    argsort: { arity: 1, build: argsort },
    sort: { arity: 1, build: (made, x) => [takeAlong, x, made.step(...argsort(made, x))] },
    /** `argtopk(x, k)`: the indices of the `k` greatest cells in descending order: stable, NaN before numbers. */
    argtopk: { arity: 2, build: argtopk },
    topk: { arity: 2, build: (made, x, k) => [takeAlong, x, made.step(...argtopk(made, x, k))] },
    /** `dynamic_slice(x, start, size)`: `size` cells along the first output axis. */
    dynamic_slice: {
      arity: 3,
      build: (made, x, start, count) => {
        const size = sizeIn(made, count);
        return [take(1), x, window(made, { x, start, size, count })];
      },
    },
    /** `dynamic_update_slice(x, update, start)`: `x` with such a slice replaced by `update`. */
    dynamic_update_slice: {
      arity: 3,
      build: (made, x, update, start) => {
        const size = endAxis(made, update, 'first');
        const count = dimTensor(size, [update.shape], made.span);
        return replaced(made, x, [window(made, { x, start, size, count })], update);
      },
    },
  } satisfies Readonly<Record<string, Indexing>>),
);

/** `x[ids]`, `x[ids |]` */
export function taking(row: 'batch' | 'output'): Indexing {
  const build: Build = made => taken(made, addressed(made, positionsOf(made), row));
  return { arity: 2, more: true, build };
}

function positionsOf({ operands }: Construction): number {
  return operands.length - 1;
}

function taken(made: Construction, row: 'batch' | 'output'): Application {
  checkPositions(made, made.operands.slice(1));
  return [take(positionsOf(made), row), ...made.operands];
}

/**
 * Numbers the updates; each cell keeps the greatest number of its updates, and an update that finds
 * its own number there is the last one. So gradients flow only to those updates, and to the cells of `x`
 * without updates.
 */
function replaced(
  made: Construction,
  x: Tensor,
  ids: readonly Tensor[],
  updates: Tensor,
): Application {
  const { step, span } = made;
  const row = addressed(made, ids.length);
  checkPositions(made, ids);
  const [none, zero] = [constantTensor(-1, [span]), constantTensor(0, [span])];
  const number = step(offsets, step(take(ids.length, row), x, ...ids), updates);
  const latest = { ...scatter('max', ids.length, { row, start: scalarConst(-1) }), backward: [] };
  const last = step(latest, x, ...ids, number);
  const isLast = step(eq, step(take(ids.length, row), last, ...ids), number);
  const kept = step(where, isLast, updates, zero);
  const put = step(scatter('add', ids.length, { row, start: scalarConst(0) }), x, ...ids, kept);
  return [where, step(lt, none, last), put, x];
}

export function extremePlace(made: Construction, x: Tensor, op: 'max' | 'min'): Application {
  choiceAxis(made, x);
  return [firstAt(`arg${op}`), x, made.step(extreme(op), x)];
}

/** Ranks compare all cells with all: n² independent steps for an axis of n cells. */
export function argsort(made: Construction, x: Tensor): Application {
  const size = endAxis(made, x, 'last');
  return [inverse(size), made.step(rank('ascending'), x, x)];
}

function argtopk(made: Construction, x: Tensor, k: Tensor): Application {
  const size = sizeIn(made, k);
  endAxis(made, x, 'last', size);
  return [inverse(size), made.step(rank('descending'), x, x)];
}

interface Window {
  readonly x: Tensor;
  readonly start: Tensor;
  readonly size: Dim;
  /** The size as a tensor. */
  readonly count: Tensor;
}

/** The positions of a slice; its start is clamped so that all of it is inside. */
function window(made: Construction, { x, start, size, count }: Window): Tensor {
  const { step, span } = made;
  const whole = dimTensor(endAxis(made, x, 'first', size), [x.shape], span);
  const first = step(max, step(min, start, step(sub, whole, count)), constantTensor(0, [span]));
  return step(add, first, step(range(size)));
}

const add = elementwise('add');
const sub = elementwise('sub');
const min = elementwise('min');
const max = elementwise('max');
const eq = elementwise('eq');
const lt = elementwise('lt');
const where = elementwise('where');
