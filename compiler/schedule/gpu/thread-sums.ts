/**
 * Splits a long sum into partial sums of some threads, which a tree adds up.
 *
 *   before   for i < 1000 { s += x[i]; }
 *
 *   after    local s_parts: f32[64];
 *            for t < 64 {
 *              local s_part: f32 := 0;
 *              for i < 15 { s_part += x[64*i + t]; }
 *              s_parts[t] := s_part;
 *            }
 *            for t < 32 { s_parts[t] += x[t + 960]; }
 *            for i < 8 { s += x[i + 992]; }
 *            for t < 32 { s_parts[t] += s_parts[t + 32]; }
 *            …
 *            s += s_parts[0];
 *
 * With as many partial sums as a CPU has in its vectors (`../partial-sums.ts`) they are the same, and so is every bit
 * of the result.
 */
import { at, fixed, type Index, type LoopVar, loopVar, plus } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { neutralOf } from '../../core/op.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import {
  accumulate,
  block,
  constant,
  declare,
  type Expr,
  type For,
  forLoop,
  forLoops,
  read,
  type Stmt,
  write,
} from '../../loop/ir.ts';
import { strideOf } from '../../loop/stride.ts';
import { substituteLoops, visitExpr } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import { type SumNest, sumNestAt } from '../nest.ts';
import { isRegrouped, partCount } from '../partial-sums.ts';
import { sharesOf, sumTree } from '../sum-tree.ts';

/** A sum into one scalar, with the loop that threads share. */
export interface ThreadSum extends SumNest {
  readonly along: For;
  readonly parts: number;
}

/** Turns of one thread at most, before more threads share the sum. */
const mostTurns = 128;
/** Fewer threads for a sum are not worth it; of a long sum each thread also has the terms of the other loops. */
const fewestTurns = 32;
const longSum = 1024;
const partsOfBlock = 256;
/** For a sum with nothing else around it. */
const mostParts = 2 ** 14;
/** So many sums keep a GPU busy without being split. */
const manyCells = 4096;

/** `around`: the loops around the sum. Undefined if the sum stays whole. */
export function threadSumAt(outermost: For, around: readonly For[]): ThreadSum | undefined {
  const nest = sumNestAt(outermost);
  if (!nest || nest.leaf.node.dims.length > 0 || !isRegrouped(nest.leaf)) return undefined;
  const beside = nest.loops.findLast(l => strides(nest.leaf.value, l).has(1));
  const longest = nest.loops.toSorted((a, b) => b.extent - a.extent)[0];
  const along = beside && beside.extent >= 2 * partCount ? beside : longest;
  const isLong = product(nest.loops.map(l => l.extent)) >= longSum;
  if (!along || along.extent < (isLong ? fewestTurns : 2 * partCount)) return undefined;
  const cells = product(around.map(l => l.extent));
  const isApart = along === beside && !around.some(l => strides(nest.leaf.value, l).has(1));
  if (cells >= manyCells && !isApart) return undefined;
  return { ...nest, along, parts: partsFor(along.extent, cells) };
}

function partsFor(extent: number, cells: number): number {
  if (extent < partCount) return fewestTurns;
  if (extent <= partCount * mostTurns) return partCount;
  if (cells > 1) return partsOfBlock;
  let parts = partsOfBlock;
  while (parts < mostParts && extent > parts * mostTurns) parts *= 2;
  return parts;
}

function strides(value: Expr, { loop }: For): ReadonlySet<number | undefined> {
  const found = new Set<number | undefined>();
  visitExpr(value, e => {
    if (e.kind === 'read') found.add(strideOf(e.node, e.index, loop));
  });
  return found;
}

export function inThreads(sum: ThreadSum, names: Names): Stmt {
  return new Parts(sum, names).stmt();
}

class Parts {
  readonly #sum: ThreadSum;
  readonly #names: Names;
  readonly #parts: TensorNode;

  constructor(sum: ThreadSum, names: Names) {
    const { node } = sum.leaf;
    this.#sum = sum;
    this.#names = names;
    this.#parts = tensorNode(names.fresh(`${node.name}_parts`), node.dtype, [sum.parts]);
  }

  stmt(): Stmt {
    const { along, leaf, parts } = this.#sum;
    const { op, node, origins } = leaf;
    const { turns, beside, rest } = sharesOf(along.extent, parts);
    const last = this.#fresh(along.loop);
    return block([
      declare(this.#parts),
      this.#over(parts, part => this.#first(part, turns)),
      ...(beside > 0
        ? [this.#over(beside, part => this.#add(part, plus(fixed(turns * parts), part)))]
        : []),
      ...(rest > 0
        ? [forLoop(last, rest, this.#addToTotal(at(last, 1, along.extent - rest)))]
        : []),
      ...sumTree(this.#parts, leaf, (count, body) => this.#over(count, body)),
      accumulate(op, node, [], read(this.#parts, [fixed(0)], origins), origins),
    ]);
  }

  /** What each thread adds up by itself. */
  #first(part: Index, turns: number): Stmt {
    const { along, leaf, parts } = this.#sum;
    const { op, node, origins } = leaf;
    const own = tensorNode(this.#names.fresh(`${node.name}_part`), node.dtype, []);
    const turn = this.#fresh(along.loop);
    const value = (loops: ReadonlyMap<LoopVar, Index>): Expr => substituteLoops(leaf.value, loops);
    const sum = this.#inOthers(loops =>
      forLoop(
        turn,
        turns,
        accumulate(op, own, [], value(loops.set(along.loop, plus(at(turn, parts), part))), origins),
      ),
    );
    return block([
      declare(own),
      write(own, [], constant(node.dtype, neutralOf(op, node.dtype), origins), origins),
      sum,
      write(this.#parts, [part], read(own, [], origins), origins),
    ]);
  }

  #add(part: Index, turn: Index): Stmt {
    return this.#addTo(this.#parts, [part], turn);
  }

  #addToTotal(turn: Index): Stmt {
    return this.#addTo(this.#sum.leaf.node, [], turn);
  }

  #addTo(node: TensorNode, index: readonly Index[], turn: Index): Stmt {
    const { along, leaf } = this.#sum;
    return this.#inOthers(loops => {
      const value = substituteLoops(leaf.value, loops.set(along.loop, turn));
      return accumulate(leaf.op, node, index, value, leaf.origins);
    });
  }

  /** In loops in the place of those that one thread goes through. */
  #inOthers(body: (loops: Map<LoopVar, Index>) => Stmt): Stmt {
    const others = this.#sum.loops.filter(l => l !== this.#sum.along);
    const fresh = others.map(l => ({ loop: this.#fresh(l.loop), extent: l.extent }));
    const binding = others.map((l, i) => [l.loop, at(fresh[i]?.loop ?? l.loop)] as const);
    return forLoops(fresh, body(new Map(binding)));
  }

  #over(count: number, body: (part: Index) => Stmt): Stmt {
    if (count === 1) return body(fixed(0));
    const thread = this.#fresh('t');
    return forLoop(thread, count, body(at(thread)));
  }

  #fresh(name: string): LoopVar {
    return loopVar(this.#names.fresh(name));
  }
}
