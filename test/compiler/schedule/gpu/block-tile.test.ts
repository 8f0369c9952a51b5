/** Which tiles products get on a GPU: as large as leaves enough blocks, on tensor cores where they can be. */
import { describe, expect, test } from 'vitest';
import type { DType } from '../../../../compiler/core/dtype.ts';
import { scheduledNests } from '../../../../compiler/decisions/nests.ts';
import { printStep } from '../../../../compiler/schedule/step.ts';
import { type Gpu, gpu, type Target, withMatrices } from '../../../../compiler/schedule/target.ts';
import { programOf } from '../../../support/loop-text.ts';
import { scheduled } from '../../../support/scheduled.ts';

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

test.each<readonly [DType, Size, string, number]>([
  ['f32', [1024, 1024, 1024], '128 of b × 64 of o, 8 × 4 a thread, 16 terms at once', 1],
  ['f32', [4096, 4096, 4096], '128 of b × 128 of o, 8 × 8 a thread, 16 terms at once', 1],
  // Twice 16 terms would take more than there is.
  ['f64', [4096, 4096, 4096], '128 of b × 128 of o, 8 × 8 a thread, 8 terms at once', 1],
  ['bf16', [1024, 1024, 1024], '128 of b × 64 of o, 64 × 32 a warp, 32 terms at once', 3],
  ['bf16', [2048, 2048, 2048], '128 of b × 128 of o, 64 × 32 a warp, 32 terms at once', 2],
  // Four rounds of blocks.
  ['bf16', [4096, 4096, 4096], '128 of b × 256 of o, 64 × 64 a warp, 32 terms at once', 2],
  ['f16', [4096, 4096, 4112], '128 of b × 256 of o, 64 × 64 a warp, 16 terms at once', 3],
  ['f16', [16, 4096, 1024], '16 of b × 64 of o, 16 × 16 a warp, 32 terms at once', 3],
])('%s, %j', (dtype, size, tile, ahead) => {
  const turns = ahead === 1 ? 'ahead' : `${ahead} turns ahead`;
  expect(tileOf(dtype, size)?.replace(/, in strips of \d+$/, '')).toBe(`${tile}, copied ${turns}`);
});

describe('copies run as far ahead as memory takes, and no further than', () => {
  const size = [1024, 1024, 1024] as const;
  test.each<readonly [string, Size, Partial<Gpu>, string]>([
    ['there are turns', [1024, 1024, 96], {}, 'copied 2 turns ahead'],
    [
      'two blocks have room on a processor',
      size,
      { processorSharedBytes: 95_000 },
      '2 turns ahead',
    ],
    ['a block may have', size, { mostSharedBytes: 48 * 1024 }, 'copied 2 turns ahead'],
    ['a GPU that waits for each copy', size, { mostStages: 2 }, 'at once, copied ahead'],
    ['it takes', size, { memoryCycles: 300 }, 'copied 2 turns ahead'],
  ])('%s', (_, dims, changes, ahead) => {
    const other = { ...gpu, gpu: { ...gpu.gpu, ...changes } };
    expect(tileOf('bf16', dims)).toContain(dims === size ? '3 turns ahead' : ahead);
    expect(tileOf('bf16', dims, other)).toContain(ahead);
  });
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

describe('blocks walk through strips of rows of tiles', () => {
  const stripOf = (dtype: DType, size: Size, changes: Partial<Gpu> = {}): number | undefined => {
    const tile = tileOf(dtype, size, { ...gpu, gpu: { ...gpu.gpu, ...changes } });
    return tile === undefined ? undefined : Number(/in strips of (\d+)$/.exec(tile)?.[1] ?? 1);
  };

  test.each<readonly [string, DType, Size, number]>([
    // 108 tiles at once: 8 rows of tiles and 14 columns of them, not 4 and 32.
    ['near to a square', 'f32', [4096, 4096, 4096], 8],
    // Tiles of 128 × 256.
    ['of twice the rows where tiles are twice as wide', 'bf16', [4096, 4096, 4096], 16],
    ['not where all columns are few', 'f32', [65536, 256, 1024], 1],
    ['of all rows where these are few', 'f32', [512, 65536, 1024], 4],
    ['such that none is left over', 'f32', [128 * 9, 128 * 90, 1024], 9],
    ['of all rows where their number has no divisor', 'f32', [128 * 37, 128 * 90, 1024], 37],
    ['not where a cache holds all', 'f32', [1024, 1024, 1024], 1],
  ])('%s', (_, dtype, size, strip) => {
    expect(stripOf(dtype, size)).toBe(strip);
  });

  test('where a cache does not hold all', () => {
    expect(stripOf('f32', [2048, 2048, 2048])).toBe(1);
    expect(stripOf('f32', [2048, 2048, 2048], { lastCacheBytes: 16 * 2 ** 20 })).toBe(8);
  });
});
