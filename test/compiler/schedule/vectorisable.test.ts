/** Which loops become loops over vectors. */
import { expect, test } from 'vitest';
import { visitStmts } from '../../../compiler/loop/traverse.ts';
import { vectorise } from '../../../compiler/passes/vectorise.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';

/** Whether any loop of the program is put on vectors of 16 lanes. */
function isOnVectors(device: string, text: string): boolean {
  const { body } = vectorise(targets.avx512).run(programOf(device, text));
  let is = false;
  visitStmts(body, s => (is ||= s.kind === 'for' && s.mode === 'vector'));
  return is;
}

const row = (length: number): string => `for o < ${length} { y[b, o] := 2 * x[b, o]; }`;
const rows = (count: number, length: number): string => `for b < ${count} { ${row(length)} }`;

test.each<[title: string, rows: number, length: number, is: boolean]>([
  ['a long row', 1, 64, true],
  ['a short one', 1, 63, false],
  ['many short ones', 164, 50, true],
  ['not so many', 163, 50, false],
  ['many of one vector', 512, 16, true],
  ['many that fill none', 10_000, 15, false],
])('%s', (_, count, length, is) => {
  const device = `x: f32[${count}, ${length}], y: f32[${count}, ${length}]`;
  expect(isOnVectors(device, rows(count, length))).toBe(is);
});

test('how often a step of training runs does not make its rows many', () => {
  const device = 'x: f32[10, 16], y: f32[10, 16]';
  const step = `for b < 10 { for o < 16 { y[b, o] := 0.9 * y[b, o] + x[b, o]; } }`;
  expect(isOnVectors(device, `for step < 1000 { ${step} }`)).toBe(false);
});

test('short rows that are added to sums of columns are many all the same', () => {
  const device = 'x: f32[200, 50], y: f32[200, 50], shift.grad: f32[50]';
  const sums = 'for o < 50 { shift.grad[o] += x[b, o]; }';
  expect(isOnVectors(device, `for b < 200 { ${row(50)} ${sums} }`)).toBe(true);
  expect(isOnVectors(device, `for b < 100 { ${row(50)} ${sums} }`)).toBe(false);
});
