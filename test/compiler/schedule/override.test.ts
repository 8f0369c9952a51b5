/** What a program asks for instead of what would be chosen: it is done, and changes no result. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduledNests } from '../../../compiler/decisions/nests.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { localsOf } from '../../../compiler/loop/facts.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import type { NestOverride, Schedule } from '../../../compiler/schedule/override.ts';
import { printStep } from '../../../compiler/schedule/step.ts';
import { targets } from '../../../compiler/schedule/target.ts';
import { choices } from '../../support/choices.ts';
import { programOf } from '../../support/loop-text.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { scheduled } from '../../support/scheduled.ts';
import { smallTarget } from '../../support/small-target.ts';

/** With a cache for all of it. */
const target = { ...smallTarget, cacheBytes: 2 ** 16, sharedCacheBytes: 2 ** 16 };

type ByName = Exclude<Schedule, 'scalar'>;

const product = programOf(
  'a: f32[24, 10], w: f32[40, 10], z: f32[40], c: f32[24, 40], d: f32[24, 40]',
  `zero_out c;
   for i < 24 { for j < 40 { for k < 10 { c[i, j] += a[i, k] * w[j, k]; } } }
   for i2 < 24 { for j2 < 40 { d[i2, j2] := relu(c[i2, j2] + z[j2]); } }`,
);

function stepsOf(schedule: ByName, program: Program = product): readonly string[] {
  const outcome = scheduled(program, target, schedule);
  expect(difference(outputsOf(program), outputsOf(outcome.program))).toBeUndefined();
  const nests = scheduledNests(outcome.witnessed, outcome.program);
  return nests.flatMap(({ writes, steps }) =>
    steps.map(({ step }) => `${writes.join(', ')}: ${step.kind} ${printStep(step)}`),
  );
}

const sum = 'c: accumulate c over k';
const added = 'd: vectorise j2 by 4 × 4';

/** The steps of the tile, of which these loops over terms have little to do, and what is as ever. */
function tiled(how: string, ...small: readonly string[]): readonly string[] {
  return [sum, `c: tile ${how}`, ...small.map(loop => `c: unroll ${loop} by 2`), added];
}

describe('a product, and what is added to it', () => {
  test.each<[title: string, schedule: ByName, steps: readonly string[]]>([
    ['as it is chosen', {}, tiled('rows 4 of i, columns 2 × 4 of j, pack w [10, 8]', 'k3')],
    [
      'rows and vectors',
      { c: { rows: 3, vectors: 1 } },
      tiled('rows 3 of i, columns 1 × 4 of j, pack w [10, 4]', 'k3'),
    ],
    [
      'sizes that leave turns over',
      { c: { rows: 7, vectors: 3 } },
      tiled('rows 7 of i, columns 3 × 4 of j, pack w [10, 12]', 'k5'),
    ],
    [
      'rows alone',
      { c: { rows: 5 } },
      tiled('rows 5 of i, columns 2 × 4 of j, pack w [10, 8]', 'k3', 'k4'),
    ],
    ['nothing copied', { c: { pack: false } }, tiled('rows 4 of i, columns 2 × 4 of j', 'k2')],
    [
      'no tile: then rows are fused',
      { c: { tile: false } },
      ['c, d: accumulate c over k', 'c, d: fuse over i: 24 turns', 'c, d: fuse over j: 40 turns'],
    ],
    ['and nothing fused', { c: { tile: false, fuse: false } }, [sum, added]],
    [
      'for threads, though it is small',
      { d: { parallel: true } },
      [
        ...tiled('rows 4 of i, columns 2 × 4 of j, pack w [10, 8]', 'k3'),
        'd: parallelise i2: 24 turns',
      ],
    ],
    ['as scalars', { c: 'scalar', d: 'scalar' }, [sum]],
  ])('%s', (_, schedule, steps) => {
    expect(stepsOf(schedule)).toEqual(steps);
  });
});

describe('refused', () => {
  test.each<[because: string, schedule: ByName]>([
    ['i has 24 turns, which are no 25 rows', { c: { rows: 25, vectors: 1 } }],
    ['j has 40 turns, which are no 11 vectors of 4 lanes', { c: { rows: 1, vectors: 11 } }],
    ['a tile has at most 64 vectors, not 72', { c: { rows: 9, vectors: 8 } }],
    ['it keeps no sum in a register', { d: { rows: 2 } }],
  ])('%s', (because, schedule) => {
    const [name] = Object.keys(schedule);
    expect(() => scheduled(product, target, schedule)).toThrow(
      `error[EINC0808]: \`${name}\` cannot be tiled as the schedule of \`p\` asks\n  = note: ${because}\n`,
    );
  });

  test('threads for a sum that needs all turns', () => {
    const program = programOf('x: f32[8], s: f32', 'for i < 8 { s += x[i]; }');
    expect(() => scheduled(program, target, { s: { parallel: true } })).toThrow(
      'error[EINC0808]: `s` cannot be shared by threads as the schedule of `p` asks\n  = note: its turns need each other\n',
    );
  });

  test('copies that run ahead', () => {
    expect(() => scheduled(product, target, { c: { stages: 3 } })).toThrow(
      'error[EINC0808]: `c` cannot be copied in 3 stages as the schedule of `p` asks\n  = note: copies that run ahead are those of a GPU\n',
    );
  });

  test('not the tile of a processor that has none', () => {
    const { program } = scheduled(product, targets.scalar, { c: { rows: 25, vectors: 99 } });
    expect(printProgram(program)).toBe(printProgram(scheduled(product, targets.scalar).program));
  });
});

test('a schedule for scalars is that of a processor without vectors', () => {
  const names = passesFor(targets.avx2, 'scalar').map(({ name }) => name);
  expect(names).toEqual(passesFor(targets.scalar).map(({ name }) => name));
});

test('arrays of other names are left as they are', () => {
  const asked = passesFor(smallTarget, { other: 'scalar' });
  const run = (passes: typeof asked): string =>
    printProgram(passes.reduce((program, pass) => pass.run(program), product));
  expect(run(asked)).toBe(run(passesFor(smallTarget)));
});

const override: fc.Arbitrary<NestOverride | 'scalar'> = fc.oneof(
  fc.constant('scalar' as const),
  fc.record(
    {
      rows: fc.integer({ min: 1, max: 9 }),
      vectors: fc.integer({ min: 1, max: 4 }),
      tile: fc.constant(false as const),
      pack: fc.constant(false as const),
      interchange: fc.constant(false as const),
      block: fc.constant(false as const),
      fuse: fc.constant(false as const),
      split: fc.constant(false as const),
      vectorise: fc.constant(false as const),
      parallel: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
);

test('whatever is asked for random routines, they compute what they did', () => {
  const asked = fc.array(override, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(choices(250), asked, (a, overrides) => {
      const program = lower(randomRoutine(a));
      const nodes = [...program.params, ...localsOf(program)];
      const schedule = Object.fromEntries(
        nodes.map(({ name }, i) => [name, overrides[i % overrides.length] ?? 'scalar']),
      );
      const after = runPipeline(
        passesFor(smallTarget, schedule).filter(pass => pass.name !== 'contract-fma'),
        program,
      );
      const shown = `\n${printProgram(program)}\n-- after --\n${printProgram(after)}`;
      expect(difference(outputsOf(program), outputsOf(after)), shown).toBeUndefined();
    }),
    { numRuns: Number(process.env['EINC_RUNS'] ?? 300) },
  );
});
