/** Code for some of the rows of its arrays, as text; and code whose rows are not apart. */
import { expect, test } from 'vitest';
import {
  arraysByRow,
  printRoutine,
  someRows,
  type TensorNode,
  visitAssigns,
} from '../../../compiler/index.ts';
import { cd, type Code, op, tensor } from '../../../dsl/index.ts';
import { sgdOne } from '../../../dsl/train/index.ts';

const x = tensor([1, 2, 3, 4], { label: 'x', output: [4] });
const columns = tensor(new Float32Array(32), { label: 'columns', output: [4], input: [8] });
const { w } = op`layer(x) = { w; o = [8]; i = [4] } * ${x}`.params;
if (!w) throw new Error('there is no w');

function rowsOf(code: Code) {
  const { routine } = code.settle({ dtype: 'f32', keep: [], name: undefined });
  const gradient = routine.device.find(({ name }) => name === 'w.grad');
  if (!gradient) throw new Error('there is no gradient');
  const arrays = arraysByRow(routine.body, gradient, node => routine.device.includes(node));
  return { routine, arrays };
}

test('an update of the rows from 4 on', () => {
  const { routine, arrays } = rowsOf(sgdOne(w, { learningRate: 0.1, momentum: 0.9 }));
  expect([...(arrays ?? [])].map(({ name }) => name)).toEqual([
    'w.grad',
    'sgd_delta_w',
    'w',
    'sgd_momentum_w',
  ]);
  const rows = { first: 4, count: 3 };
  const body = someRows(routine.body, node => (arrays?.has(node) ? rows : undefined));
  expect(printRoutine({ ...routine, body })).toMatchInlineSnapshot(`
    "w_param_sgd_step():
      # "w param sgd step";
      sgd_delta_w[o + 4, i] =: w.grad + 0 * w ~logic:"i->o + 4; i->o + 4 => i->o + 4";
      sgd_momentum_w[o + 4, i] =: 0.9 * sgd_momentum_w + sgd_delta_w ~logic:"i->o + 4; i->o + 4 => i->o + 4";
      sgd_delta_w[o + 4, i] =: sgd_momentum_w ~logic:"i->o + 4 => i->o + 4";
      w =- 0.1 * sgd_delta_w ~logic:"i->o + 4 => i->o + 4";
    "
  `);
  visitAssigns(body, a => {
    expect(a.projections.axes.map(({ extent }) => extent).toSorted()).toEqual([3, 4]);
    expect(a.keeps).toBe(a.op === 'set' || a.reset);
  });
});

test('of a local array there are no other rows', () => {
  const { routine, arrays } = rowsOf(sgdOne(w, { learningRate: 0.1 }));
  const rows = { first: 4, count: 3 };
  const isLocal = (node: TensorNode): boolean => !routine.device.includes(node);
  const body = someRows(routine.body, node => (arrays?.has(node) ? rows : undefined), isLocal);
  expect(printRoutine({ ...routine, body })).toMatchInlineSnapshot(`
    "w_param_sgd_step():
      # "w param sgd step";
      sgd_delta_w =: w.grad + 0 * w ~logic:"i->o + 4; i->o + 4 => i->o";
      w =- 0.1 * sgd_delta_w ~logic:"i->o => i->o + 4";
    "
  `);
  visitAssigns(body, ({ target, keeps }) => {
    const isDelta = target.node.name === 'sgd_delta_w';
    expect(target.node.dims).toEqual(isDelta ? [3, 4] : [8, 4]);
    expect(keeps).toBe(false);
  });
});

test.each([
  ['a number of each row', cd`{ norm } =:+ ${w}.grad *. ${w}.grad ~logic:"i->o; i->o => o"`],
  [
    'what nobody writes, met by its columns',
    cd`
    { turned } =: ${columns} ~logic:"o->i => i->o";
    ${w} =- ${w}.grad + turned`,
  ],
  ['what stays of a number of the program', cd`{ rate } =: 0.5; ${w} =- rate *. ${w}.grad`],
])('rows are apart: %s', (_, code) => {
  expect(rowsOf(code).arrays).toBeDefined();
});

test.each([
  ['a number of all rows', cd`{ all } =:+ ${w}.grad ~logic:"i->o => 0"`],
  ['one that meets others', cd`{ met } =:+ ${w} * ${w}.grad ~logic:"i->o; i->p => p->o"`],
  ['what is counted once a run', cd`${w} =- 0.1 *. ${w}.grad; { times } =+ 1`],
])('rows are not apart: %s', (_, code) => {
  expect(rowsOf(code).arrays).toBeUndefined();
});
