/**
 * Bulk tensor copies (TMA; PTX ISA, `cp.async.bulk.tensor`): one thread starts them, and a barrier in shared memory for each
 * stage says when all of its bytes have arrived.
 *
 *     alignas(8) __shared__ unsigned long long arrived[3];
 *     if (threadIdx.x == 0) {
 *       for (int i = 0; i < 3; ++i) einc_arrival_start(&arrived[i]);
 *       einc_fence_async();
 *     }
 *     __syncthreads();
 *     …
 *     if (threadIdx.x == 0) {
 *       einc_arrival_expect(&arrived[i % 3], 24576);
 *       einc_copy_box_2(&x_rows[0], &x_boxes, 64 * i, 128 * b, &arrived[i % 3]);
 *     }
 *     …
 *     einc_arrival_wait(&arrived[i % 3], i / 3 % 2);
 *
 * The n-th turn of the loop is the `n / stages`-th use of its barrier, so it waits for the phase of that parity.
 */
import { type Index, sumOf } from '../../compiler/core/index-expr.ts';
import { cellsOf, sizeOf, type TensorNode } from '../../compiler/core/tensor-node.ts';
import { type For, invariant, type Stmt, type Writer } from '../../compiler/index.ts';
import { type BulkCopy, bulkCopyAt } from '../../compiler/loop/bulk-copy.ts';
import { isLoopStep, sitesUnder } from '../../compiler/loop/facts.ts';
import { pipelineOf, stagesOf } from '../../compiler/loop/pipelined.ts';
import { visitStmts } from '../../compiler/loop/traverse.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { callOf, copyBoxOf, type Intrinsic } from './intrinsics.ts';

/** Boxes of one shape, of one array. */
export interface Boxes {
  readonly node: TensorNode;
  readonly box: readonly number[];
}

/** What a kernel's bulk copies take their cells from, without duplicates. */
export function boxesIn(kernel: Stmt): readonly Boxes[] {
  const all = new Map<string, Boxes>();
  visitStmts(kernel, s => {
    if (s.kind !== 'for' || s.mode !== 'pipelined') return;
    for (const { from, box } of bulkCopiesOf(s)) all.set(keyOf(from, box), { node: from, box });
  });
  return [...all.values()];
}

/** Whether an array is read otherwise, too. */
export function isReadByThreads(node: TensorNode, kernel: Stmt): boolean {
  return sitesUnder(kernel).some(
    site => site.node === node && !site.path.some(step => isLoopStep(step) && step.mode === 'bulk'),
  );
}

/** The identifiers of tensor maps. */
export class MapNames {
  readonly #names = new Map<string, string>();

  set({ node, box }: Boxes, name: string): void {
    this.#names.set(keyOf(node, box), name);
  }

  of({ from, box }: BulkCopy): string {
    const name = this.#names.get(keyOf(from, box));
    invariant(name !== undefined, () => `no tensor map of ${from.name}`);
    return name;
  }
}

function keyOf({ name }: TensorNode, box: readonly number[]): string {
  return [name, ...box].join(' ');
}

function bulkCopiesOf(loop: For): readonly BulkCopy[] {
  const bulk = pipelineOf(loop).copies.filter(({ mode }) => mode === 'bulk');
  return bulk.map(found);
}

function found(copy: For): BulkCopy {
  const bulk = bulkCopyAt(copy);
  invariant(typeof bulk !== 'string', () => `bulk ${copy.loop} is no bulk copy`);
  return bulk;
}

/** The bulk copies of a pipelined loop. */
export class BulkCopies {
  /** Whether any copies of the loop are in bulk; whether all are. */
  readonly areAny: boolean;
  readonly areAll: boolean;
  readonly #maps: MapNames;
  readonly #w: Writer;
  readonly #exprs: ExprEmitter;
  readonly #stages: number;
  readonly #bytes: number;
  #barriers = '';

  constructor(loop: For, maps: MapNames, w: Writer, exprs: ExprEmitter) {
    this.#maps = maps;
    this.#w = w;
    this.#exprs = exprs;
    this.#stages = stagesOf(loop);
    const bulk = bulkCopiesOf(loop);
    this.#bytes = bulk.reduce((sum, { to }) => sum + sizeOf(to), 0);
    this.areAny = bulk.length > 0;
    this.areAll = bulk.length === pipelineOf(loop).copies.length;
  }

  /** The barriers, which all threads see afterwards. */
  start(): void {
    const [w, stages] = [this.#w, this.#stages];
    this.#barriers = this.#exprs.identifiers.fresh('arrived');
    w.line(`alignas(8) __shared__ unsigned long long ${this.#barriers}[${stages}];`);
    this.#byOneThread(() => {
      w.line(
        `for (int i = 0; i < ${stages}; ++i) ${this.#call('einc_arrival_start')}(&${this.#barriers}[i]);`,
      );
      w.line(`${this.#call('einc_fence_async')}();`);
    });
    w.line('__syncthreads();');
  }

  /** Copies for one turn, whose arrays and barrier are those of `stage`. */
  copy(copies: readonly For[], stage: string): void {
    const barrier = `&${this.#barriers}[${stage}]`;
    this.#byOneThread(() => {
      this.#w.line(`${this.#call('einc_arrival_expect')}(${barrier}, ${this.#bytes});`);
      for (const copy of copies) this.#boxes(found(copy), barrier);
    });
  }

  /** Until the copies for this turn have arrived. */
  wait(turn: string): void {
    const stage = `${this.#barriers}[${turn} % ${this.#stages}]`;
    this.#w.line(`${this.#call('einc_arrival_wait')}(&${stage}, ${turn} / ${this.#stages} % 2);`);
  }

  #byOneThread(body: () => void): void {
    this.#w.block('if (threadIdx.x == 0)', body);
  }

  #boxes(copy: BulkCopy, barrier: string): void {
    const { boxes, from, to, first, place } = copy;
    const exprs = this.#exprs;
    const each = ([outermost, ...inner]: readonly For[]): void => {
      if (!outermost) {
        // The hardware takes the innermost axis first.
        const cell = first.toReversed().map(ix => exprs.index(ix, 0));
        const call = exprs.need(copyBoxOf(from.dims.length));
        const start = this.#startOf(to, place);
        const args = [start, `&${this.#maps.of(copy)}`, ...cell, barrier];
        this.#w.statement(`${call}(${args.join(', ')});`);
        return;
      }
      const { loop, extent } = outermost;
      this.#w.line(exprs.dialect.unroll(extent));
      exprs.identifiers.within(loop, i => {
        this.#w.block(`for (int ${i} = 0; ${i} < ${extent}; ++${i})`, () => each(inner));
      });
    };
    each(boxes);
  }

  /** Where a box begins the pattern of the swizzle begins, too. */
  #startOf(to: TensorNode, place: readonly Index[]): string {
    const { identifiers } = this.#exprs;
    const strides = to.dims.map((_, axis) => cellsOf({ dims: to.dims.slice(axis + 1) }));
    const offset = sumOf(place.map((ix, axis) => [strides[axis] ?? 1, ix] as const));
    const name = identifiers.ofNode(to);
    const isStart = offset.terms.length === 0 && offset.offset === 0;
    return isStart ? name : `&${name}[${this.#exprs.index(offset, 0)}]`;
  }

  #call(name: Intrinsic): string {
    return this.#exprs.need(callOf(name));
  }
}
