/**
 * Splits long sums outside any loop into parts that threads can share; `../schedule/sum-shares.ts` chooses how many. Not
 * exact: the order of additions changes, but always to the same one.
 *
 *   before   for i < 1000003 { s += x[i] * x[i]; }
 *
 *   after    local s_parts: f32[64];
 *            for i_part < 64 {
 *              local s_part: f32 := 0;
 *              for i2 < 15625 { s_part += x[15625*i_part + i2] * x[15625*i_part + i2]; }
 *              s_parts[i_part] := s_part;
 *            }
 *            for i3 < 64 { s += s_parts[i3]; }
 *            for i4 < 3 { s += x[i4 + 1000000] * x[i4 + 1000000]; }
 *
 * Sums inside other loops stay whole, since threads share those loops.
 */
import { Names } from '../core/names.ts';
import { namesIn } from '../loop/facts.ts';
import { block, type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { DividedSum } from '../schedule/divided-sum.ts';
import { partsOf } from '../schedule/division.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import { sumSharesFor } from '../schedule/sum-shares.ts';
import { mapSame } from '../support/list.ts';
import type { Note } from './decision.ts';
import { leastWork } from './parallelise.ts';
import { type Pass, withBody } from './pipeline.ts';

export function shareSums(overrides = noOverrides): Pass {
  return {
    name: 'share-sums',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('split', overrides(program), loop => sharedAt(loop, names, note));
      const statements = statementsOf(program.body);
      const after = mapSame(statements, s => (s.kind === 'for' && rule(s)) || s);
      return after === statements ? program : withBody(program, block(after));
    },
  };
}

function sharedAt(loop: For, names: Names, note: Note | undefined): Stmt | undefined {
  const shares = sumSharesFor(loop, leastWork);
  if (!shares) return undefined;
  const { division, sum } = shares;
  const divided = new DividedSum(sum.leaf, [], division, names);
  const after = block([...divided.parts(), ...divided.total()]);
  const [array, over] = [sum.leaf.node.name, division.divided.loop];
  const step = { kind: 'split', array, over, parts: partsOf(division) } as const;
  note?.({ about: 'nest', step, before: [loop], after });
  return after;
}
