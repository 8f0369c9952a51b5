/**
 * Split-K: divides the terms of products with few tiles among more blocks, as for the gradient of a small weight matrix
 * over a large batch. `../../schedule/gpu/split-k.ts` chooses the number of parts,
 * `../../schedule/gpu/apply-split-k.ts` shows the result. Not exact: the order of additions changes, but always to the
 * same one.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import type { For, Stmt } from '../../loop/ir.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import { inProductParts } from '../../schedule/gpu/apply-split-k.ts';
import { contractionAt } from '../../schedule/gpu/contraction.ts';
import { partsOf } from '../../schedule/division.ts';
import { nestAt } from '../../schedule/nest.ts';
import { noOverrides, unless } from '../../schedule/override.ts';
import { productPartsFor } from '../../schedule/gpu/split-k.ts';
import type { Gpu } from '../../schedule/target.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function splitProducts(gpu: Gpu, overrides = noOverrides): Pass {
  return {
    name: 'split-products',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const overrideOf = overrides(program);
      const split = unless('split', overrideOf, loop => splitAt(loop, gpu, names, note));
      // What is in no tile is not in parts of tiles.
      const rule = unless('tile', overrideOf, split);
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

function splitAt(loop: For, gpu: Gpu, names: Names, note: Note | undefined): Stmt | undefined {
  const [nest, contraction] = [nestAt(loop), contractionAt(loop)];
  const division = contraction && productPartsFor(contraction, gpu);
  if (!nest || !division) return undefined;
  const after = inProductParts(nest, contraction, division, names);
  const [array, over] = [contraction.sum.name, division.divided.loop];
  const step = { kind: 'split', array, over, parts: partsOf(division) } as const;
  note?.({ about: 'nest', step, before: [loop], after });
  return after;
}
