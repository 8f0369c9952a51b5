/**
 * Computes products in tiles, one per block: operands go through shared memory, and the sums stay in registers.
 * `../../schedule/gpu/block-tile.ts` chooses a tile, `../../schedule/gpu/apply-block-tile.ts` shows the result. Exact, since
 * each sum keeps the order of its terms; only tensor cores round in their own way.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { applyBlockTile } from '../../schedule/gpu/apply-block-tile.ts';
import { blockTileFor } from '../../schedule/gpu/block-tile.ts';
import { contractionAt } from '../../schedule/gpu/contraction.ts';
import { noOverrides, unless } from '../../schedule/override.ts';
import type { Gpu } from '../../schedule/target.ts';
import { type Pass, withBody } from '../pipeline.ts';

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
