/**
 * Computes sums for several cells at once, in registers and on vectors: a tile of rows and columns
 * of what a nest stores. `schedule/tile.ts` chooses it, `schedule/jam.ts` shows what becomes of the
 * code. Exact: each cell is summed in the order it was.
 *
 *   before   for b < 128 { for o < 512 { local s: f32 := 0; for i < 784 { s += … } y[b, o] := s; } }
 *   after    for o < 16 { … for b < 16 { local s_tile: f32[8, 32]; … } }
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { applyTile } from '../schedule/apply-tile.ts';
import { nestAt } from '../schedule/nest.ts';
import type { Target } from '../schedule/target.ts';
import { tileFor } from '../schedule/tile.ts';
import { type Pass, withBody } from './pipeline.ts';

export function tileRegisters(target: Target): Pass {
  return {
    name: 'tile-registers',
    run: program => {
      const names = new Names(namesIn(program));
      const body = rewriteOutermost(program.body, s => {
        const nest = s.kind === 'for' ? nestAt(s) : undefined;
        const tile = nest && tileFor(nest, target);
        return nest && tile && applyTile(nest, tile, names);
      });
      return withBody(program, body);
    },
  };
}
