/**
 * What a block of threads does together: thread loops one after the other, with a barrier before one
 * that needs what another has stored.
 *
 *     __shared__ float h[16];
 *     if (threadIdx.x < 16) {
 *       const int o = threadIdx.x;
 *       h[o] = x[o] * 2.0f;
 *     }
 *     __syncthreads();
 */
import {
  cellsOf,
  type For,
  invariant,
  loopVar,
  type Stmt,
  type TensorNode,
  type Writer,
} from '../../compiler/index.ts';
import { statementsOf } from '../../compiler/loop/ir.ts';
import { sitesUnder } from '../../compiler/loop/facts.ts';
import { chainAt, turnsOfChain, warp } from '../../compiler/loop/kernel.ts';
import type { GroupProduct } from '../../compiler/loop/group-product.ts';
import { stagesOf, turnsLate } from '../../compiler/loop/pipelined.ts';
import { privateArrays } from '../../compiler/loop/private-arrays.ts';
import { productAt } from '../../compiler/loop/product-at.ts';
import { countType, emitStmt } from '../clike/stmt.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { emitCopies } from './copies.ts';
import {
  awaitProducts,
  beginProducts,
  emitGroupProduct,
  endProducts,
  groupProductsIn,
  swizzledIn,
} from './group-product.ts';
import { callOf, swizzled } from './intrinsics.ts';
import { launchMemoryOf, unitBytes } from './launch-memory.ts';
import { emitMatrixProduct } from './matrix-product.ts';
import { emitPipeline, type Threads } from './pipeline.ts';
import { withTurn } from './turn.ts';
import { emitWarpTree, type WarpTree, warpTreeAt } from './warp-tree.ts';

export function emitBlock(kernel: For, threads: number, w: Writer, exprs: ExprEmitter): void {
  const own = privateArrays(kernel);
  own.forEach((axes, node) => exprs.leaveOut(node, axes));
  const { places, alignment } = launchMemoryOf(kernel);
  const memory = places.size > 0 ? exprs.identifiers.fresh('shared_memory') : '';
  const aligned = alignment > unitBytes ? `__align__(${alignment}) ` : '';
  if (places.size > 0) w.line(`extern __shared__ ${aligned}uint4 ${memory}[];`);
  const byGroups = swizzledIn(kernel.body);
  byGroups.forEach(node => exprs.move(node, swizzled));
  const placeOf = (node: TensorNode): string | undefined =>
    places.has(node) ? `&${memory}[${places.get(node)}]` : undefined;
  const facts = { own, placeOf, hasGroups: byGroups.size > 0 };
  new Block(threads, facts, w, exprs).statements(statementsOf(chainAt(kernel).body));
}

interface Facts {
  readonly own: ReadonlyMap<TensorNode, number>;
  readonly placeOf: Threads['placeOf'];
  readonly hasGroups: boolean;
}

class Block {
  readonly #threads: number;
  /** Arrays of which each thread has a part, and how many axes say which. */
  readonly #own: ReadonlyMap<TensorNode, number>;
  /** Where in the memory of the launch an array of copies is, if there. */
  readonly #placeOf: Threads['placeOf'];
  /** Whether groups of warps multiply what threads have stored. */
  readonly #hasGroups: boolean;
  readonly #w: Writer;
  readonly #exprs: ExprEmitter;
  /** By how many turns of the loop around the products of groups are late. */
  #turnsLate = 0;
  /** The thread loops since the last barrier of the block. */
  #running: For[] = [];
  /** Those of the first warp since its last barrier. */
  #inWarp: For[] = [];
  /** Of the loops around whose turn has had no barrier so far, the thread loops of the turn. */
  #sinceTurns: For[][] = [];

  constructor(threads: number, { own, placeOf, hasGroups }: Facts, w: Writer, exprs: ExprEmitter) {
    this.#threads = threads;
    this.#own = own;
    this.#placeOf = placeOf;
    this.#hasGroups = hasGroups;
    this.#w = w;
    this.#exprs = exprs;
  }

  statements(statements: readonly Stmt[]): void {
    for (let i = 0; i < statements.length; i++) {
      const tree = warpTreeAt(statements, i);
      if (tree) {
        this.#tree(tree);
        i += tree.levels.length;
      } else {
        const s = statements[i];
        if (s) this.#stmt(s);
      }
    }
  }

  #stmt(s: Stmt): void {
    if (s.kind === 'declare') this.#declare(s.node);
    else if (s.kind !== 'for') emitStmt(s, this.#w, this.#exprs);
    else if (s.mode === 'thread') this.#threadLoop(s);
    else if (s.mode === 'pipelined') this.#pipelined(s);
    else this.#turns(s);
  }

  #declare(node: TensorNode): void {
    const { dialect, identifiers } = this.#exprs;
    const place = this.#placeOf(node);
    const type = dialect.typeName[node.dtype];
    if (place !== undefined) {
      this.#w.line(`${type} *const ${identifiers.ofNode(node)} = (${type} *)${place};`);
      return;
    }
    const scalar = `${type} ${identifiers.ofNode(node)}`;
    const axes = this.#own.get(node);
    const dims = node.dims.slice(axes ?? 0);
    const cells = dims.length === 0 ? '' : `[${Math.max(1, cellsOf({ dims }))}]`;
    // Aligned, so that compilers load four cells at once where they lie side by side.
    const shared = dims.length === 0 ? '__shared__ ' : 'alignas(16) __shared__ ';
    this.#w.line(`${axes === undefined ? shared : ''}${scalar}${cells};`);
  }

  /** All threads take the turns together. */
  #turns(s: For): void {
    const { dialect, identifiers } = this.#exprs;
    if (s.extent === 0) return;
    const type = countType(s.extent, this.#exprs);
    if (s.mode === 'unrolled') this.#w.line(dialect.unroll(s.extent));
    identifiers.within(s.loop, i => {
      this.#w.block(`for (${type} ${i} = 0; ${i} < ${s.extent}; ++${i})`, () => {
        const first: For[] = [];
        this.#sinceTurns.push(first);
        this.statements(statementsOf(s.body));
        // The next turn begins where this one ends, with what stands before its first barrier.
        if (first.some(next => this.#running.some(loop => this.#meet(loop, next)))) this.#barrier();
        this.#sinceTurns = this.#sinceTurns.filter(loops => loops !== first);
      });
    });
  }

  /** Copies of the next turns and uses of this one do not meet: they have places of their own. */
  #pipelined(s: For): void {
    const products = groupProductsIn(s);
    const late = (stages: number): number => turnsLate(products.length > 0, stages);
    this.#turnsLate = late(stagesOf(s));
    emitPipeline(s, this.#w, this.#exprs, {
      late,
      copy: loop => {
        let isAsync = false;
        this.#threadLoop(loop, body => {
          isAsync = emitCopies(body, this.#w, this.#exprs);
        });
        return isAsync;
      },
      use: loops => {
        this.#running = [];
        this.#inWarp = [];
        loops.forEach(loop => this.#threadLoop(loop));
      },
      barrier: () => this.#barrier(),
      placeOf: this.#placeOf,
    });
    if (this.#turnsLate > 0) {
      for (const sums of this.#sumsOf(products)) awaitProducts(sums, 0, this.#w, this.#exprs);
    }
    this.#turnsLate = 0;
  }

  /** By their names, each once. */
  #sumsOf(products: readonly GroupProduct[]): ReadonlySet<string> {
    return new Set(products.map(({ sum }) => this.#exprs.identifiers.ofNode(sum.node)));
  }

  #threadLoop(s: For, emitBody?: (body: Stmt) => void): void {
    const chain = chainAt(s);
    const turns = turnsOfChain(chain);
    if (turns === 0) return;
    this.#waitFor([s]);
    const [w, exprs, threads] = [this.#w, this.#exprs, this.#threads];
    const isWrittenOut = emitBody !== undefined;
    const emit = (turn: string): void =>
      withTurn(chain, turn, w, exprs, () =>
        emitBody ? emitBody(chain.body) : this.#body(chain.body, s),
      );
    if (turns === threads)
      w.line('{')
        .indented(() => emit('threadIdx.x'))
        .line('}');
    else if (turns < threads) w.block(`if (threadIdx.x < ${turns})`, () => emit('threadIdx.x'));
    else if (isWrittenOut && turns % threads === 0) this.#partsOf(turns, emit);
    else {
      exprs.identifiers.within(loopVar('thread'), turn => {
        const head = `for (int ${turn} = threadIdx.x; ${turn} < ${turns}; ${turn} += ${threads})`;
        w.block(head, () => emit(turn));
      });
    }
  }

  /** Where all threads have as many turns, compilers that are told so write them out. */
  #partsOf(turns: number, emit: (turn: string) => void): void {
    const { dialect, identifiers } = this.#exprs;
    const parts = turns / this.#threads;
    this.#w.line(dialect.unroll(parts));
    identifiers.within(loopVar('part'), part => {
      this.#w.block(`for (int ${part} = 0; ${part} < ${parts}; ++${part})`, () => {
        identifiers.within(loopVar('thread'), turn => {
          this.#w.line(`const int ${turn} = threadIdx.x + ${this.#threads} * ${part};`);
          emit(turn);
        });
      });
    });
  }

  #body(body: Stmt, threads: For): void {
    const [w, exprs] = [this.#w, this.#exprs];
    const sums = this.#sumsOf(groupProductsIn(threads));
    sums.forEach(name => beginProducts(name, w, exprs));
    emitStmt(body, w, exprs, loop => {
      if (loop.mode !== 'matrix') return undefined;
      const product = productAt(loop, chainAt(threads));
      invariant(typeof product !== 'string', () => `matrix ${loop.loop} is no product of a warp`);
      if (product.by === 'group') emitGroupProduct(product, w, exprs);
      else emitMatrixProduct(product, w, exprs);
      return true;
    });
    sums.forEach(name => endProducts(name, this.#turnsLate, w, exprs));
  }

  #tree(tree: WarpTree): void {
    this.#waitFor([...tree.levels, tree.alone]);
    emitWarpTree(tree, this.#w, this.#exprs);
  }

  /**
   * Before loops that need nothing more of each other. What the first warp alone has done, and is to go on
   * with, the others need not wait for.
   */
  #waitFor(next: readonly For[]): void {
    const isOfWarp = (loop: For): boolean => turnsOfChain(chainAt(loop)) <= warp;
    const before = this.#running.filter(loop => next.some(s => this.#meet(loop, s)));
    if (before.some(loop => !isOfWarp(loop)) || (before.length > 0 && !next.every(isOfWarp)))
      this.#barrier();
    else if (before.some(loop => this.#inWarp.includes(loop))) {
      this.#w.line('__syncwarp();');
      this.#inWarp = [];
    }
    this.#running.push(...next);
    this.#sinceTurns.forEach(loops => loops.push(...next));
    this.#inWarp.push(...next.filter(isOfWarp));
  }

  #barrier(): void {
    // What a thread has stored groups of warps read in another way, which is told before others are.
    if (this.#hasGroups) this.#w.line(`${this.#exprs.need(callOf('einc_fence_async'))}();`);
    this.#w.line('__syncthreads();');
    this.#running = [];
    this.#inWarp = [];
    this.#sinceTurns = [];
  }

  /** Whether a thread of one stores what a thread of the other uses. */
  #meet(a: For, b: For): boolean {
    const [x, y] = [a, b].map(loop => sitesUnder(loop).filter(({ node }) => !this.#own.has(node)));
    return (x ?? []).some(s =>
      (y ?? []).some(t => s.node === t.node && (s.kind !== 'read' || t.kind !== 'read')),
    );
  }
}
