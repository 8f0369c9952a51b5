/**
 * A long sum taken apart into sums of its own for some lanes, which are added up as a tree.
 *
 *   before   for i < 1000 { s += x[i]; }
 *
 *   after    local s_parts: f32[64];
 *            for v < 4 unrolled { for l < 16 vector { s_parts[16*v + l] := 0; } }
 *            for i < 15 { for v < 4 … { for l … { s_parts[16*v + l] += x[64*i + 16*v + l]; } } }
 *            for v < 2 … { for l … { s_parts[16*v + l] += x[16*v + l + 960]; } }
 *            for i < 8 { s += x[i + 992]; }
 *            for v < 2 … { for l … { s_parts[16*v + l] += s_parts[16*v + l + 32]; } }
 *            …
 *            s += s_parts[0];
 *
 * The last few terms go to the sum itself: a lane that is stored by itself has the vector wait. How many
 * parts there are does not depend on the processor, so neither does the result; but it is another one
 * than that of adding one by one, as a rule nearer to the exact sum.
 */
import { at, fixed, type Index, type LoopVar, loopVar, plus } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type AccumulateOp, neutralOf } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  type Accumulate,
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
} from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { substituteLoops, visitExpr } from '../loop/traverse.ts';
import { type SumNest, sumNestAt } from './nest.ts';
import { fewParts, sharesOf, sumTree } from './sum-tree.ts';
import { lanesOf, type Target } from './target.ts';

/** The number of parts, if there are two terms for each: enough that additions do not wait for each other. */
export const partCount = 64;

/** Into one scalar. */
export interface LongSum extends SumNest {
  readonly innermost: For;
}

const regrouped: ReadonlySet<AccumulateOp> = new Set<AccumulateOp>(['add', 'max', 'min', 'mul']);

/** Whether the order of its terms is free: it is always the same one, and rounds no worse. */
export function isRegrouped({ op, node: { dtype } }: Accumulate): boolean {
  return (dtype === 'f32' || dtype === 'f64') && regrouped.has(op);
}

/** Undefined where it is none, or too short, or does not read what lies side by side. */
export function longSumAt(outermost: For): LongSum | undefined {
  const nest = sumNestAt(outermost);
  const innermost = nest?.loops.at(-1);
  if (!nest || !innermost || nest.leaf.node.dims.length > 0) return undefined;
  const isLong = innermost.extent >= 2 * fewParts;
  const isSo = isLong && isRegrouped(nest.leaf) && isSideBySide(nest.leaf, innermost.loop);
  return isSo ? { ...nest, innermost } : undefined;
}

function isSideBySide({ value }: Accumulate, loop: LoopVar): boolean {
  let [isSo, reads] = [true, 0];
  visitExpr(value, e => {
    if (e.kind === 'gather' || e.kind === 'index') isSo = false;
    if (e.kind !== 'read') return;
    const stride = strideOf(e.node, e.index, loop);
    isSo &&= stride === 0 || stride === 1;
    reads += Number(stride === 1);
  });
  return isSo && reads > 0;
}

/** How many parts a sum of so many terms has. */
export function partCountOf({ innermost: { extent } }: LongSum): number {
  return extent >= 2 * partCount ? partCount : fewParts;
}

export function inParts(sum: LongSum, target: Target, names: Names): Stmt {
  return new Parts(sum, target, names).stmt();
}

class Parts {
  readonly #sum: LongSum;
  readonly #names: Names;
  readonly #lanes: number;
  readonly #count: number;
  readonly #parts: TensorNode;

  constructor(sum: LongSum, target: Target, names: Names) {
    const { node } = sum.leaf;
    this.#sum = sum;
    this.#names = names;
    this.#count = partCountOf(sum);
    this.#lanes = Math.min(this.#count, lanesOf(target, node.dtype));
    this.#parts = tensorNode(names.fresh(`${node.name}_parts`), node.dtype, [this.#count]);
  }

  stmt(): Stmt {
    const { loops, innermost, leaf } = this.#sum;
    const { op, node, origins } = leaf;
    const start = constant(node.dtype, neutralOf(op, node.dtype), origins);
    const total = accumulate(op, node, [], read(this.#parts, [fixed(0)], origins), origins);
    return block([
      declare(this.#parts),
      this.#over(this.#count, at => write(this.#parts, [at], start, origins)),
      forLoops(loops.slice(0, -1), this.#blocks(innermost)),
      ...sumTree(this.#parts, leaf, (count, body) => this.#over(count, body)),
      total,
    ]);
  }

  /** All iterations of the innermost loop, the last few one by one. */
  #blocks({ loop, extent }: For): Stmt {
    const { turns, beside, rest } = sharesOf(extent, this.#count);
    const last = loopVar(this.#names.fresh(loop));
    const inBlocks = this.#over(this.#count, part =>
      this.#add(part, plus(at(loop, this.#count), part)),
    );
    const all = [
      forLoop(loop, turns, inBlocks),
      ...(beside > 0
        ? [this.#over(beside, part => this.#add(part, plus(fixed(turns * this.#count), part)))]
        : []),
      ...(rest > 0 ? [forLoop(last, rest, this.#addToTotal(at(last, 1, extent - rest)))] : []),
    ];
    return block(all);
  }

  #add(part: Index, turn: Index): Stmt {
    const { op, origins } = this.#sum.leaf;
    return accumulate(op, this.#parts, [part], this.#termAt(turn), origins);
  }

  #addToTotal(turn: Index): Stmt {
    const { op, node, origins } = this.#sum.leaf;
    return accumulate(op, node, [], this.#termAt(turn), origins);
  }

  #termAt(turn: Index): Expr {
    const { innermost, leaf } = this.#sum;
    return substituteLoops(leaf.value, new Map([[innermost.loop, turn]]));
  }

  /** A statement for each of `count` parts, vectorised. */
  #over(count: number, body: (part: Index) => Stmt): Stmt {
    const lanes = Math.min(count, this.#lanes);
    const [vector, lane] = ['v', 'l'].map(name => loopVar(this.#names.fresh(name)));
    if (!vector || !lane || count === 1) return body(fixed(0));
    const inLanes = (start: Index): Stmt =>
      forLoop(lane, lanes, body(plus(start, at(lane))), 'vector');
    if (count === lanes) return inLanes(fixed(0));
    return forLoop(vector, count / lanes, inLanes(at(vector, lanes)), 'unrolled');
  }
}
