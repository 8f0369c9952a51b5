/**
 * What inlining recomputes has a bound: each array that is inlined adds at most what its stores and loads
 * cost, however long the chain and however many read each link.
 */
import { expect, test } from 'vitest';
import { inlineVirtual } from '../../../compiler/passes/inline-virtual.ts';
import { programOf } from '../../support/loop-text.ts';
import { type Work, workOf } from '../../support/work.ts';

const links = 20;
const all = Array.from({ length: links }, (_, k) => k + 1);
const cells = 16;

/** `x1` to `x20`, each from the one before; `formula` has `$` for it and `%` for the link's number. */
function chain(formula: string, then: (k: number) => string): string {
  const locals = all.map(k => `local x${k}: f32[${cells}];`);
  const steps = all.map(k => {
    const value = formula.replaceAll('$', `x${k - 1}[i${k}]`).replaceAll('%', String(k));
    return `for i${k} < ${cells} { x${k}[i${k}] := ${value.replaceAll('@', `i${k}`)}; } ${then(k)}`;
  });
  return [...locals, ...steps, `for j < ${cells} { y[j] := x${links}[j]; }`].join('\n');
}

function beforeAndAfter(body: string): readonly [Work, Work] {
  const device = all.map(k => `w${k}: f32[${cells}], o${k}: f32[${cells}]`);
  const program = programOf(
    `v: f32[${cells}, ${cells}], x0: f32[${cells}], y: f32[${cells}], ${device.join(', ')}`,
    body,
  );
  return [workOf(program.body), workOf(inlineVirtual.run(program).body)];
}

const keep = (k: number): string => `for k${k} < ${cells} { o${k}[k${k}] := x${k}[k${k}]; }`;
const nothing = (): string => '';

/** Layers as a transformer has them: a product with a matrix, added to what came in. */
function layers(then: (k: number) => string): string {
  const locals = all.map(k => `local x${k}: f32[${cells}]; local m${k}: f32[${cells}];`);
  const steps = all.map(
    k => `zero_out m${k};
    for i${k} < ${cells} { for j${k} < ${cells} { m${k}[i${k}] += v[i${k}, j${k}] * x${k - 1}[j${k}]; } }
    for k${k} < ${cells} { x${k}[k${k}] := x${k - 1}[k${k}] + relu(m${k}[k${k}]); }
    ${then(k).replaceAll(`k${k}`, `l${k}`)}`,
  );
  return [...locals, ...steps, `for j < ${cells} { y[j] := x${links}[j]; }`].join('\n');
}

test.each<[title: string, factor: number, body: string]>([
  ['a residual stream', 1, chain('$ + relu($ * w%[@])', nothing)],
  ['a residual stream whose every link is kept', 1, chain('$ + relu($ * w%[@])', keep)],
  ['layers with residuals', 1, layers(nothing)],
  ['squares', 1, chain('$ * $', nothing)],
  ['sums with itself, each read by two', 1, chain('$ + $', keep)],
  ['negations that two read', 2, chain('neg($)', keep)],
  ['sums with a number that two read', 2, chain('$ + 1', keep)],
  ['exponentials that two read', 1, chain('exp($)', keep)],
])('%s: operations grow by a factor of %s at most', (_, factor, body) => {
  const [before, after] = beforeAndAfter(body);
  expect(after.operations).toBeLessThanOrEqual(factor * before.operations);
  expect(after.operations + after.accesses).toBeLessThanOrEqual(
    before.operations + before.accesses,
  );
});

test('links that only copy are copied to each reader, and nothing is left of them', () => {
  const [, after] = beforeAndAfter(chain('$', keep));
  expect(after).toEqual({ operations: 0, accesses: 2 * cells * (links + 1) });
});

test('an array that a loop reads over and over is computed once', () => {
  const body = `local t: f32[16]; for i < 16 { t[i] := x0[i] + 1; }
    for j < 16 { for i2 < 16 { y[j] += t[i2]; } }`;
  const [before, after] = beforeAndAfter(body);
  expect(after).toEqual(before);
});
