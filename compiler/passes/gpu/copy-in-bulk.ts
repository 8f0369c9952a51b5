/**
 * Bulk tensor copies (TMA): what threads copy for warpgroup products is copied by hardware instead, started by one
 * thread. It can only be asked for (`Gpu.copiesInBulk`). Exact.
 *
 *   before   for i < 16 pipelined 4 {
 *              local x_rows: bf16[128, 64];
 *              for cell < 128 thread { for term < 8 thread { … x_rows[…] := x[…]; } }
 *              …
 *
 *   after    for i < 16 pipelined 4 {
 *              local x_rows: bf16[128, 64];
 *              for cell < 128 bulk { for lane < 64 bulk { x_rows[cell, lane] := x[128*b + cell, 64*i + lane]; } }
 *              …
 *
 * Kernels that share a launch, and products with leftover terms, keep their copies: their barriers could not be counted.
 */
import { Names } from '../../core/names.ts';
import { namesIn, usedIn } from '../../loop/facts.ts';
import { block, type For, statementsOf, type Stmt } from '../../loop/ir.ts';
import { chainAt } from '../../loop/kernel.ts';
import { pipelineOf } from '../../loop/pipelined.ts';
import { swizzledIn } from '../../loop/swizzled.ts';
import { rewriteOutermost } from '../../loop/traverse.ts';
import type { Gpu } from '../../schedule/target.ts';
import { asBulkCopy } from '../../schedule/gpu/whole-copy.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function copyInBulk({ groups, copiesInBulk, mostArguments }: Gpu): Pass {
  return {
    name: 'copy-in-bulk',
    run: (program, note) => {
      if (!groups || !copiesInBulk) return program;
      const names = new Names(namesIn(program));
      const body = rewriteOutermost(program.body, kernel => {
        if (kernel.kind !== 'for') return undefined;
        if (kernel.mode === 'launch') return kernel;
        if (kernel.mode !== 'block') return undefined;
        const { after, arrays } = withBulkCopies(kernel, names);
        const count = usedIn(kernel).size + argumentsOfMap * arrays.length;
        if (arrays.length === 0 || count > mostArguments) return kernel;
        note?.({ about: 'nest', step: { kind: 'copy in bulk', arrays }, before: [kernel], after });
        return after;
      });
      return withBody(program, body);
    },
  };
}

/** A tensor map takes 128 bytes, other arguments 8. */
const argumentsOfMap = 16;

/** The kernel with bulk copies, and which arrays they fill. */
function withBulkCopies(
  kernel: For,
  names: Names,
): { readonly after: Stmt; readonly arrays: readonly string[] } {
  const { loops, body } = chainAt(kernel);
  const arrays: string[] = [];
  const statements = statementsOf(body).map(s => {
    if (s.kind !== 'for' || s.mode !== 'pipelined') return s;
    const swizzled = swizzledIn(s);
    const copies = new Map(
      pipelineOf(s).copies.map(copy => {
        const bulk = asBulkCopy(copy, swizzled, names);
        arrays.push(...(bulk ? [bulk.to.name] : []));
        return [copy, bulk?.loop ?? copy] as const;
      }),
    );
    const parts = statementsOf(s.body).map(part =>
      part.kind === 'for' ? (copies.get(part) ?? part) : part,
    );
    return { ...s, body: block(parts) };
  });
  const after = loops.reduceRight<Stmt>(
    (inner, loop) => ({ ...loop, body: inner }),
    block(statements),
  );
  return { after, arrays };
}
