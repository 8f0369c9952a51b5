/** Which results may lie where their operand does; and that a plan which says otherwise would show. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, arenaBytes } from '../../../compiler/loop/arena.ts';
import { InPlace } from '../../../compiler/loop/in-place.ts';
import { areLiveAtOnce, liveRanges } from '../../../compiler/loop/liveness.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { paralleliseFrom } from '../../../compiler/passes/parallelise.ts';
import { type Pass, runPipeline } from '../../../compiler/passes/pipeline.ts';
import { placeLocalsAbove } from '../../../compiler/passes/place-locals.ts';
import { choices } from '../../support/choices.ts';
import { programOf } from '../../support/loop-text.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import { difference, outputsOf } from '../../support/run-program.ts';
import { asIfLarge, outputsInArena } from '../../support/shared-memory.ts';
import { exactPasses } from '../../support/small-target.ts';

const device = 'x: f32[16], y: f32[16], z: f32[16], n: i32[16]';

/** `a` is made from x, `b` from `a`, and y from `b`. */
function around(nest: string, arrays = 'a: f32[16], b: f32[16]'): Program {
  const filled = arrays.includes('a: f32[16]')
    ? 'for i0 < 16 { a[i0] := x[i0]; }'
    : 'for i0 < 4 { for j0 < 4 { a[i0, j0] := x[4*i0 + j0]; } }';
  const read = arrays.includes('b: f32[16]')
    ? 'for i9 < 16 { y[i9] := b[i9]; }'
    : 'for i9 < 4 { for j9 < 4 { y[4*i9 + j9] := b[i9, j9]; } }';
  return programOf(device, `scratch ${arrays}; ${filled} ${nest} ${read}`);
}

function answer(program: Program): boolean {
  const [a, b] = program.scratch.map(({ node }) => node);
  if (!a || !b) throw new Error('a and b');
  return new InPlace(program).mayFollow(b, a);
}

/** Whether the results stay when both are in one place: what the answer is about. */
function isRight(program: Program): boolean {
  const scratch = program.scratch.map(place => ({ ...place, offset: 0 }));
  return difference(outputsOf(program), outputsInArena({ ...program, scratch })) === undefined;
}

const matrices = 'a: f32[4, 4], b: f32[4, 4]';

describe('a result in the place of its operand', () => {
  test.each([
    ['cell by cell', 'for i < 16 { b[i] := a[i] + a[i]; }', undefined],
    ['on vectors', 'for i < 2 { for l < 8 vector { b[8*i + l] := a[8*i + l]; } }', undefined],
    ['on threads', 'for i < 16 parallel { b[i] := a[i]; }', undefined],
    [
      'a row after all reads of the row',
      'for i < 4 { local s: f32 := 0; for j < 4 { s += a[i, j]; } for j2 < 4 { b[i, j2] := a[i, j2] - s; } }',
      matrices,
    ],
    ['columns first', 'for j < 4 { for i < 4 { b[i, j] := a[i, j]; } }', matrices],
    [
      'in another shape',
      'for i < 4 { for j < 4 { b[4*i + j] := a[i, j]; } }',
      'a: f32[4, 4], b: f32[16]',
    ],
    [
      'pieces of a row',
      'for r < 4 { for l < 2 vector { b[r, l] := a[r, l]; } for m < 2 vector { b[r, m + 2] := a[r, m + 2]; } }',
      matrices,
    ],
    ['added to', 'for i < 16 { b[i] := a[i]; b[i] += 1; }', undefined],
  ])('%s', (_, nest, arrays) => {
    const program = around(nest, arrays);
    expect([answer(program), isRight(program)]).toEqual([true, true]);
  });

  test.each([
    [
      'reads of neighbours',
      'for r < 1 { for i < 15 { b[i + 1] := a[i]; } b[0] := a[0]; }',
      undefined,
    ],
    ['a cell for all', 'for i < 16 { b[i] := a[i] - a[3]; }', undefined],
    ['a reversed copy', 'for i < 4 { for j < 4 { b[i, j] := a[j, i]; } }', matrices],
    [
      'turns that run twice',
      'for r < 1 { for l < 8 vector { b[l] := a[l] + 1; } for l2 < 8 vector { b[l2 + 4] := a[l2 + 4] + 1; } b[15] := a[15]; }',
      undefined,
    ],
    ['a read after the store', 'for i < 16 { b[i] := 2; z[i] := a[i]; }', undefined],
    [
      'a row for each of its cells',
      'for i < 4 { for j < 4 { local s: f32 := 0; for k < 4 { s += a[i, k]; } b[i, j] := s; } }',
      matrices,
    ],
    ['rows read several times', 'for t < 2 { for i < 16 { b[i] := a[i] + 1; } }', undefined],
    ['cells that are gathered', 'for i < 16 { b[i] := a[at(n[15])]; }', undefined],
    [
      'another shape, moved',
      'for i < 3 { for j < 4 { b[4*i + j + 4] := a[i, j]; } }',
      'a: f32[4, 4], b: f32[16]',
    ],
  ])('not with %s', (_, nest, arrays) => {
    const program = around(nest, arrays);
    expect(answer(program)).toBe(false);
    // Of gathers it is not known; all others would be wrong.
    if (!nest.includes('at(')) expect(isRight(program)).toBe(false);
  });

  test('nor with cells of another width, or threads of a GPU', () => {
    const narrow = programOf(
      device,
      'scratch a: f64[16], b: f32[16]; for i < 16 { a[i] := 1; } for j < 16 { b[j] := f32(a[j]); }',
    );
    expect(answer(narrow)).toBe(false);
    expect(answer(around('for i < 16 grid { b[i] := a[i]; }'))).toBe(false);
  });
});

/** The program with each pair that may share a place and is needed at once in one, all else apart. */
function inPlaceOf(program: Program): readonly Program[] {
  const nodes = program.scratch.map(({ node }) => node);
  const inPlace = new InPlace(program);
  const ranges = liveRanges(program);
  return nodes.flatMap(later =>
    nodes.flatMap(earlier => {
      const [a, b] = [ranges.get(earlier), ranges.get(later)];
      const isPair =
        a && b && earlier !== later && areLiveAtOnce(a, b) && inPlace.mayFollow(later, earlier);
      if (!isPair) return [];
      const apart = append(
        [],
        nodes.filter(node => node !== later && node !== earlier),
      );
      // At the end, where there is room for either.
      const offset = arenaBytes(apart);
      const both = [earlier, later].map(node => ({ node, offset }));
      return [{ ...program, scratch: [...apart, ...both] }];
    }),
  );
}

const answers = choices(250);
const plans: readonly (readonly [name: string, passes: readonly Pass[]])[] = [
  ['each assignment by itself', [placeLocalsAbove(0)]],
  ['turns on threads', [placeLocalsAbove(0), paralleliseFrom(0)]],
  ['after all passes', asIfLarge(exactPasses).filter(({ name }) => name !== 'plan-memory')],
];

test.each(plans)('random routines compute the same, pair by pair: %s', (_, passes) => {
  let pairs = 0;
  fc.assert(
    fc.property(answers, a => {
      const program = runPipeline(passes, lower(randomRoutine(a)));
      const expected = outputsOf(program);
      for (const shared of inPlaceOf(program)) {
        pairs++;
        verify(shared);
        expect(difference(expected, outputsInArena(shared)), printProgram(shared)).toBeUndefined();
      }
    }),
    { numRuns: Number(process.env['EINC_RUNS'] ?? 300) },
  );
  expect(pairs).toBeGreaterThan(3);
});
