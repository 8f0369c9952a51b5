/**
 * Computes the sums of a tile of rows and columns at once, in vector registers. `../schedule/tile/tile.ts` chooses the tile,
 * `../schedule/tile/jam.ts` shows the resulting code, and `../schedule/tile/sum-parts.ts` that for rows that exceed the caches.
 * Exact: each sum keeps the order of its terms.
 *
 *   before   for b < 128 { for o < 512 { local s: f32 := 0; for i < 784 { s += … } y[b, o] := s; } }
 *   after    for o < 16 { … for b < 16 { local s_tile: f32[8, 32]; … } }
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { type For, statementsOf } from '../loop/ir.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { applyTile } from '../schedule/tile/apply-tile.ts';
import { candidatesFor } from '../schedule/tile/candidates.ts';
import { nestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { isTile, type NoTile, stepOf, sumsOf, tileFor } from '../schedule/tile/tile.ts';
import { type Pass, withBody } from './pipeline.ts';

export function tileRegisters(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'tile-registers',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const overrideOf = overrides(program);
      const rule = unless('tile', overrideOf, loop => {
        const nest = nestAt(loop);
        // The turns of a loop inside may not need each other.
        if (!nest && holdsLoop(loop)) return undefined;
        const tile = nest ? tileFor(nest, target, overrideOf(loop)) : needEachOther;
        if (!isTile(tile)) note?.({ about: 'refusal', nest: loop, because: tile.because });
        if (!nest || !isTile(tile)) return undefined;
        const after = applyTile(nest, tile, names);
        const candidates = candidatesFor(tile, target, sumsOf(nest).length);
        note?.({ about: 'nest', step: stepOf(tile), before: [loop], after, candidates });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

const needEachOther: NoTile = { because: 'its turns need each other' };

function holdsLoop({ body }: For): boolean {
  return statementsOf(body).some(s => s.kind === 'for');
}
