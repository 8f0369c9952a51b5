/**
 * Writes innermost loops over neighbouring cells as loops over vectors. Exact.
 *
 *   before   for i < 100 { y[i] := exp(x[i]); }
 *   after    for i < 3 { for v < 2 unrolled { for l < 16 vector { y[32*i + 16*v + l] := … } } }
 *            for l < 4 vector { y[l + 96] := exp(x[l + 96]); }
 *
 * Lanes of f16 compute in f32, as its single cells do: `y[i] := f16(exp(f32(x[i])))` is 16 lanes, not 32.
 */
import { at, fixed, loopVar } from '../core/index-expr.ts';
import type { DType } from '../core/dtype.ts';
import { Names } from '../core/names.ts';
import { declaredIn, namesIn, sitesUnder } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { block, type For, forLoop, type Stmt, statementsOf } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { expressionsOf, rewriteOutermost, visitExpr } from '../loop/traverse.ts';
import { jam } from '../schedule/jam.ts';
import { mayRunTwice } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { piecesOfColumns } from '../schedule/pieces.ts';
import { lanesOf, type Target } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function vectorise(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'vectorise',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('vectorise', overrides(program), loop => {
        if (!isWorthVectors(loop, target)) return undefined;
        const lanes = lanesOf(target, dtypeOf(loop.body) ?? 'f32');
        const after = vectorised(loop, lanes, names);
        const step = { kind: 'vectorise', loop: loop.loop, vectors, lanes } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** How many vectors one turn computes: enough that they do not wait for each other. */
const vectors = 4;

function vectorised({ loop, extent, body }: For, lanes: number, names: Names): Stmt {
  const again = { later: mayRunTwice(statementsOf(body)), atOnce: false };
  const pieces = piecesOfColumns(extent, vectors, lanes, again);
  return block(
    pieces.map(piece => {
      const turns = loopVar(names.fresh(loop));
      const start = piece.tiles > 1 ? at(turns, piece.count, piece.start) : fixed(piece.start);
      const columns = { loop, start, count: piece.count };
      const plan = { rows: undefined, columns, lanes: piece.lanes, binding: new Map() };
      const tile = jam(statementsOf(body), plan, names);
      return piece.tiles > 1 ? forLoop(turns, piece.tiles, tile) : tile;
    }),
  );
}

function dtypeOf(body: Stmt): 'f32' | 'f64' | undefined {
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

/** Of a loop, next to the turns of a nest: shorter ones are written out by C compilers. */
const shareOfLeastTurns = 1 / 128;

function isWorthVectors(loop: For, target: Target): boolean {
  const dtype = dtypeOf(loop.body);
  if (loop.mode !== 'serial' || dtype === undefined) return false;
  const least = Math.max(lanesOf(target, dtype), target.leastTurns * shareOfLeastTurns);
  const isLong = loop.extent >= least;
  return isLong && statementsOf(loop.body).every(s => isOnVectors(s, loop)) && isIndependent(loop);
}

/** Whether all it touches lies side by side, is the same for all turns, or is a scalar of the turn. */
function isOnVectors(s: Stmt, { loop, body }: For): boolean {
  const dtype = dtypeOf(body);
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
