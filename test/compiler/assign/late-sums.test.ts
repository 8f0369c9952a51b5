/** Sums over examples that can wait until those of all devices are there, and those that cannot. */
import { expect, test } from 'vitest';
import {
  lateSumOf,
  printRoutine,
  sumOver,
  type TensorNode,
  tensorNode,
  withoutTargets,
} from '../../../compiler/index.ts';
import { cd, type Code, op, type Tensor, tensor } from '../../../dsl/index.ts';
import { gradUpdate } from '../../../dsl/train/index.ts';

const count = 6;
const x = tensor(new Float32Array(count * 4), { label: 'x', batch: [count], output: [4] });
const other = tensor(new Float32Array(count * 4), { label: 'other', batch: [count], output: [4] });
const layer = op<(x: Tensor) => Tensor>`layer(x) = { w; o = [4]; i = [4] } * x`;

function given(loss: Tensor, code: Code = gradUpdate(loss)) {
  const w = loss.params['w'];
  if (!w) throw new Error('there is no w');
  const { routine } = code.settle({ dtype: 'f32', keep: [w.grad], name: undefined });
  const named = (name: string): TensorNode => {
    const node = routine.device.find(device => device.name === name);
    if (!node) throw new Error(`there is no ${name}`);
    return node;
  };
  const examples = { count, isGiven: (node: TensorNode) => node.name === 'x' };
  return { routine, target: named('w.grad'), examples };
}

test('the gradient of a layer', () => {
  const loss = op`loss = tanh({ w; o = [3]; i = [4] } * ${x}) ++ "...|... => 0"`;
  const { routine, target, examples } = given(loss);
  const late = lateSumOf(routine.body, target, examples);
  if (!late) throw new Error('there is no sum');
  expect([...late.reads].map(({ name }) => name)).toEqual(['matmul.grad', 'x']);
  const early = printRoutine({ ...routine, body: withoutTargets(routine.body, new Set([target])) });
  expect(early).not.toContain('w.grad');
  expect(early).toContain('matmul.grad');
  const all = (node: TensorNode): TensorNode =>
    tensorNode(`${node.name}.all`, node.dtype, [2 * count, ...node.dims.slice(1)]);
  const sum = sumOver(late, tensorNode('sum', 'f32', target.dims), { count: 12, wholeOf: all });
  expect(printRoutine({ ...routine, body: sum })).toContain(
    'sum =:+ matmul.grad.all * x.all ~logic:"b|o; b|i => i->o"',
  );
  expect(sum.projections.axes.map(({ extent }) => extent).toSorted((a, b) => a - b)).toEqual([
    3, 4, 12,
  ]);
});

test.each([
  ['not of examples', op`loss = tanh({ w; o = [6] } *. { u; o = [6] }) ++ "...|... => 0"`],
  [
    'of what is given to all devices alike',
    op`loss = tanh({ w; o = [3]; i = [4] } * ${other}) ++ "...|... => 0"`,
  ],
  ['of two products', op`loss = tanh(${layer(layer(x))}) ++ "...|... => 0"`],
] as const)('stays where it is: %s', (_, loss) => {
  const { routine, target, examples } = given(loss as Tensor);
  expect(lateSumOf(routine.body, target, examples)).toBeUndefined();
});

test('stays where it is: what the code uses', () => {
  const loss = op`loss = tanh({ w; o = [3]; i = [4] } * ${x}) ++ "...|... => 0"`;
  const { w } = loss.params;
  if (!w) throw new Error('there is no w');
  const code = cd`~~("both"; ${gradUpdate(loss)}; { norm } =:+ ${w}.grad ~logic:"i->o => 0")`;
  const { routine, target, examples } = given(loss, code);
  expect(lateSumOf(routine.body, target, examples)).toBeUndefined();
});
