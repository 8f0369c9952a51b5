/**
 * A loop whose copies run a turn ahead: what is copied has a place for this turn and one for the next.
 *
 *     alignas(16) __shared__ float x_rows_stages[4224];
 *     …                                     what turn 0 needs
 *     einc_copy_async_commit();
 *     for (int i = 0; i < 49; ++i) {
 *       einc_copy_async_wait<0>();          one's own copies are there
 *       __syncthreads();                    all are, and no one needs what the last turn had
 *       if (i < 48) {
 *         float *const x_rows = &x_rows_stages[(i + 1) % 2 * 2112];
 *         …                                 what the next turn needs
 *         einc_copy_async_commit();
 *       }
 *       const float *const x_rows = &x_rows_stages[i % 2 * 2112];
 *       …
 *     }
 */
import { cellsOf, type For, type TensorNode, type Writer } from '../../compiler/index.ts';
import { at, fixed, type Index } from '../../compiler/core/index-expr.ts';
import { pipelineOf, stages } from '../../compiler/loop/pipelined.ts';
import { substituteLoopsIn } from '../../compiler/loop/traverse.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { countType } from '../clike/stmt.ts';
import { callOf } from './intrinsics.ts';

/** What a block of threads does with thread loops. */
export interface Threads {
  /** Whether some of it has to be waited for. */
  copy(loop: For): boolean;
  /** Of one turn, when all that it needs is there. */
  use(loops: readonly For[]): void;
  barrier(): void;
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

  constructor(loop: For, w: Writer, exprs: ExprEmitter, threads: Threads) {
    this.#loop = loop;
    this.#w = w;
    this.#exprs = exprs;
    this.#threads = threads;
    const { identifiers } = exprs;
    const names = pipelineOf(loop).arrays.map(
      node => [node, identifiers.fresh(`${identifiers.ofNode(node)}_stages`)] as const,
    );
    this.#arrays = new Map(names);
  }

  emit(): void {
    const { loop, extent } = this.#loop;
    const { uses } = pipelineOf(this.#loop);
    const w = this.#w;
    for (const [node, name] of this.#arrays) {
      w.line(`alignas(16) __shared__ ${this.#type(node)} ${name}[${stages * cellsOf(node)}];`);
    }
    let isAsync = false;
    w.line('{').indented(() => {
      isAsync = this.#copies(fixed(0), undefined);
    });
    w.line('}');
    this.#exprs.identifiers.within(loop, i => {
      const type = countType(extent, this.#exprs);
      w.block(`for (${type} ${i} = 0; ${i} < ${extent}; ++${i})`, () => {
        if (isAsync) w.line(`${this.#exprs.need(callOf('einc_copy_async_wait'))}<0>();`);
        this.#threads.barrier();
        w.block(`if (${i} < ${extent - 1})`, () => this.#copies(at(loop, 1, 1), `(${i} + 1)`));
        this.#places('const ', i);
        this.#threads.use(uses);
      });
    });
  }

  /** What a turn needs. */
  #copies(turn: Index, name: string | undefined): boolean {
    this.#places('', name);
    const binding = new Map([[this.#loop.loop, turn]]);
    const isAsync = pipelineOf(this.#loop).copies.map(copy => {
      const { mode, body } = copy;
      const moved = substituteLoopsIn(body, binding);
      return this.#threads.copy({ ...copy, mode, body: moved });
    });
    if (!isAsync.includes(true)) return false;
    this.#w.line(`${this.#exprs.need(callOf('einc_copy_async_commit'))}();`);
    return true;
  }

  /** Where the arrays of a turn are. */
  #places(constant: string, turn: string | undefined): void {
    for (const [node, name] of this.#arrays) {
      const own = this.#exprs.identifiers.ofNode(node);
      const place = turn === undefined ? name : `&${name}[${turn} % ${stages} * ${cellsOf(node)}]`;
      this.#w.line(`${constant}${this.#type(node)} *const ${own} = ${place};`);
    }
  }

  #type({ dtype }: TensorNode): string {
    return this.#exprs.dialect.typeName[dtype];
  }
}
