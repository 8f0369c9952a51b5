/** Which tiles products get on a GPU: as large as leaves enough blocks, on tensor cores where they can be. */
import { expect, test } from 'vitest';
import type { DType } from '../../../compiler/core/dtype.ts';
import { scheduledNests } from '../../../compiler/decisions/nests.ts';
import { printStep } from '../../../compiler/schedule/step.ts';
import { gpu, type Target, withMatrices } from '../../../compiler/schedule/target.ts';
import { programOf } from '../../support/loop-text.ts';
import { scheduled } from '../../support/scheduled.ts';

type Size = readonly [rows: number, columns: number, terms: number];

function tileOf(dtype: DType, [m, n, k]: Size, target: Target = gpu): string | undefined {
  const isNarrow = dtype === 'f16' || dtype === 'bf16';
  const factor = (read: string): string => (isNarrow ? `f32(${read})` : read);
  const device = `x: ${dtype}[${m}, ${k}], w: ${dtype}[${k}, ${n}], y: ${isNarrow ? 'f32' : dtype}[${m}, ${n}]`;
  const body = `zero_out y; for b < ${m} { for o < ${n} { for i < ${k} {
    y[b, o] += ${factor('x[b, i]')} * ${factor('w[i, o]')};
  } } }`;
  const { witnessed, program } = scheduled(programOf(device, body), target);
  const [nest] = scheduledNests(witnessed, program);
  const found = nest?.steps.find(({ by }) => by === 'tile-blocks');
  return found && printStep(found.step);
}

test.each<readonly [DType, Size, string]>([
  ['f32', [1024, 1024, 1024], '128 of b × 64 of o, 8 × 4 a thread, 16 terms at once'],
  ['f32', [4096, 4096, 4096], '128 of b × 128 of o, 8 × 8 a thread, 16 terms at once'],
  // Twice 16 terms would take more than there is.
  ['f64', [4096, 4096, 4096], '128 of b × 128 of o, 8 × 8 a thread, 8 terms at once'],
  ['bf16', [1024, 1024, 1024], '128 of b × 64 of o, 64 × 32 a warp, 32 terms at once'],
  ['bf16', [4096, 4096, 4096], '128 of b × 128 of o, 64 × 32 a warp, 32 terms at once'],
  ['f16', [4096, 4096, 4112], '128 of b × 128 of o, 64 × 32 a warp, 16 terms at once'],
  ['f16', [16, 4096, 1024], '16 of b × 64 of o, 16 × 16 a warp, 32 terms at once'],
])('%s, %j', (dtype, size, tile) => {
  expect(tileOf(dtype, size)).toBe(`${tile}, copied ahead`);
});

test('terms that do not come in sixteens are added by threads', () => {
  expect(tileOf('bf16', [1024, 1024, 1000])).toContain('a thread');
});

test('so are products where tensor cores do not take their factors', () => {
  expect(tileOf('f16', [1024, 1024, 1024], withMatrices(gpu, []))).toContain('a thread');
  expect(tileOf('f32', [1024, 1024, 1024], withMatrices(gpu, ['tf32']))).toContain('a warp');
});

test('nothing is copied ahead of one piece alone', () => {
  expect(tileOf('f32', [1024, 1024, 16])).not.toContain('ahead');
});
