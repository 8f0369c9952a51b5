import { expect, test } from 'vitest';
import { loopVar } from '../../../compiler/core/index-expr.ts';
import { LoopNames } from '../../../compiler/loop/loop-names.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';

/** The names of loops inside each other. */
function nested(loops: readonly string[], names: LoopNames): readonly string[] {
  const [first, ...others] = loops;
  if (first === undefined) return [];
  let inner: readonly string[] = [];
  let own = '';
  names.within(loopVar(first), name => {
    own = name;
    inner = nested(others, names);
  });
  return [own, ...inner];
}

test.each([
  ['a name without a number stays', ['b', 'o', 'i'], [], ['b', 'o', 'i']],
  ['a number goes', ['b3', 'o17', 'i_4'], [], ['b', 'o', 'i']],
  ['several numbers go', ['b2_2', 'i_3_4'], [], ['b', 'i']],
  ['a number inside stays', ['a1b'], [], ['a1b']],
  ['loops of one hint inside each other are counted', ['b4', 'b9', 'b'], [], ['b', 'b2', 'b3']],
  ['a taken name is passed over', ['b3', 'i'], ['b', 'i', 'i2'], ['b2', 'i3']],
])('%s', (_, loops, taken, expected) => {
  expect(nested(loops, new LoopNames(taken))).toEqual(expected);
});

test('loops beside each other are called alike', () => {
  const names = new LoopNames([]);
  expect([nested(['b1'], names), nested(['b2'], names)]).toEqual([['b'], ['b']]);
});

test('within its body, and only there, a loop is called by its short name', () => {
  const names = new LoopNames([]);
  const loop = loopVar('b7');
  const seen: string[] = [names.nameOf(loop)];
  names.within(loop, () => seen.push(names.nameOf(loop)));
  expect([...seen, names.nameOf(loop)]).toEqual(['b7', 'b', 'b7']);
});

test('no loop is called like an array or a static index of its program', () => {
  const names = LoopNames.of(
    parseProgram('p(step): device b: f32; scratch o: f32[9]; for q < 2 { local i: f32; i := 1; }'),
  );
  expect(nested(['b', 'o', 'i', 'step', 'q'], names)).toEqual(['b2', 'o2', 'i2', 'step2', 'q']);
});
