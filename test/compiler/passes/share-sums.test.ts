/** Long sums that threads share: which, in how many parts, and that nothing is lost. */
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { parallelise } from '../../../compiler/passes/parallelise.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { shareSums } from '../../../compiler/passes/share-sums.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { backwards } from '../../support/backwards.ts';
import { difference, inputFor, outputsOf } from '../../support/run-program.ts';

const total = (device: string, sum: string, dtype = 'f32'): string =>
  `p(): device ${device}, total: ${dtype};
     local s: ${dtype} := 0;
     ${sum}
     total := s;`;

function sharesIn(text: string, passes = [shareSums()]): string | undefined {
  return /s_parts: f\d+(\[.*\])/.exec(printProgram(runPipeline(passes, parseProgram(text))))?.[1];
}

describe('each sum has all of its terms, in any order of threads', () => {
  test.each([
    ['shares of whole lines', 'x: f32[131072]', 'for i < 131072 { s += x[i]; }', '[16]'],
    ['no term left over', 'x: f32[100050]', 'for i < 100050 { s += x[i]; }', '[15]'],
    ['terms left over', 'x: f32[100003]', 'for i < 100003 { s += x[i]; }', '[18]'],
    ['rows', 'x: f32[90, 1111]', 'for b < 90 { for i < 1111 { s += x[b, i]; } }', '[18]'],
    ['few rows', 'x: f32[3, 50000]', 'for b < 3 { for i < 50000 { s += x[b, i]; } }', '[3, 5]'],
    ['a maximum', 'x: f32[90000]', 'for i < 90000 { s max= abs(x[i] - x[0]); }', '[25]'],
    ['of f64', 'x: f64[131072]', 'for i < 131072 { s += x[i]; }', '[16]'],
  ])('%s', (_, device, sum, shares) => {
    const text = total(device, sum, device.includes('f64') ? 'f64' : 'f32');
    expect(sharesIn(text)).toBe(shares);
    const before = parseProgram(text);
    const after = runPipeline([shareSums(), parallelise], before);
    // Sums of these are exact, in whatever order.
    const expected = outputsOf(before, 0, inputFor);
    expect(difference(expected, outputsOf(after, 0, inputFor))).toBeUndefined();
    expect(difference(expected, outputsOf(backwards(after), 0, inputFor))).toBeUndefined();
  });
});

test('with all passes, threads share it', () => {
  const text = total('x: f32[131072]', 'for i < 131072 { s += x[i] * x[i]; }');
  const shown = printProgram(runPipeline(passesFor(targets.avx512), parseProgram(text)));
  expect(shown).toContain('for i_part < 32 parallel {');
});

describe('no other', () => {
  const sum = 'for i < 131072 { s += x[i]; }';
  test.each([
    ['of little to do', total('x: f32[80000]', 'for i < 80000 { s += x[i]; }')],
    ['of integers', total('x: i32[131072]', sum, 'i32')],
    ['that does more than to add', total('x: f32[131072]', sum.replace('}', 'x[i] := 0; }'))],
    [
      'into cells',
      `p(): device x: f32[4, 65536], y: f32[4];
       for c < 4 { for i < 65536 { y[c] += x[c, i]; } }`,
    ],
    [
      'in another loop',
      total('x: f32[131072], y: f32[3]', `for c < 3 { s := 0; ${sum} y[c] := s; }`),
    ],
  ])('%s', (_, text) => {
    const program = parseProgram(text);
    expect(runPipeline([shareSums()], program)).toBe(program);
  });

  test('that a program wants as it is, and none twice', () => {
    const text = total('x: f32[131072]', sum);
    const asIs = overridesOf({ s: { split: false }, total: { split: false } });
    expect(sharesIn(text, [shareSums(asIs)])).toBeUndefined();
    const once = runPipeline([shareSums()], parseProgram(text));
    expect(runPipeline([shareSums()], once)).toBe(once);
  });
});
