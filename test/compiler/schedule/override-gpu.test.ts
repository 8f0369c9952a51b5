/** What a program may ask for where its nests are kernels of a GPU: what is done, and what is refused with a reason. */
import { describe, expect, test } from 'vitest';
import { scheduledNests } from '../../../compiler/decisions/nests.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import type { NestOverride } from '../../../compiler/schedule/override.ts';
import { programOf } from '../../support/loop-text.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { scheduled } from '../../support/scheduled.ts';
import { partsFor, tilesFor } from '../../support/small-gpu.ts';

const target = partsFor(30, 4);

const product = programOf(
  'a: f32[24, 64], w: f32[40, 64], z: f32[40], c: f32[24, 40], d: f32[24, 40]',
  `zero_out c;
   for i < 24 { for j < 40 { for k < 64 { c[i, j] += a[i, k] * w[j, k]; } } }
   for i2 < 24 { for j2 < 40 { d[i2, j2] := relu(c[i2, j2] + z[j2]); } }`,
);
const rows = programOf(
  'a: f32[9, 600], c: f32[9]',
  'zero_out c; for i < 9 { for k < 600 { c[i] += a[i, k]; } }',
);
const columns = programOf(
  'a: f32[5, 4096, 8], c: f32[8]',
  'zero_out c; for o < 8 { for t < 5 { for u < 4096 { c[o] += a[t, u, o]; } } }',
);

/** The passes that did something, to any nest. */
function doneTo(program: Program, c: NestOverride): ReadonlySet<string> {
  const outcome = scheduled(program, target, { c });
  expect(difference(outputsOf(program), outputsOf(outcome.program))).toBeUndefined();
  const nests = scheduledNests(outcome.witnessed, outcome.program);
  return new Set(nests.flatMap(({ steps }) => steps.map(({ by }) => by)));
}

describe('what can be left out, and what is then not done', () => {
  test.each<[title: string, Program, NestOverride, readonly string[]]>([
    ['tiles', product, { tile: false }, ['split-products', 'tile-blocks']],
    ['parts of products', product, { split: false }, ['split-products']],
    ['fused cells', product, { fuse: false }, ['fuse-loops']],
    ['parts of rows', rows, { split: false }, ['split-sums']],
    ['parts of columns', columns, { split: false }, ['split-columns']],
  ])('%s', (_, program, asked, gone) => {
    const [before, after] = [doneTo(program, {}), doneTo(program, asked)];
    expect([...before]).toEqual(expect.arrayContaining([...gone]));
    expect([...after].filter(pass => gone.includes(pass))).toEqual([]);
  });
});

describe('of how many turns copies are there', () => {
  const tile = programOf(
    'a: bf16[32, 80], w: bf16[80, 32], c: f32[32, 32]',
    `zero_out c;
     for i < 32 { for j < 32 { for k < 80 { c[i, j] += f32(a[i, k]) * f32(w[k, j]); } } }`,
  );
  const expected = outputsOf(tile);
  const stagesOf = (stages?: number): unknown => {
    const { witnessed, program } = scheduled(tile, tilesFor(1), { c: { stages } });
    expect(difference(expected, outputsOf(program))).toBeUndefined();
    const steps = scheduledNests(witnessed, program).flatMap(nest => nest.steps);
    return steps.flatMap(({ step }) => (step.kind === 'block-tile' ? [step.stages] : []));
  };

  test.each([1, 2, 3, 4])('%i', stages => {
    expect(stagesOf(stages)).toEqual([stages]);
  });

  test('by itself as many as memory takes', () => {
    expect(stagesOf()).toEqual([4]);
  });

  test.each([
    [tile, 6, 'there are not so many turns of the sum with their copies, or so much shared memory'],
    [rows, 3, 'it is not computed in tiles'],
  ])('no more than can be', (program, stages, because) => {
    const refuse = (): unknown => scheduled(program, tilesFor(1), { c: { stages } });
    expect(refuse).toThrow(
      `error[EINC0808]: \`c\` cannot be copied in ${stages} stages as the schedule of \`p\` asks\n  = note: ${because}`,
    );
  });
});

test.each<NestOverride>([
  { vectorise: false },
  { block: false },
  { parallel: true },
  { tile: false, pack: false },
])('%o asks for nothing that is not so', asked => {
  expect(() => scheduled(product, target, { c: asked })).not.toThrow();
});

test.each<[asked: NestOverride, done: string, because: string]>([
  [{ rows: 4 }, 'tiled', 'sizes of tiles on a processor: those of a GPU are as large as leaves'],
  [{ vectors: 2 }, 'tiled', 'sizes of tiles on a processor: those of a GPU are as large as leaves'],
  [{ pack: false }, 'tiled without copies', '`tile: false` leaves both out'],
  [{ parallel: false }, 'left to one thread', 'threads share whatever turns allow it'],
])('%o is refused', (asked, done, because) => {
  const refuse = (): unknown => scheduled(product, target, { c: asked });
  expect(refuse).toThrow(
    `error[EINC0808]: \`c\` cannot be ${done} as the schedule of \`p\` asks\n  = note: `,
  );
  expect(refuse).toThrow(because);
});
