/**
 * Computes products in tiles, one for each block of a GPU: what rows and columns read goes through shared
 * memory, and the sums stay in the registers of threads. `schedule/block-tile.ts` chooses a tile,
 * `schedule/apply-block-tile.ts` shows what becomes of the code. Exact: each sum has its terms in order;
 * on tensor cores a GPU rounds it in a way of its own.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { rewriteOutermost } from '../loop/traverse.ts';
import { applyBlockTile } from '../schedule/apply-block-tile.ts';
import { blockTileFor } from '../schedule/block-tile.ts';
import { contractionAt } from '../schedule/contraction.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Gpu } from '../schedule/target.ts';
import { type Pass, withBody } from './pipeline.ts';

export function tileBlocks(gpu: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'tile-blocks',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const overrideOf = overrides(program);
      const rule = unless('tile', overrideOf, loop => {
        const contraction = contractionAt(loop);
        const tile = contraction && blockTileFor(contraction, gpu, overrideOf(loop).stages);
        if (!contraction || !tile) return undefined;
        const after = applyBlockTile(contraction, tile, names);
        const [rows, columns] = [contraction.rows.loop, contraction.columns.loop];
        const step = { kind: 'block-tile', ...tile, overRows: rows, overColumns: columns } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}
