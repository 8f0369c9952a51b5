/** Which loops `vectorise` turns into vector loops: innermost ones over contiguous cells. */
import type { DType } from '../core/dtype.ts';
import { declaredIn, sitesUnder } from '../loop/facts.ts';
import { isIndependent, isIndependentButForSums } from '../loop/independent.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { expressionsOf, visitExpr } from '../loop/traverse.ts';
import { product } from '../support/list.ts';
import { lanesOf, type Target } from './target.ts';

/** A loop needs this share of a nest's `leastTurns` iterations: C compilers unroll shorter ones completely. */
const shareOfLeastTurns = 1 / 128;
/** Least turns of a loop that runs often, which C compilers unroll only partly. */
const fewest = 16;

/** Whether vectors pay for a loop, and all it does can be vectorised. `around`: the loops around it. */
export function isForVectors(loop: For, around: readonly For[], target: Target): boolean {
  if (loop.mode !== 'serial' || statementsOf(loop.body).some(s => s.kind === 'for')) return false;
  const dtype = laneTypeOf(loop.body);
  if (dtype === undefined) return false;
  if (loop.extent < Math.max(lanesOf(target, dtype), leastTurnsOf(loop, around, target)))
    return false;
  return statementsOf(loop.body).every(s => isOnVectors(s, loop)) && isIndependent(loop);
}

function leastTurnsOf({ extent }: For, around: readonly For[], { leastTurns }: Target): number {
  const least = leastTurns * shareOfLeastTurns;
  if (extent < fewest || extent >= least) return least;
  return extent * rowsIn(around) >= leastTurns ? fewest : least;
}

/**
 * How many rows a nest has, which are independent except for sums over columns. A loop around a whole training step
 * is not: a small step stays small, however often it runs.
 */
function rowsIn(around: readonly For[]): number {
  const outermost = around.findLastIndex(loop => !isIndependentButForSums(loop)) + 1;
  return product(around.slice(outermost).map(l => l.extent));
}

/** The type of the lanes of its vectors. */
export function laneTypeOf(body: Stmt): 'f32' | 'f64' | undefined {
  const [first] = sitesUnder(body);
  return first && inLanes(first.leaf.node.dtype);
}

/**
 * What lanes hold while they compute: f16 is widened when it is read. Loops over bf16 are left to C compilers,
 * which round to it in half the time.
 */
function inLanes(dtype: DType): 'f32' | 'f64' | undefined {
  if (dtype === 'f16') return 'f32';
  return dtype === 'f32' || dtype === 'f64' ? dtype : undefined;
}

/** Whether all it touches lies side by side, is the same for all turns, or is a scalar of the turn. */
function isOnVectors(s: Stmt, { loop, body }: For): boolean {
  const dtype = laneTypeOf(body);
  if (s.kind === 'declare') return inLanes(s.node.dtype) === dtype && s.node.dims.length === 0;
  if (s.kind !== 'write' && s.kind !== 'accumulate') return false;
  const own = declaredIn(body);
  const isSide = sitesUnder(s).every(({ kind, node, index }) => {
    const stride = index && strideOf(node, index, loop);
    return own.has(node) || stride === 1 || (stride === 0 && kind === 'read');
  });
  let hasOther = inLanes(s.node.dtype) !== dtype;
  expressionsOf(s).forEach(value =>
    visitExpr(value, e => {
      const isWidth =
        e.kind === 'cast' && [e.dtype, e.value.dtype].every(d => inLanes(d) === dtype);
      hasOther ||= e.kind === 'index' || (e.kind === 'cast' && !isWidth);
    }),
  );
  return isSide && !hasOther;
}
