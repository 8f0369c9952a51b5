/** What each construct of `cd` stands for, as `.cd` text: what was written, with names for holes. */
import { expect, test } from 'vitest';
import { cd, op, symbol, tensor, type Tensor } from '../../dsl/index.ts';
import { linesOf, routineText } from '../support/assignment-text.ts';
import { codeOf } from '../support/shapes.ts';

test.each([
  ['{ t } =: ${3}', 't =: x;'],
  ['{ t } =+ ${3}', 't =+ x;'],
  ['{ t } =- ${3}', 't =- x;'],
  ['{ t } =* ${3}', 't =* x;'],
  ['{ t } =/ ${3}', 't =/ x;'],
  ['{ t } =@^ ${3}', 't =@^ x;'],
  ['{ t } =@- ${3}', 't =@- x;'],
  ['{ t; o = [] } =:+ ${3} ~logic:"i => "', 't =:+ x ~logic:"i => ";'],
  ['{ t; o = [] } =:- ${3} ~logic:"i => "', 't =:- x ~logic:"i => ";'],
  ['{ t; o = [] } =:* ${3} ~logic:"i => "', 't =:* x ~logic:"i => ";'],
  ['{ t; o = [] } =:/ ${3} ~logic:"i => "', 't =:/ x ~logic:"i => ";'],
  ['{ t; o = [] } =:@^ ${3} ~logic:"i => "', 't =:@^ x ~logic:"i => ";'],
  ['{ t; o = [] } =:@- ${3} ~logic:"i => "', 't =:@- x ~logic:"i => ";'],
  // A sum of one value for each cell is that value.
  ['{ t } =:+ ${3}', 't =: x;'],
])('assignments: %s', (text, code) => {
  expect(linesOf(codeOf(text))).toBe(code);
});

test.each([
  ['{ t } =: ${3} *. (${3} + 1) /. 2', 't =: x *. (y + 1) /. 2;'],
  ['{ t } =: ${3} - (${3} - ${3})', 't =: x - (y - z);'],
  ['{ t } =: -${3} **. 2', 't =: neg(x **. 2);'],
  ['{ t } =: -2 + ${3}', 't =: -2 + x;'],
  ['{ t } =: where(${3}, relu ${3}, max(${3}, 0))', 't =: where(x, relu(y), max(z, 0));'],
  ['{ t } =: !@${n < 4} *. ${3}', 't =: !@n *. y;'],
  ['{ t } =: ${4 | 3} @| ${n < 4}', 'slice =: x @| n;\nt =: slice;'],
  ['{ t } =: (${3} ++ "i => 0") + 1', 'sum =:+ x ~logic:"i => 0";\nt =: sum + 1;'],
  ['{ t } =: ${3} * 2 ~logic:"."', 't =: x *. 2;'],
  ['{ t } =: ${3} / ${3} ~logic:"."', 't =: x /. y;'],
  ['{ t } =:+ ${3 -> 4} * ${3} ~logic:"@"', 't =:+ x * y ~logic:"@";'],
  ['{ t } =: ${3 -> 4} ~logic:"T"', 't =: x ~logic:"T";'],
  ['{ t } =:+ ${3} * ${4} ~logic:"i; j => ij"', 't =: x * y ~logic:"i; j => ij";'],
])('right-hand sides are one formula: %s', (text, code) => {
  expect(linesOf(codeOf(text))).toBe(code);
});

test.each([
  ['{ a } =: ${3}; { b } =: a; a =: b', 'a =: x;\nb =: a;\na =: b;'],
  ['~~("title"; { t } =: 1)', '# "title";\nt =: 1;'],
  ['~~("a" ${3} "b"; ~~("inner"; { t } =: 1))', '# "a x b";\n# "inner";\nt_x =: 1;'],
  ['for i in ${n < 4} ({ t } =: !@i)', 'for n < 4 (\n  t =: !@n;\n);'],
  [
    'for i in ${n < 4} (for j in ${m < 2} ({ t } =+ !@i *. !@j))',
    'for n < 4 (\n  for m < 2 (\n    t =+ !@n *. !@m;\n  );\n);',
  ],
])('statements: %s', (text, code) => {
  expect(linesOf(codeOf(text))).toBe(code);
});

const [x, y] = ['x', 'y'].map(label => tensor([1, 2], { label })) as [Tensor, Tensor];

test.each([
  [true, true, 't =: x;'],
  [true, false, 't =: y;'],
  [false, true, 't =: 0;\nt =+ 1;'],
])('a choice is made when the template runs: %s, %s', (outer, inner, code) => {
  const choice = cd`
    if ${outer} then (if ${inner} then { t } =: ${x} else { u } =: ${y})
    else ({ v } =: 0; v =+ 1)`;
  expect(linesOf(choice).replaceAll(/\b[uv] =/g, 't =')).toBe(code);
});

test('code in holes, alone and in lists; nothing for an empty list', () => {
  const pieces = [1, 2].map(n => cd`{ t } =: ${x} + ${n}`);
  expect(linesOf(cd`${pieces}; ${cd`{ u } =: 3`}; ${[]}`)).toMatchInlineSnapshot(`
    "t =: x + 1;
    t2 =: x + 2;
    u =: 3;"
  `);
});

const w = op`{ w = 2; o = [2] }`;
const loss = op`loss = ${w} *. ${x} ++ "i => 0"`;

test('parts of a tensor', () => {
  expect(linesOf(cd`${w}.value =- ${w}.grad; ${loss}.grad =: 1`)).toMatchInlineSnapshot(`
    "w =- w.grad;
    loss.grad =: 1;"
  `);
});

test('parts in holes', () => {
  expect(linesOf(cd`${w.value} =- 0.5 *. ${w.grad}`)).toMatchInlineSnapshot(
    `"w =- 0.5 *. w.grad;"`,
  );
});

test('code that a tensor has', () => {
  const code = cd`${loss}.forward; ${loss}.zero_grads; ${loss}.grad =: 1; ${loss}.backprop`;
  expect(linesOf(code)).toMatchInlineSnapshot(`
    "mul =: w *. x;
    loss =:+ mul ~logic:"i => 0";
    w.grad =: 0;
    loss.grad =: 1;
    mul.grad =: loss.grad ~logic:"0 => i";
    w.grad =+ mul.grad *. x;"
  `);
});

test('a section names what it introduces after the first tensor of its title', () => {
  const step = (p: Tensor) => cd`~~(${p} "step"; { delta } =: ${p}.grad; ${p} =- delta)`;
  const other = op`{ v; o = [2] }`;
  expect(routineText(cd`${[w, other].map(step)}`)).toMatchInlineSnapshot(`
    "w_step_then_v_step():
      # "w step";
      delta_w =: w.grad;
      w =- delta_w;
      # "v step";
      delta_v =: v.grad;
      v =- delta_v;"
  `);
});

test('a routine is called after its outermost sections', () => {
  const code = cd`
    ~~("one: of (two)"; { a } =: 0; ~~("inner"; a =: 1)); ${loss}.forward; { b } =: 1; ~~("last"; b =: 2)`;
  expect(routineText(code).split('\n')[0]).toBe('one_of_two_then_loss_forward_then_last():');
});

test('symbols are taken in the order met, but for those of loops', () => {
  const [i, j, k] = [symbol('i', 3), symbol('j', 3), symbol('k', 3)];
  const code = cd`{ a } =: !@${k}; for n in ${j} (a =: !@${i} + !@n); a =: !@${k}`;
  expect(routineText(code).split('\n')[0]).toBe('routine(k : [0..2], i : [0..2]):');
});
