/** Products of few tiles and many terms, in parts: which, in how many, and that nothing is lost. */
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { accumulateInRegisters } from '../../../compiler/passes/accumulate-in-registers.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { splitProducts } from '../../../compiler/passes/gpu/split-products.ts';
import { overridesOf, type NestOverride } from '../../../compiler/schedule/override.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { backwards } from '../../support/backwards.ts';
import { difference, inputFor, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { exactPassesFor, partsFor } from '../../support/small-gpu.ts';

describe('each cell gets all of its terms, in any order of threads', () => {
  test.each([
    [
      'terms that divide',
      'x: f32[10, 48], w: f32[48, 12], y: f32[10, 12]',
      'for b < 10 { for o < 12 { for i < 48 { y[b, o] += x[b, i] * w[i, o]; } } }',
    ],
    [
      'terms left over',
      'x: f32[10, 61], w: f32[61, 12], y: f32[10, 12]',
      'for b < 10 { for o < 12 { for i < 61 { y[b, o] += x[b, i] * w[i, o]; } } }',
    ],
    [
      'a batch, rows in between',
      'x: f32[3, 9, 2, 40], w: f32[3, 8, 2, 40], y: f32[3, 2, 9, 8]',
      `for b < 3 { for h < 2 { for r < 9 { for c < 8 { for d < 40 {
        y[b, h, r, c] += x[b, r, h, d] * w[b, c, h, d];
      } } } } }`,
    ],
    [
      'several loops over terms',
      'x: f32[3, 5, 7, 9], w: f32[3, 5, 7, 8], y: f32[9, 8]',
      `for r < 9 { for c < 8 { for a < 3 { for b < 5 { for d < 7 {
        y[r, c] += x[a, b, d, r] * w[a, b, d, c];
      } } } } }`,
    ],
    [
      'a maximum',
      'x: f32[10, 48], w: f32[48, 12], y: f32[10, 12]',
      'for b < 10 { for o < 12 { for i < 48 { y[b, o] max= x[b, i] - w[i, o]; } } }',
    ],
    [
      'numbers of 16 bits',
      'x: bf16[16, 96], w: bf16[96, 16], y: f32[16, 16]',
      'for b < 16 { for o < 16 { for i < 96 { y[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }',
    ],
  ])('%s', (_, device, nest) => {
    const program = parseProgram(`p(): device ${device}; ${nest}`);
    const after = runPipeline(exactPassesFor(partsFor(30, 4)), program);
    const shown = printProgram(after);
    expect(shown).toMatch(/_parts\d*: f32\[/);
    // Sums of these are exact, in whatever order.
    expect(difference(outputsOf(program, 0, inputFor), outputsOf(after, 0, inputFor))).toBe(
      undefined,
    );
    const left = outputsOf(after, 0, thirdsFor);
    expect(difference(left, outputsOf(backwards(after), 0, thirdsFor)), shown).toBeUndefined();
  });
});

const product = (rows: number, columns: number, terms: number, dtype = 'f32'): string => {
  const factor = (read: string): string => (dtype === 'bf16' ? `f32(${read})` : read);
  const of = dtype === 'bf16' ? 'f32' : dtype;
  return `p():
    device x: ${dtype}[${rows}, ${terms}], w: ${dtype}[${terms}, ${columns}], y: ${of}[${rows}, ${columns}];
    zero_out y;
    for b < ${rows} { for o < ${columns} { for i < ${terms} {
      y[b, o] += ${factor('x[b, i]')} * ${factor('w[i, o]')};
    } } }`;
};

function splitText(text: string, asked?: NestOverride): string {
  const overrides = overridesOf(asked ? { y: asked } : {});
  const passes = [accumulateInRegisters, splitProducts(gpu.gpu, overrides)];
  return printProgram(runPipeline(passes, parseProgram(text)));
}

test.each([
  ['one tile', product(64, 64, 8192), 64],
  ['as many as have whole copies', product(128, 128, 4096), 32],
  ['fewer for fewer terms', product(128, 128, 1024), 8],
  ['images of digits', product(64, 512, 784), 7],
  ['terms that nothing divides', product(64, 64, 1009), 10],
  ['whole steps of tensor cores', product(64, 64, 1040, 'bf16'), 5],
])('%s: %#', (_, text, parts) => {
  const after = splitText(text);
  expect(after).toContain(`for i_part < ${parts} {`);
  const again = parseProgram(after);
  expect(splitProducts(gpu.gpu).run(again)).toBe(again);
});

test.each([
  ['few terms', product(64, 64, 380)],
  ['tiles enough', product(512, 512, 4096)],
  ['few rows, which are in no tile', product(7, 512, 4096)],
  ['whole numbers', product(64, 64, 4096, 'i32')],
  ['tensor cores, whose steps would not be whole', product(64, 64, 16 * 67, 'bf16')],
])('not %s', (_, text) => {
  expect(splitText(text)).not.toContain('_part');
});

test.each([{ split: false }, { tile: false }] as const)('not where %o is asked for', asked => {
  expect(splitText(product(64, 64, 4096), asked)).not.toContain('_part');
});
