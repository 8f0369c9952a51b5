/**
 * Cuts expressions that read more arrays than a launch can take: parts of them are stored first, by nests of their own.
 * Exact: a part is stored in the dtype in which it is computed.
 *
 *   before   for i < 3000 { y[i] := a[i] * s[0] + b[i] * s[0] + c[i]; }
 *
 *   after    (with four arrays at a launch)
 *            local part: f32[3000];
 *            for i < 3000 { part[i] := a[i] * s[0] + b[i] * s[0]; }
 *            for i < 3000 { y[i] := part[i] + c[i]; }
 *
 * Not if such a part reads what the nest itself stores: that nest stays as it is, which works since CUDA 12.1, where a
 * launch takes 4095.
 */
import { Names } from '../../core/names.ts';
import { isLeaf, namesIn } from '../../loop/facts.ts';
import type { Stmt } from '../../loop/ir.ts';
import { isKernel } from '../../loop/kernel.ts';
import { mapParts } from '../../loop/traverse.ts';
import { nestAt } from '../../schedule/nest.ts';
import { withPartsFirst } from '../../schedule/gpu/split-expression.ts';
import type { Gpu } from '../../schedule/target.ts';
import { argumentsIn } from '../../schedule/gpu/launch-group.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function cutExpressions({ mostArguments }: Gpu): Pass {
  return {
    name: 'cut-expressions',
    run: program => {
      const names = new Names(namesIn(program));
      const cut = (s: Stmt): Stmt => {
        if (argumentsIn(s) <= mostArguments) return s;
        if (isLeaf(s) || (s.kind === 'for' && nestAt(s)))
          return withPartsFirst(s, mostArguments, names);
        if (isKernel(s)) return s;
        return mapParts(s, { expr: e => e, stmt: cut });
      };
      return withBody(program, cut(program.body));
    },
  };
}
