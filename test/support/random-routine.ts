/**
 * Random routines for passes and backends: assignments over small arrays, with reductions, broadcasts,
 * offsets, static symbols and loops over them. Well-formed by construction.
 */
import {
  access,
  assign,
  type Assign,
  type Code,
  position,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from '../../compiler/assign/ir.ts';
import type { Projections } from '../../compiler/assign/projections.ts';
import type { Routine } from '../../compiler/assign/routine.ts';
import {
  at,
  digitOf,
  fixed,
  type Index,
  loopsIn,
  type LoopVar,
  loopVar,
  sumOf,
} from '../../compiler/core/index-expr.ts';
import type { DType } from '../../compiler/core/dtype.ts';
import type { AccumulateOp, Op } from '../../compiler/core/op.ts';
import type { StaticSymbol } from '../../compiler/core/static-symbol.ts';
import { type TensorNode, tensorNode } from '../../compiler/core/tensor-node.ts';
import { Choices } from './choices.ts';

export const batch: StaticSymbol = { kind: 'static-symbol', name: 'batch', range: 2 };
export const step: StaticSymbol = { kind: 'static-symbol', name: 'step', range: undefined };

export function randomRoutine(answers: readonly number[], dtype: DType = 'f32'): Routine {
  return new Builder(new Choices(answers), dtype).routine();
}

/** What subscripts call the positions of their access. */
const dynamics: readonly LoopVar[] = ['p', 'q', 'r'].map(loopVar);

function isDynamic(ix: Index): boolean {
  return loopsIn(ix).some(loop => dynamics.includes(loop));
}

type Dims = readonly number[];
const shapes: readonly [Dims, ...Dims[]] = [
  [],
  [4],
  [3],
  [1],
  [3, 4],
  [4, 3],
  [2, 3],
  [4, 4],
  [2, 3, 4],
];
/** Rare: an assignment that meets one of these has no points. */
const emptyShapes: readonly [Dims, ...Dims[]] = [[0], [0, 4], [3, 0]];
const unary: readonly [Op, ...Op[]] = ['neg', 'relu', 'abs', 'sat01', 'round', 'not'];
const common: readonly [Op, ...Op[]] = ['add', 'mul', 'sub', 'max', 'div'];
const rare: readonly [Op, ...Op[]] = [
  'mod',
  'le',
  'and',
  'or',
  'relu_gate',
  'sat01_gate',
  'mul_no_nan',
];
const accumulating: readonly [AccumulateOp, ...AccumulateOp[]] = [
  ...(['add', 'sub', 'max', 'mul', 'div', 'min'] as const),
  ...(['relu_gate', 'sat01_gate', 'and', 'or'] as const),
];

type How = Pick<Assign<TensorNode, Projections>, 'op' | 'reset' | 'keeps'>;

class Builder {
  readonly #choices: Choices;
  readonly #dtype: DType;
  readonly #device: readonly [TensorNode, ...TensorNode[]];
  /** Locals by name; each is written before it is read. */
  readonly #locals: TensorNode[] = [];
  readonly #introduced: TensorNode[] = [];
  readonly #wasRead = new Set<TensorNode>();

  constructor(choices: Choices, dtype: DType) {
    this.#choices = choices;
    this.#dtype = dtype;
    this.#device = [
      tensorNode('a', dtype, [4]),
      tensorNode('b', dtype, [3, 4]),
      tensorNode('c', dtype, [1]),
      tensorNode('table', dtype, [2, 3, 4]),
    ];
  }

  routine(): Routine {
    const code: Code<TensorNode, Projections>[] = [];
    do code.push(this.#code(0));
    while (!this.#choices.isExhausted && code.length < 12);
    const [sink] = this.#device;
    const body = sequence([
      ...code,
      ...this.#introduced.filter(t => !this.#wasRead.has(t)).map((t, i) => observe(t, i, sink)),
    ]);
    return { name: 'random', symbols: [batch, step], device: this.#device, body };
  }

  #code(depth: number): Code<TensorNode, Projections> {
    if (depth < 1 && this.#choices.oneIn(9)) {
      const before = this.#locals.length;
      const body = sequence([this.#code(1), this.#code(1)]);
      // What a loop's body introduces is not there for a reader that skips the loop's place.
      this.#locals.length = before;
      return { kind: 'repeat', symbol: batch, body };
    }
    return this.#assign();
  }

  #assign(): Assign<TensorNode, Projections> {
    const accumulates = this.#choices.oneIn(2);
    const isNew = !this.#choices.oneIn(4);
    const target = isNew ? this.#newLocal() : this.#choices.of(this.#writable());
    const loops = new Loops(this.#choices);
    let positions = 0;
    const slots: (readonly Index[])[] = [[]];
    const targetIndex = target.dims.map((dim, axis) =>
      accumulates && this.#choices.oneIn(12)
        ? at(dynamics[positions++] ?? loopVar(''))
        : loops.targetIndex(dim, isBatchAxis(target, axis)),
    );
    if (accumulates && this.#choices.oneIn(2)) {
      loops.fresh(this.#choices.oneIn(12) ? 0 : this.#choices.of([3, 4, 2]));
    }
    slots[0] = targetIndex;
    const places = Array.from({ length: positions }, () => this.#position(slots, loops));
    const value = this.#scalar(2, slots, loops);
    // A local that is new has nothing to add to.
    const op: Assign<TensorNode, Projections>['op'] = accumulates
      ? this.#choices.of(accumulating)
      : 'set';
    const reset = accumulates && (isNew || this.#choices.oneIn(2));
    if (isNew) this.#locals.push(target);
    const projections = {
      ...loops.found(),
      slots: slots.map(output => ({ batch: [], input: [], output })),
      logic: 'random',
    };
    const fits = loops.all().every(l => targetIndex.some(ix => loopsIn(ix).includes(l)));
    const safeOp = op === 'set' && !fits ? 'add' : op;
    const how = this.#how(safeOp, reset || isNew, !isNew && positions === 0);
    return assign(access(target, 0, places), how, value, projections);
  }

  /** What a new local holds where nothing is set is nothing, so it does not keep that. */
  #how(op: Assign<TensorNode, Projections>['op'], reset: boolean, mayKeep: boolean): How {
    const resets = op !== 'set' && reset;
    return {
      op,
      reset: resets,
      keeps: mayKeep && (op === 'set' || resets) && this.#choices.oneIn(2),
    };
  }

  #newLocal(): TensorNode {
    const dims = this.#choices.of(this.#choices.oneIn(15) ? emptyShapes : shapes);
    const local = tensorNode(`t_${this.#introduced.length + 1}`, this.#dtype, dims);
    this.#introduced.push(local);
    return local;
  }

  #writable(): [TensorNode, ...TensorNode[]] {
    return [...this.#device, ...this.#locals];
  }

  /** The last results more often than others, so that chains arise. */
  #readable(): TensorNode {
    const recent = this.#locals.slice(-3);
    const [first, ...others] = recent;
    return first && this.#choices.below(5) > 1
      ? this.#choices.of([first, ...others])
      : this.#choices.of(this.#writable());
  }

  #scalar(depth: number, slots: (readonly Index[])[], loops: Loops): Scalar<TensorNode> {
    const kind = depth === 0 ? this.#choices.below(3) : this.#choices.below(10);
    switch (kind) {
      case 0:
        return scalarConst(this.#choices.of([1, 0, -1, 0.5, 2, -3]));
      case 1:
      case 2:
        return this.#read(slots, loops);
      case 3:
        return scalarApply(this.#choices.of(unary), this.#scalar(depth - 1, slots, loops));
      case 4:
        return this.#selection(depth, slots, loops);
      case 5:
      case 6: {
        const x = this.#scalar(depth - 1, slots, loops);
        const c = scalarConst(this.#choices.of([1, 0, -0, 2, 0.25, -1]));
        const op = this.#choices.of<Op>(['mul', 'add', 'sub', 'div', 'pow', 'max']);
        return this.#choices.oneIn(2) ? scalarApply(op, c, x) : scalarApply(op, x, c);
      }
      default:
        return this.#binary(depth, slots, loops);
    }
  }

  #selection(depth: number, slots: (readonly Index[])[], loops: Loops): Scalar<TensorNode> {
    const a = this.#scalar(depth - 1, slots, loops);
    const b = this.#scalar(depth - 1, slots, loops);
    const c = this.#scalar(depth - 1, slots, loops);
    return scalarApply('where', scalarApply('lt', a, b), b, c);
  }

  #binary(depth: number, slots: (readonly Index[])[], loops: Loops): Scalar<TensorNode> {
    const a = this.#scalar(depth - 1, slots, loops);
    const b = this.#scalar(depth - 1, slots, loops);
    if (this.#choices.oneIn(12)) return scalarApply('add', a, { kind: 'symbol', symbol: step });
    return scalarApply(this.#choices.of(this.#choices.oneIn(5) ? rare : common), a, b);
  }

  #read(slots: (readonly Index[])[], loops: Loops): Scalar<TensorNode> {
    const node = this.#readable();
    this.#wasRead.add(node);
    let dynamic = 0;
    const index = node.dims.map((dim, axis) =>
      this.#choices.oneIn(16)
        ? at(dynamics[dynamic++] ?? loopVar(''))
        : loops.readIndex(dim, isBatchAxis(node, axis)),
    );
    slots.push(index);
    const slot = slots.length - 1;
    const positions = Array.from({ length: dynamic }, () => this.#position(slots, loops));
    return access(node, slot, positions);
  }

  /** Cells hold dyadic numbers of both signs, so that some are positions and some are none. */
  #position(slots: (readonly Index[])[], loops: Loops): Scalar<TensorNode> {
    switch (this.#choices.below(8)) {
      case 0:
        return scalarConst(this.#choices.of([0, 1, 2, 7, -1, 0.5, NaN]));
      case 1:
        return { kind: 'symbol', symbol: this.#choices.of([step, batch]) };
      case 2:
        // Where a target is at positions, how many cells lie before it is not known.
        return position(0, slots[0]?.some(isDynamic) ? { row: 'batch', at: 0 } : undefined);
      case 3:
        return scalarApply('abs', this.#read(slots, loops));
      default:
        return this.#read(slots, loops);
    }
  }
}

/** The batches of a table are selected by a static symbol. */
function isBatchAxis({ name }: TensorNode, axis: number): boolean {
  return name === 'table' && axis === 0;
}

/** Adds all cells of an array that nobody reads to one on the device, where a test sees them. */
function observe(node: TensorNode, i: number, sink: TensorNode): Assign<TensorNode, Projections> {
  const axes = node.dims.map((extent, axis) => ({ loop: loopVar('ijk'.charAt(axis)), extent }));
  const row = (output: readonly Index[]) => ({ batch: [], input: [], output });
  const slots = [row([fixed(i % 4)]), row(axes.map(axis => at(axis.loop)))];
  const unnamed = { symbols: new Map(), dynamics: new Map() };
  const projections = { axes, slots, ...unnamed, logic: 'random' };
  return assign(access(sink, 0), { op: 'add' }, access(node, 1), projections);
}

/** The product space of one assignment. */
class Loops {
  readonly #choices: Choices;
  readonly #axes: { readonly loop: LoopVar; readonly extent: number }[] = [];

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  fresh(extent: number): LoopVar {
    const loop = loopVar('ijklmn'.charAt(this.#axes.length) || `n${this.#axes.length}`);
    this.#axes.push({ loop, extent });
    return loop;
  }

  all(): readonly LoopVar[] {
    return this.#axes.map(axis => axis.loop);
  }

  found(): Pick<Projections, 'axes' | 'symbols' | 'dynamics'> {
    const orders = new Map(dynamics.map((name, order) => [name, order]));
    return { axes: this.#axes, symbols: new Map([[loopVar('batch'), batch]]), dynamics: orders };
  }

  /** Mostly a loop of its own over the whole axis; sometimes a cell, a part or a diagonal. */
  targetIndex(dim: number, mayBeSymbol: boolean): Index {
    if (dim === 0) return at(this.fresh(0));
    if (dim === 1) return fixed(0);
    if (mayBeSymbol && this.#choices.oneIn(2)) return at(loopVar('batch'));
    switch (this.#choices.below(10)) {
      case 6:
        if (dim !== 4) return at(this.fresh(dim));
        return sumOf([
          [2, at(this.fresh(2))],
          [1, at(this.fresh(2))],
        ]);
      case 7:
        return fixed(this.#choices.below(dim));
      case 8:
        return at(this.fresh(dim - 1), 1, this.#choices.below(2));
      case 9:
        return this.index(dim, false);
      default:
        return at(this.fresh(dim));
    }
  }

  /** Sometimes a digit of what one or two loops count, which fits whatever they are. */
  readIndex(dim: number, mayBeSymbol: boolean): Index {
    if (dim === 0) return at(this.fresh(0));
    const [first, ...others] = this.#axes.filter(axis => axis.extent > 0);
    if (!first || !this.#choices.oneIn(8)) return this.index(dim, mayBeSymbol);
    const [outer, inner] = [first, this.#choices.of([first, ...others])];
    const count = [[inner.extent, at(outer.loop)] as const, [1, at(inner.loop)] as const];
    const of = outer === inner ? at(inner.loop, 1, 1) : sumOf(count);
    return digitOf({ of, over: this.#choices.of([1, 2, 3]), below: dim });
  }

  /** Along an axis of `dim`: a loop that fits, perhaps shifted; a fixed cell; or the symbol. */
  index(dim: number, mayBeSymbol: boolean): Index {
    if (mayBeSymbol && this.#choices.oneIn(2)) return at(loopVar('batch'));
    const fitting = this.#axes.filter(axis => axis.extent <= dim);
    const [first, ...others] = fitting;
    if (!first || this.#choices.oneIn(6)) return fixed(this.#choices.below(dim));
    const { loop, extent } = this.#choices.of([first, ...others]);
    return at(loop, 1, this.#choices.below(dim - extent + 1));
  }
}
