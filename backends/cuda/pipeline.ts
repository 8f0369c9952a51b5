/**
 * Software pipelines: loops whose copies run ahead, with a buffer for this iteration and one for the next.
 *
 *     alignas(16) __shared__ float x_rows_stages[4224];
 *     …                                     copies for iteration 0
 *     einc_copy_async_commit();
 *     for (int i = 0; i < 49; ++i) {
 *       einc_copy_async_wait<0>();          this thread's copies have arrived
 *       __syncthreads();                    all have, and the last iteration's buffer is free
 *       if (i < 48) {
 *         float *const x_rows = &x_rows_stages[(i + 1) % 2 * 2112];
 *         …                                 copies for the next iteration
 *         einc_copy_async_commit();
 *       }
 *       const float *const x_rows = &x_rows_stages[i % 2 * 2112];
 *       …
 *     }
 *
 * With more stages there are more buffers: `stages - 1` iterations are copied before the loop, and an iteration waits for all groups
 * of copies but the last `stages - 2`. There is one barrier per iteration: after it, all copies of the iteration have arrived and
 * the buffer of the last iteration, which the next copies overwrite, is free. Warpgroup products that continue during the next
 * iteration hold its buffer longer: then copies run one iteration less ahead.
 */
import { cellsOf, type For, loopVar, type TensorNode, type Writer } from '../../compiler/index.ts';
import { at, fixed, type Index } from '../../compiler/core/index-expr.ts';
import { pipelineOf, stagesOf } from '../../compiler/loop/pipelined.ts';
import { substituteLoopsIn } from '../../compiler/loop/traverse.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { countType } from '../clike/stmt.ts';
import { BulkCopies, type MapNames } from './bulk-copies.ts';
import { callOf, type Intrinsic } from './intrinsics.ts';

/** How a block of threads executes thread loops. */
export interface Threads {
  /** How many iterations late the copies are last used, with this many stages. */
  late(stages: number): number;
  /** Whether some of it has to be waited for. */
  copy(loop: For): boolean;
  /** Emits one iteration, once everything that it needs has arrived. */
  use(loops: readonly For[]): void;
  /** `doCopy`: whether the threads have copied what hardware reads after the barrier. */
  barrier(doCopy: boolean): void;
  /** The offset of a copy's array in dynamic shared memory, if it is there. */
  placeOf(node: TensorNode): string | undefined;
  /** Of the arrays that are copied in bulk. */
  readonly maps: MapNames;
}

export function emitPipeline(loop: For, w: Writer, exprs: ExprEmitter, threads: Threads): void {
  new Pipeline(loop, w, exprs, threads).emit();
}

class Pipeline {
  readonly #loop: For;
  readonly #w: Writer;
  readonly #exprs: ExprEmitter;
  readonly #threads: Threads;
  readonly #arrays: ReadonlyMap<TensorNode, string>;
  readonly #stages: number;
  readonly #bulk: BulkCopies;

  constructor(loop: For, w: Writer, exprs: ExprEmitter, threads: Threads) {
    this.#loop = loop;
    this.#w = w;
    this.#exprs = exprs;
    this.#threads = threads;
    this.#stages = stagesOf(loop);
    const { identifiers } = exprs;
    const names = pipelineOf(loop).arrays.map(
      node => [node, identifiers.fresh(`${identifiers.ofNode(node)}_stages`)] as const,
    );
    this.#arrays = new Map(names);
    this.#bulk = new BulkCopies(loop, threads.maps, w, exprs);
  }

  emit(): void {
    const { loop, extent } = this.#loop;
    const { uses } = pipelineOf(this.#loop);
    const w = this.#w;
    for (const [node, name] of this.#arrays) this.#declare(node, name);
    if (this.#bulk.areAny) this.#bulk.start();
    const ahead = this.#stages - 1 - this.#threads.late(this.#stages);
    const isAsync = this.#first(ahead);
    this.#exprs.identifiers.within(loop, i => {
      const type = countType(extent, this.#exprs);
      w.block(`for (${type} ${i} = 0; ${i} < ${extent}; ++${i})`, () => {
        if (isAsync) w.line(`${this.#call('einc_copy_async_wait')}<${ahead - 1}>();`);
        if (this.#bulk.areAny) this.#bulk.wait(i);
        this.#threads.barrier(!this.#bulk.areAll);
        w.block(`if (${i} < ${extent - ahead})`, () => {
          this.#copies(at(loop, 1, ahead), `(${i} + ${ahead}) % ${this.#stages}`);
          if (isAsync && ahead === 1) this.#commit();
        });
        // Each iteration commits a group, possibly empty at the end, so the group to wait for is always equally far from the last.
        if (isAsync && ahead > 1) this.#commit();
        this.#places('const ', `${i} % ${this.#stages}`);
        this.#threads.use(uses);
      });
    });
  }

  #declare(node: TensorNode, name: string): void {
    const type = this.#type(node);
    const place = this.#threads.placeOf(node);
    this.#w.line(
      place === undefined
        ? `alignas(16) __shared__ ${type} ${name}[${this.#stages * cellsOf(node)}];`
        : `${type} *const ${name} = (${type} *)${place};`,
    );
  }

  /** The iterations copied before the loop begins. */
  #first(ahead: number): boolean {
    const w = this.#w;
    let isAsync = false;
    const copies = (turn: Index, place: string | undefined): void => {
      isAsync = this.#copies(turn, place);
      if (isAsync) this.#commit();
    };
    if (ahead === 1) {
      w.line('{').indented(() => copies(fixed(0), undefined));
      w.line('}');
      return isAsync;
    }
    const early = loopVar('early');
    w.line(this.#exprs.dialect.unroll(ahead));
    this.#exprs.identifiers.within(early, i => {
      w.block(`for (int ${i} = 0; ${i} < ${ahead}; ++${i})`, () => copies(at(early), i));
    });
    return isAsync;
  }

  /** The copies for an iteration; `place`: the number of its buffer. */
  #copies(turn: Index, place: string | undefined): boolean {
    this.#places('', place);
    const binding = new Map([[this.#loop.loop, turn]]);
    const copies = pipelineOf(this.#loop).copies.map(({ body, ...copy }) => {
      return { ...copy, body: substituteLoopsIn(body, binding) };
    });
    const isBulk = ({ mode }: For): boolean => mode === 'bulk';
    if (this.#bulk.areAny) this.#bulk.copy(copies.filter(isBulk), place ?? '0');
    const isAsync = copies.filter(copy => !isBulk(copy)).map(copy => this.#threads.copy(copy));
    return isAsync.includes(true);
  }

  #commit(): void {
    this.#w.line(`${this.#call('einc_copy_async_commit')}();`);
  }

  #call(name: Intrinsic): string {
    return this.#exprs.need(callOf(name));
  }

  /** The addresses of an iteration's arrays. */
  #places(constant: string, place: string | undefined): void {
    for (const [node, name] of this.#arrays) {
      const own = this.#exprs.identifiers.ofNode(node);
      const first = place === undefined ? name : `&${name}[${place} * ${cellsOf(node)}]`;
      this.#w.line(`${constant}${this.#type(node)} *const ${own} = ${first};`);
    }
  }

  #type({ dtype }: TensorNode): string {
    return this.#exprs.dialect.typeName[dtype];
  }
}
