/** Vectors of f16 and bf16: every value and every tie of rounding, as the interpreter has them. */
import { expect, test } from 'vitest';
import { cellsFrom } from '../../compiler/core/cells.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { passesFor } from '../../compiler/passes/index.ts';
import { runPipeline } from '../../compiler/passes/pipeline.ts';
import { targets } from '../../compiler/schedule/target.ts';
import { critical, valuesOfPatterns } from '../support/narrow-values.ts';
import { compileAll } from '../support/run-compiled.ts';
import { difference, type Input, outputsOf, zeros } from '../support/run-program.ts';

const cases = (['f16', 'bf16'] as const).flatMap(dtype =>
  [2, 4, 8, 16, 32].map(lanes => ({ dtype, lanes })),
);

test.each(cases)('$dtype by $lanes', async ({ dtype, lanes }) => {
  const ties = [...valuesOfPatterns(dtype), ...critical(dtype, 16)].map(Math.fround);
  const values = ties.slice(0, Math.floor(ties.length / lanes) * lanes);
  const patterns = valuesOfPatterns(dtype);
  const [n, m] = [values.length, patterns.length];
  const program = parseProgram(`p():
    device x: f32[${n}], to: ${dtype}[${n}], h: ${dtype}[${m}], from: f32[${m}], more: ${dtype}[${m}];
    for i < ${n / lanes} { for l < ${lanes} vector { to[${lanes}*i + l] := ${dtype}(x[${lanes}*i + l]); } }
    for j < ${m / lanes} {
      for k < ${lanes} vector {
        from[${lanes}*j + k] := f32(h[${lanes}*j + k]);
        more[${lanes}*j + k] := ${dtype}(f32(h[${lanes}*j + k]) * 1.001);
      }
    }`);
  const input: Input = ({ name, dtype: of, dims: [length = 0] }) => {
    if (name !== 'x' && name !== 'h') return zeros(of, length);
    const cells = cellsFrom(of, name === 'x' ? values : patterns);
    if (cells instanceof BigInt64Array || cells instanceof BigUint64Array) throw new Error(of);
    return cells;
  };
  const [run] = await compileAll([program]);
  expect(run && difference(outputsOf(program, 0, input), run(0, input))).toBeUndefined();
});

test('loops over f16 are on vectors of 16; those over bf16 are left to the C compiler', () => {
  const [half, brain] = ['f16', 'bf16'].map(dtype =>
    printProgram(
      runPipeline(
        passesFor(targets.avx512),
        parseProgram(`p():
          device a: ${dtype}[200], y: ${dtype}[200];
          for i < 200 { y[i] := ${dtype}(f32(a[i]) * 2 + f32(a[i])); }`),
      ),
    ),
  );
  expect(half).toContain('for l < 16 vector');
  expect(brain).not.toContain('vector');
});
