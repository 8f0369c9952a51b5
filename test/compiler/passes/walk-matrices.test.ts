/** Sums over matrices that are made anew, tile by tile: the same bits, whatever the shapes are. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { localsOf } from '../../../compiler/loop/facts.ts';
import type { Decision } from '../../../compiler/passes/decision.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { splitReductions } from '../../../compiler/passes/split-reductions.ts';
import { walkMatrices } from '../../../compiler/passes/gpu/walk-matrices.ts';
import { overridesOf } from '../../../compiler/schedule/override.ts';
import { printStep } from '../../../compiler/schedule/step.ts';
import { gpu, targets } from '../../../compiler/schedule/target.ts';
import { type AttentionShape, attentionText } from '../../support/attention-text.ts';
import { backwards } from '../../support/backwards.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

const small = { ...gpu.gpu, leastMatrix: 0 };
const pass = walkMatrices(small);

/** Sums of rows in parts as a processor has them, products in order. */
const inParts = splitReductions(
  targets.avx512,
  overridesOf({
    ...{ scores: { split: false }, y: { split: false }, dp: { split: false } },
    ...{ dq: { split: false }, dk: { split: false }, dv: { split: false } },
  }),
);

const shapes: Readonly<Record<string, AttentionShape>> = {
  'whole tiles': { heads: 1, rows: 32, columns: 128, width: 8 },
  'heads, rows and columns left over': { heads: 2, rows: 9, columns: 131, width: 5 },
  'terms that are parts of their own': { heads: 1, rows: 5, columns: 150, width: 17 },
  'later keys hidden': { heads: 1, rows: 37, columns: 130, width: 7, isCausal: true },
  'wide heads': { heads: 1, rows: 1, columns: 128, width: 65, hasGradients: false },
  'bf16, on tensor cores': {
    heads: 1,
    rows: 9,
    columns: 128,
    width: 16,
    dtype: 'bf16',
    hasGradients: false,
  },
  doubles: { heads: 1, rows: 8, columns: 129, width: 9, dtype: 'f64' },
};

function nodesOf(program: Program): readonly string[] {
  return localsOf(program)
    .filter(({ dims }) => dims.length === 3)
    .map(({ name }) => name);
}

test.each(Object.entries(shapes))('%s', (_, shape) => {
  const before = parseProgram(attentionText({ hasGradients: true, ...shape }));
  const after = runPipeline([pass], before);
  expect(nodesOf(after)).toEqual(
    ['most', 'total', 'mean'].slice(0, shape.hasGradients === false ? 2 : 3),
  );
  const expected = outputsOf(runPipeline([inParts], before));
  expect(difference(expected, outputsOf(after))).toBeUndefined();
  expect(difference(expected, outputsOf(backwards(after)))).toBeUndefined();
  expect(pass.run(after), 'a second run').toBe(after);
  expect(printProgram(parseProgram(printProgram(after)))).toBe(printProgram(after));
});

/** A matrix of products `x`, and sums over it. */
const withSums = (device: string, sums: string, more = ''): Program =>
  parseProgram(`p(): device a: f32[40, 6], b: f32[132, 6], w: f32[132, 5], s: f32[132], ${device};
    local x: f32[40, 132]; ${more}
    for i < 40 { for j < 132 {
      local ab: f32 := s[j]; for k < 6 { ab += a[i, k] * b[j, k]; } x[i, j] := relu(ab) - 1;
    } }
    ${sums}`);
const sumOfRow = 'for i < 40 { local m: f32 := -2; for j < 132 { m max= x[i, j]; } most[i] := m; }';
const times = (loops: string, store: string, over: string, term: string): string =>
  `${loops} local one: f32 := 0; for ${over} { one += ${term}; } ${store}; } }`;
const product = times('for i < 40 { for d < 5 {', 'y[i, d] := one', 'j < 132', 'x[i, j] * w[j, d]');

test.each([
  ['the largest of a row', withSums('most: f32[40]', sumOfRow)],
  [
    'a product, and the largest of a row',
    withSums('most: f32[40], y: f32[40, 5]', sumOfRow + product),
  ],
  [
    'what is made of a cell, a row and a column',
    withSums(
      'most: f32[40], y: f32[40, 5]',
      sumOfRow +
        times(
          'for i < 40 { for d < 5 {',
          'y[i, d] += one * most[i]',
          'j < 132',
          '(x[i, j] - most[i]) * s[j] * w[j, d]',
        ),
    ),
  ],
  [
    'a product over rows',
    withSums(
      'y: f32[132, 6]',
      times('for j < 132 { for d < 6 {', 'y[j, d] := one', 'i < 40', 'x[i, j] * a[i, d] * s[j]'),
    ),
  ],
  [
    'a matrix that is made of it',
    withSums(
      'y: f32[40, 5]',
      `for i < 40 { for j < 132 { z[i, j] := exp(x[i, j]) * s[j]; } }
       ${times('for i < 40 { for d < 5 {', 'y[i, d] := one', 'j < 132', 'x[i, j] * z[i, j] * w[j, d]')}`,
      'local z: f32[40, 132];',
    ),
  ],
])('%s: the same bits', (_, before) => {
  const after = runPipeline([pass], before);
  expect(localsOf(after).some(({ name }) => name === 'x' || name === 'z')).toBe(false);
  const expected = outputsOf(before, 0, thirdsFor);
  expect(difference(expected, outputsOf(after, 0, thirdsFor))).toBeUndefined();
});

test.each([
  [
    'somebody else reads the matrix',
    withSums(
      'y: f32[40, 5], z: f32[40, 132]',
      `${product} for i < 40 { for j < 132 { z[i, j] := x[i, j]; } }`,
    ),
  ],
  [
    'what it is made of changes before it is summed',
    withSums('y: f32[40, 5]', `for j < 132 { s[j] := 0; } ${product}`),
  ],
  [
    'its sum goes to what it is made of',
    withSums(
      'y: f32[40, 6]',
      times('for i < 40 { for d < 6 {', 'a[i, d] := one', 'j < 132', 'x[i, j] * b[j, d]'),
    ),
  ],
  [
    'it is read from another cell',
    withSums(
      'y: f32[40, 5]',
      times('for i < 40 { for d < 5 {', 'y[i, d] := one', 'j < 132', 'x[i, -1*j + 131] * w[j, d]'),
    ),
  ],
  [
    'its rows are summed in order elsewhere',
    withSums(
      'total: f32[132]',
      'for j < 132 { local m: f32 := 0; for i < 40 { m += x[i, j]; } total[j] := m; }',
    ),
  ],
])('nothing where %s', (_, before) => {
  expect(pass.run(before)).toBe(before);
});

test('nothing where it does not pay, or was not asked for', () => {
  const before = withSums('y: f32[40, 5]', product);
  expect(walkMatrices({ ...small, leastMatrix: 40 * 132 * 4 }).run(before)).toBe(before);
  const asked = overridesOf({ y: { fuse: false } });
  expect(walkMatrices(small, asked).run(before)).toBe(before);
});

test('nothing where tensor cores could not do all products', () => {
  const shape = { heads: 1, rows: 128, columns: 128, dtype: 'bf16' } as const;
  const [whole, uneven] = [shape, { ...shape, columns: 144 }].map(one =>
    parseProgram(attentionText({ ...one, width: 16 })),
  );
  if (!whole || !uneven) return;
  expect(printProgram(pass.run(whole))).toContain(' matrix {');
  expect(pass.run(uneven)).toBe(uneven);
  const onThreads = walkMatrices({ ...small, matrices: [] });
  expect(printProgram(onThreads.run(uneven))).not.toContain(' matrix {');
  expect(onThreads.run(uneven)).not.toBe(uneven);
});

test('it says what it does', () => {
  const decisions: Decision[] = [];
  const text = attentionText({ heads: 2, rows: 64, columns: 128, width: 16 });
  pass.run(parseProgram(text), d => decisions.push(d));
  const said = decisions.map(d =>
    d.about === 'nest' ? printStep(d.step) : d.about === 'array' ? `${d.node.name} ${d.fate}` : '',
  );
  expect(said).toMatchInlineSnapshot(`
    [
      "scores dropped",
      "e dropped",
      "p dropped",
      "32 of s2 over t2, scores by tiles",
      "32 of s4 over t4, scores, e by tiles",
      "32 of s6 over t6, scores, e, p by tiles",
    ]
  `);
});
