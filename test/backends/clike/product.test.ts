/** The C of a large product: short enough to be read. */
import { expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { targets } from '../../../compiler/schedule/target.ts';

/** Of matrices of n × n, the second one as it is or transposed. */
function product(n: number, factor: string): string {
  const program = parseProgram(`p():
    device a: f32[${n}, ${n}], b: f32[${n}, ${n}], y: f32[${n}, ${n}];
    for i < ${n} { for j < ${n} {
      local s: f32 := 0;
      for k < ${n} { s += a[i, k] * ${factor}; }
      y[i, j] := s;
    } }`);
  return emit(runPipeline(passesFor(targets.avx512), program), c99);
}

/** Six rows do not divide 1024, and 512 terms are one of two parts. */
test.each([
  ['a[i, k] * b[k, j]', 'b[k, j]', 0],
  ['a[i, k] * b[j, k]', 'b[j, k]', 1],
])('that of 1024³, %s, has less than 150 lines', (_, factor, transposing) => {
  const c = product(1024, factor);
  const helper = /^static inline void transpose[^}]*(\n .*)*\n}\n/m;
  expect(c.match(new RegExp(helper, 'gm')) ?? []).toHaveLength(transposing);
  expect(c.replace(helper, '').split('\n').length).toBeLessThan(150);
  expect(c.match(/static void p_nest\d*\(/g)).toHaveLength(2);
});
