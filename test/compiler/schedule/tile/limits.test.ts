/** What a thread has on its stack at once stays far below what it has room for. */
import { expect, test } from 'vitest';
import { bytesOf } from '../../../../compiler/core/dtype.ts';
import { cellsOf } from '../../../../compiler/core/tensor-node.ts';
import { localsOf } from '../../../../compiler/loop/facts.ts';
import { passesFor } from '../../../../compiler/passes/index.ts';
import { runPipeline } from '../../../../compiler/passes/pipeline.ts';
import { targets } from '../../../../compiler/schedule/target.ts';
import { programOf } from '../../../support/loop-text.ts';

function bytesOnStack(device: string, body: string): number {
  const program = runPipeline(passesFor(targets.avx512), programOf(device, body));
  return localsOf(program).reduce((sum, node) => sum + cellsOf(node) * bytesOf[node.dtype], 0);
}

const mebibyte = 2 ** 20;

test('long rows of fused loops', () => {
  const rows = `local e: f32[2, 3000000]; local s: f32[2];
    for b < 2 { for i < 3000000 { e[b, i] := exp(x[b, i]); } }
    for b < 2 { local t: f32 := 0; for i < 3000000 { t += e[b, i]; } s[b] := t; }
    for b < 2 { for i < 3000000 { y[b, i] := e[b, i] / s[b]; } }`;
  expect(bytesOnStack('x: f32[2, 3000000], y: f32[2, 3000000]', rows)).toBeLessThan(mebibyte);
});

test('several panels', () => {
  const names = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(n => `w${n}`);
  const device = ['x', ...names].map(name => `${name}: f64[64, 8000]`).join(', ');
  const product = names.map(name => `${name}[o, i]`).join(' * ');
  const body = `for b < 64 { for o < 64 { local s: f64 := 0;
    for i < 8000 { s += x[b, i] * ${product}; } y[b, o] := s; } }`;
  expect(bytesOnStack(`${device}, y: f64[64, 64]`, body)).toBeLessThan(mebibyte);
});

test('blocks of columns that are left over', () => {
  const body = `for b < 2000 { for o < 1111 { local s: f32 := 0;
    for i < 2100 { s += x[b, i] * w[o, i]; } y[b, o] := relu(s); } }`;
  const device = 'x: f32[2000, 2100], w: f32[1111, 2100], y: f32[2000, 1111]';
  expect(bytesOnStack(device, body)).toBeLessThan(mebibyte);
});

test('what is read twice is copied once', () => {
  const difference = '(x[b, i] - w[o, i])';
  const body = `for b < 64 { for o < 128 { local s: f32 := 0;
    for i < 900 { s += ${difference} * ${difference}; } y[b, o] := s; } }`;
  const device = 'x: f32[64, 900], w: f32[128, 900], y: f32[64, 128]';
  const program = runPipeline(passesFor(targets.avx512), programOf(device, body));
  const panels = localsOf(program).filter(({ name }) => name.includes('panel'));
  expect(panels.map(({ name }) => name)).toEqual(['w_panel']);
});
