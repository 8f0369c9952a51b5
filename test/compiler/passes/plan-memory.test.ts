/** Which arrays share memory; and that nothing a program computes changes by it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arenaBytes, bytesUnshared, roomFor } from '../../../compiler/loop/arena.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { liveRanges } from '../../../compiler/loop/liveness.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { paralleliseFrom } from '../../../compiler/passes/parallelise.ts';
import { type Pass, runPipeline } from '../../../compiler/passes/pipeline.ts';
import { placeLocalsAbove } from '../../../compiler/passes/place-locals.ts';
import { planMemory } from '../../../compiler/passes/plan-memory.ts';
import { choices } from '../../support/choices.ts';
import { programOf } from '../../support/loop-text.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { outputsInArena, twice, asIfLarge } from '../../support/shared-memory.ts';
import { exactPasses } from '../../support/small-target.ts';

/** `a 0, b 64`: the offsets of arrays of 16 f32 each, but for those whose sizes are given. */
function offsetsIn(body: string, sizes: Readonly<Record<string, number>> = {}): string {
  const names = [...new Set([...body.matchAll(/\b[a-h]\b/g)].map(([name]) => name))].toSorted();
  const scratch = names.map(name => `${name}: f32[${sizes[name] ?? 16}]`).join(', ');
  const program = programOf('x: f32[16]', `scratch ${scratch}; ${body}`);
  const planned = runPipeline([planMemory], program);
  expect(planMemory.run(planned)).toBe(planned);
  return planned.scratch.map(({ node, offset }) => `${node.name} ${offset}`).join(', ');
}

/** Each array is computed from the one before, which is read once more after that. */
function chain(names: string): string {
  const steps = Array.from(names).map((name, i) => {
    const before = i === 0 ? '1' : `${names[i - 1]}[0]`;
    return `${name}[0] := ${before}; ${name}[1] := ${before};`;
  });
  return `${steps.join(' ')} x[0] := ${names.at(-1)}[0];`;
}

/** Each array cell by cell from the one before. */
function cellByCell(names: string): string {
  const steps = Array.from(names).map((name, i) => {
    const before = i === 0 ? 'x' : names[i - 1];
    return `for i${i} < 16 { ${name}[i${i}] := ${before}[i${i}] * 2; }`;
  });
  return `${steps.join(' ')} x[0] := ${names.at(-1)}[0];`;
}

describe('places', () => {
  test.each<[title: string, body: string, sizes: Record<string, number>, offsets: string]>([
    ['a chain needs two', chain('abcd'), {}, 'a 0, b 64, c 0, d 64'],
    [
      'what is needed at the end shares with nothing',
      `${chain('abc')} x[1] := a[0];`,
      {},
      'a 0, b 64, c 128',
    ],
    [
      'several small arrays lie in the place of a large one',
      'a[0] := 1; x[0] := a[0]; b[0] := 1; c[0] := 2; x[1] := b[0] + c[0];',
      { a: 48 },
      'a 0, b 0, c 64',
    ],
    [
      'the smallest gap that has room is taken',
      // a to e side by side; then b and d go, and f fits where d was.
      'a[0] := 1; b[0] := 1; c[0] := 1; d[0] := 1; e[0] := b[0] + d[0]; f[0] := 1; x[0] := a[0] + c[0] + e[0] + f[0];',
      { a: 128, b: 96, c: 80, d: 64, e: 48, f: 33 },
      'a 0, b 512, c 896, d 1216, e 1472, f 1216',
    ],
    [
      'sizes are rounded up to 64 bytes',
      'a[0] := 1; b[0] := a[0]; x[1] := a[0]; x[0] := b[0];',
      { a: 17, b: 17 },
      'a 0, b 128',
    ],
    ['results take the place of operands', cellByCell('abc'), {}, 'a 0, b 0, c 0'],
    [
      'but not what is needed at the end',
      `${cellByCell('abc')} x[1] := b[0];`,
      {},
      'a 64, b 0, c 64',
    ],
    [
      'nor that of arrays of another size',
      cellByCell('abc'),
      { a: 16, b: 33, c: 33 },
      'a 192, b 0, c 0',
    ],
  ])('%s', (_, body, sizes, offsets) => {
    expect(offsetsIn(body, sizes)).toBe(offsets);
  });

  test('a program that has nothing to share is left alone', () => {
    for (const scratch of ['', 'scratch a: f32[16];', 'scratch a: f32[16], b: f32[16];']) {
      const used = [...scratch.matchAll(/(\w): /g)].map(([, name]) => `${name}[0]`);
      const program = programOf(
        'x: f32[16]',
        `${scratch} ${used.map(cell => `${cell} := 1;`).join(' ')} x[0] := ${['1', ...used].join(' + ')};`,
      );
      expect(planMemory.run(program)).toBe(program);
    }
  });
});

const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 300) };
const answers = choices(250);
const spread = [placeLocalsAbove(0), planMemory];
const plans: readonly (readonly [name: string, passes: readonly Pass[]])[] = [
  ['each assignment by itself', spread],
  ['turns on threads', [placeLocalsAbove(0), paralleliseFrom(0), planMemory]],
  ['after all passes', asIfLarge(exactPasses)],
];

describe('random routines compute the same in an arena', () => {
  const kinds = [
    ['as they are', (p: Program): Program => p],
    ['in a loop', twice],
  ] as const;
  test.each(
    plans.flatMap(([name, passes]) => kinds.map(([kind, of]) => ({ name, kind, passes, of }))),
  )('$name, $kind', ({ passes, of }) => {
    fc.assert(
      fc.property(answers, a => {
        const program = of(lower(randomRoutine(a)));
        const planned = runPipeline(passes, program);
        const wrong = difference(outputsOf(program), outputsInArena(planned));
        expect(wrong, `${printProgram(program)}\n${printProgram(planned)}`).toBeUndefined();
      }),
      runs,
    );
  });

  /** Else the properties above would hold for any plan. */
  test.each(kinds)('many of them share memory: %s', (_, of) => {
    const given = fc.sample(answers, { numRuns: 100, seed: 1 });
    const planned = given.map(a => runPipeline(spread, of(lower(randomRoutine(a)))));
    const sharing = planned.filter(p => arenaBytes(p.scratch) < bytesUnshared(p.scratch));
    expect(sharing.length).toBeGreaterThan(40);
  });

  test('in hardly more memory than what is needed at once, or in less', () => {
    const given = fc.sample(answers, { numRuns: 200, seed: 2 });
    const planned = given.map(a => runPipeline(spread, lower(randomRoutine(a))));
    const [taken, needed] = [planned.map(p => arenaBytes(p.scratch)), planned.map(mostAtOnce)];
    expect(sum(taken) / sum(needed)).toBeLessThan(1);
    const inPlace = taken.filter((bytes, i) => bytes < (needed[i] ?? 0));
    expect(inPlace.length).toBeGreaterThan(3);
  });
});

/** No plan can do with less, but by results in the place of operands. */
function mostAtOnce(program: Program): number {
  const ranges = [...liveRanges(program)].flatMap(([node, range]) =>
    program.scratch.some(place => place.node === node) ? [{ node, ...range }] : [],
  );
  const at = (moment: number): number =>
    sum(ranges.filter(r => r.first <= moment && moment <= r.last).map(r => roomFor(r.node)));
  return Math.max(0, ...ranges.map(r => at(r.first)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
