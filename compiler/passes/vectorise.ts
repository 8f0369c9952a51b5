/**
 * Turns innermost loops over contiguous cells into vector loops. Exact.
 *
 *   before   for i < 100 { y[i] := exp(x[i]); }
 *   after    for l < 16 vector { y[l + 84] := exp(x[l + 84]); }
 *            for i < 3 { for v < 2 unrolled { for l < 16 vector { y[32*i + 16*v + l] := … } } }
 *
 * f16 computes in f32, on vectors as elsewhere: `y[i] := f16(exp(f32(x[i])))` has 16 lanes, not 32.
 */
import { at, fixed, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { block, type For, forLoop, type Stmt, statementsOf } from '../loop/ir.ts';
import { mapParts } from '../loop/traverse.ts';
import { isForVectors, laneTypeOf } from '../schedule/vectorisable.ts';
import { jam } from '../schedule/tile/jam.ts';
import { mayRunTwice } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { piecesOfColumns } from '../schedule/tile/pieces.ts';
import { lanesOf, type Target } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function vectorise(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'vectorise',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const overrideOf = overrides(program);
      const onVectors = (s: Stmt, around: readonly For[]): Stmt => {
        const rule = unless('vectorise', overrideOf, loop => {
          if (!isForVectors(loop, around, target)) return undefined;
          const lanes = lanesOf(target, laneTypeOf(loop.body) ?? 'f32');
          const after = vectorised(loop, lanes, names);
          const step = { kind: 'vectorise', loop: loop.loop, vectors, lanes } as const;
          note?.({ about: 'nest', step, before: [loop], after });
          return after;
        });
        const inside = s.kind === 'for' ? [...around, s] : around;
        return rule(s) ?? mapParts(s, { expr: e => e, stmt: child => onVectors(child, inside) });
      };
      return withBody(program, onVectors(program.body, []));
    },
  };
}

/** How many vectors one turn computes, so that their latencies overlap. */
const vectors = 4;

function vectorised({ loop, extent, body }: For, lanes: number, names: Names): Stmt {
  const again = { later: mayRunTwice(statementsOf(body)), atOnce: false };
  // The remainder comes first, so that it does not separate the full tiles from a loop that uses their result.
  const [full, ...left] = piecesOfColumns(extent, vectors, lanes, again);
  return block(
    [...left, ...(full ? [full] : [])].map(piece => {
      const turns = loopVar(names.fresh(loop));
      const start = piece.tiles > 1 ? at(turns, piece.count, piece.start) : fixed(piece.start);
      const columns = { loop, start, count: piece.count };
      const plan = { rows: undefined, columns, lanes: piece.lanes, binding: new Map() };
      const tile = jam(statementsOf(body), plan, names);
      return piece.tiles > 1 ? forLoop(turns, piece.tiles, tile) : tile;
    }),
  );
}
