/** Every operation on every dtype, and every conversion: as functions of the device, that nvcc takes. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { CallText } from '../../../backends/clike/dialect.ts';
import { cuda } from '../../../backends/cuda/dialect.ts';
import { computeDtype, dtypes } from '../../../compiler/core/dtype.ts';
import { type Op, ops } from '../../../compiler/core/op.ts';

/** Others are only stored. */
const computed = dtypes.filter(dtype => computeDtype(dtype) === dtype);
const texts = (Object.keys(ops) as Op[]).flatMap(op => computed.map(dtype => cuda.op[op](dtype)));
const calls: readonly CallText[] = [
  ...texts.flatMap(text => (text.kind === 'select' ? [text.strict] : [])),
  ...[
    ...texts,
    ...dtypes.flatMap(from => dtypes.flatMap(to => cuda.conversion(from, to))),
    ...dtypes.flatMap(dtype => cuda.narrows(dtype) ?? []),
    ...computed.map(dtype => cuda.position(dtype)),
  ].filter(text => text.kind === 'call'),
];
const needs = [...new Set(calls.flatMap(call => call.needs))].join('\n');

test('what they need is of the device, and nothing of C alone', () => {
  expect(needs.length).toBeGreaterThan(50_000);
  expect(needs).not.toMatch(/static inline|_Bool|__builtin_|__FLT16_MAX__/);
  const functions = needs.match(/^static .*\(/gm) ?? [];
  expect(functions.filter(line => !line.startsWith('static __device__ __forceinline__ '))).toEqual(
    [],
  );
});

test.each([
  ['f32', NaN, '__int_as_float(0x7fc00000)'],
  ['f32', -Infinity, '-__int_as_float(0x7f800000)'],
  ['f64', Infinity, '__longlong_as_double(0x7ff0000000000000)'],
  ['f32', -0, '-0.0f'],
  ['i32', -(2 ** 31), '(-2147483647 - 1)'],
  ['bf16', 1, '0x3f80'],
] as const)('%s %d is %s', (dtype, value, text) => {
  expect(cuda.literal(dtype, value)).toBe(text);
});

const hasNvcc = spawnSync('nvcc', ['--version']).status === 0;

test.skipIf(!hasNvcc)('nvcc takes them', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'einc-nvcc-'));
  try {
    const source = join(folder, 'needs.cu');
    writeFileSync(source, `${needs}\nextern "C" __global__ void nothing() {}\n`);
    const { stderr } = await promisify(execFile)('nvcc', [
      '-cubin',
      '-arch=sm_80',
      source,
      '-o',
      `${source}bin`,
    ]);
    expect(stderr).not.toContain('error');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
