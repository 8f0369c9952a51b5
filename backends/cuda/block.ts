/**
 * What the threads of a block do together: thread loops one after the other, with a barrier before one
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
  type Stmt,
  type TensorNode,
  type Writer,
} from '../../compiler/index.ts';
import { statementsOf } from '../../compiler/loop/ir.ts';
import { chainAt, turnsOfChain } from '../../compiler/loop/kernel.ts';
import type { GroupProduct } from '../../compiler/loop/group-product.ts';
import { groupProductsIn, swizzledIn } from '../../compiler/loop/swizzled.ts';
import { stagesOf, turnsLate } from '../../compiler/loop/pipelined.ts';
import { privateArrays } from '../../compiler/loop/private-arrays.ts';
import { productAt } from '../../compiler/loop/product-at.ts';
import { countType, emitStmt } from '../clike/stmt.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { Barriers } from './barriers.ts';
import type { MapNames } from './bulk-copies.ts';
import { emitCopies } from './copies.ts';
import {
  awaitProducts,
  beginProducts,
  emitGroupProduct,
  endProducts,
  loopsOverGroups,
} from './group-product.ts';
import { callOf, swizzled } from './intrinsics.ts';
import { launchMemoryOf, unitBytes } from './launch-memory.ts';
import { emitMatrixProduct } from './matrix-product.ts';
import { emitNeighbours } from './neighbours.ts';
import { emitPipeline, type Threads } from './pipeline.ts';
import { shareTurns } from './thread-turns.ts';
import { withTurn } from './turn.ts';
import { emitWarpTree, type WarpTree, warpTreeAt } from './warp-tree.ts';

export interface BlockFacts {
  readonly threads: number;
  readonly maps: MapNames;
}

export function emitBlock(
  kernel: For,
  { threads, maps }: BlockFacts,
  w: Writer,
  exprs: ExprEmitter,
): void {
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
  const facts = { threads, maps, own, placeOf, hasGroups: byGroups.size > 0 };
  new Block(facts, w, exprs).statements(statementsOf(chainAt(kernel).body));
}

interface Facts extends BlockFacts {
  readonly own: ReadonlyMap<TensorNode, number>;
  readonly placeOf: Threads['placeOf'];
  readonly hasGroups: boolean;
}

class Block {
  readonly #threads: number;
  readonly #maps: MapNames;
  /** Arrays of which each thread has a part, and how many leading axes select it. */
  readonly #own: ReadonlyMap<TensorNode, number>;
  /** The offset of a copy's array in dynamic shared memory, if it is there. */
  readonly #placeOf: Threads['placeOf'];
  readonly #w: Writer;
  readonly #exprs: ExprEmitter;
  /** How many iterations of the loop around warpgroup products they complete late. */
  #turnsLate = 0;
  readonly #barriers: Barriers;

  constructor({ threads, maps, own, placeOf, hasGroups }: Facts, w: Writer, exprs: ExprEmitter) {
    this.#threads = threads;
    this.#maps = maps;
    this.#own = own;
    this.#placeOf = placeOf;
    this.#w = w;
    this.#exprs = exprs;
    // Warpgroups read the threads' stores through the async proxy, which needs a fence before the barrier.
    const fence = (): void => void w.line(`${exprs.need(callOf('einc_fence_async'))}();`);
    this.#barriers = new Barriers(w, own, hasGroups ? fence : undefined);
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
    // Aligned, so that compilers load four adjacent cells at once.
    const shared = dims.length === 0 ? '__shared__ ' : 'alignas(16) __shared__ ';
    this.#w.line(`${axes === undefined ? shared : ''}${scalar}${cells};`);
  }

  /** All threads execute the iterations together. */
  #turns(s: For): void {
    const { dialect, identifiers } = this.#exprs;
    if (s.extent === 0) return;
    const type = countType(s.extent, this.#exprs);
    if (s.mode === 'unrolled') this.#w.line(dialect.unroll(s.extent));
    identifiers.within(s.loop, i => {
      this.#w.block(`for (${type} ${i} = 0; ${i} < ${s.extent}; ++${i})`, () => {
        this.#barriers.inTurn(() => this.statements(statementsOf(s.body)));
      });
    });
  }

  /** Copies for later iterations do not conflict with uses in this one: they have separate buffers. */
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
        this.#barriers.forget();
        loops.forEach(loop => this.#threadLoop(loop));
      },
      barrier: doCopy => this.#barriers.wait(doCopy),
      placeOf: this.#placeOf,
      maps: this.#maps,
    });
    if (this.#turnsLate > 0) {
      for (const sums of this.#sumsOf(products)) awaitProducts(sums, 0, this.#w, this.#exprs);
    }
    this.#turnsLate = 0;
  }

  /** By name, without duplicates. */
  #sumsOf(products: readonly GroupProduct[]): ReadonlySet<string> {
    return new Set(products.map(({ sum }) => this.#exprs.identifiers.ofNode(sum.node)));
  }

  #threadLoop(s: For, emitBody?: (body: Stmt) => void): void {
    const chain = chainAt(s);
    const turns = turnsOfChain(chain);
    if (turns === 0) return;
    this.#barriers.before([s]);
    const [w, exprs, threads] = [this.#w, this.#exprs, this.#threads];
    const hasGroups = groupProductsIn(s).length > 0;
    const shared = hasGroups ? { ...chain, sameInWarp: loopsOverGroups(chain) } : chain;
    shareTurns({ turns, threads, isWrittenOut: emitBody !== undefined }, w, exprs, turn =>
      withTurn(shared, turn, w, exprs, () =>
        emitBody ? emitBody(chain.body) : this.#body(chain.body, s),
      ),
    );
  }

  #body(body: Stmt, threads: For): void {
    const [w, exprs] = [this.#w, this.#exprs];
    const sums = this.#sumsOf(groupProductsIn(threads));
    sums.forEach(name => beginProducts(name, w, exprs));
    emitStmt(body, w, exprs, loop => {
      if (loop.mode === 'unrolled') return emitNeighbours(loop, w, exprs) ? true : undefined;
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
    this.#barriers.before([...tree.levels, tree.alone]);
    emitWarpTree(tree, this.#w, this.#exprs);
  }
}
