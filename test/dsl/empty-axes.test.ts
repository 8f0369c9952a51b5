/** Axes of size 0: arrays without cells, and what is left where nothing is added up. */
import { describe, expect, test } from 'vitest';
import {
  cd,
  context,
  forward,
  grad,
  jvp,
  op,
  scan,
  sequence,
  split,
  type Tensor,
  tensor,
} from '../../dsl/einc.ts';
import { gradUpdate, sgdUpdate } from '../../dsl/train/index.ts';

const none = tensor([], { label: 'none' });
const rows = tensor([], { label: 'rows', output: [0, 3] });
const columns = tensor([[], [], []], { label: 'columns' });
const x = tensor([1, 2, 3], { label: 'x' });
const ofDType = (dtype: 'i32' | 'u8' | 'i64' | 'f16' | 'f8e4m3' | 'bool'): Tensor =>
  tensor([], { label: 'typed', dtype });
const gradientOf = (y: Tensor, by: Tensor): Tensor => grad(y, [by])[0] ?? y;

const backends = ['cc', 'interp'] as const;

async function shownBy(backend: (typeof backends)[number], t: Tensor): Promise<string> {
  using ctx = await context({ backend });
  (await ctx.compile(forward(t), { keep: [t] })).runSync();
  return ctx.readSync(t).toString();
}

type Row = readonly [what: string, made: () => Tensor, shown: string];

describe.each(backends)('on %s', backend => {
  const shows = async (_: string, made: () => Tensor, shown: string): Promise<void> => {
    expect(await shownBy(backend, made())).toBe(shown);
  };

  test.each<Row>([
    ['data', () => op`${none} + 0`, 'f32 0 []'],
    ['lists of nothing', () => op`${columns} + 0`, 'f32 3, 0 [[], [], []]'],
    ['with a number', () => op`sin(${none}) *. 2 + 1`, 'f32 0 []'],
    ['with a row, along another axis', () => op`${rows} + ${x}`, 'f32 0, 3 []'],
    ['with an axis that broadcasts', () => op`${none} + (${x} ++ "i => 0")`, 'f32 0 []'],
    ['a parameter', () => op`{ w = 5; o = [2, 0] } + 1`, 'f32 2, 0 [[], []]'],
    ['a parameter that takes its size', () => op`{ w } + ${none}`, 'f32 0 []'],
    ['transposed', () => op`transpose(${rows})`, 'f32 0, 3 -> []'],
  ])('%s', shows);

  test.each<Row>([
    ['a sum', () => op`${none} ++ "i => "`, 'f32 0'],
    ['sums of columns', () => op`${rows} ++ "i, j => j"`, 'f32 3 [0, 0, 0]'],
    ['sums of rows that are not there', () => op`${rows} ++ "i, j => i"`, 'f32 0 []'],
    ['a product', () => op`${none} @** "i => "`, 'f32 1'],
    ['a maximum', () => op`${rows} @^^ "i, j => j"`, 'f32 3 [-Infinity, -Infinity, -Infinity]'],
    ['a minimum', () => op`${none} @-- "i => "`, 'f32 Infinity'],
    ['a maximum of i32', () => op`${ofDType('i32')} @^^ "i => "`, 'i32 -2147483648'],
    ['a minimum of i32', () => op`${ofDType('i32')} @-- "i => "`, 'i32 2147483647'],
    ['a minimum of u8', () => op`${ofDType('u8')} @-- "i => "`, 'u8 255'],
    ['a maximum of i64', () => op`${ofDType('i64')} @^^ "i => "`, 'i64 -9223372036854775808'],
    ['a maximum of f16', () => op`${ofDType('f16')} @^^ "i => "`, 'f16 -Infinity'],
    ['a maximum of f8e4m3, -448', () => op`${ofDType('f8e4m3')} @^^ "i => "`, 'f8e4m3 -450'],
    ['a maximum of bool', () => op`${ofDType('bool')} @^^ "i => "`, 'bool 0'],
    ['a mean', () => op`(${none} ++ "i => " ["i"]) /. dim i`, 'f32 NaN'],
    ['a softmax', () => op`exp(${none}) /. (exp(${none}) ++ "i => 0")`, 'f32 0 []'],
    ['a tensor product', () => op`{ w = 7; i = [0]; o = [2] } * ${none}`, 'f32 2 [0, 0]'],
    ['a tensor product to nothing', () => op`{ w = 7; o = [0] } * ${x}`, 'f32 0 []'],
  ])('%s', shows);

  test.each<Row>([
    ['an empty slice', () => op`${x}[2:2] + 0`, 'f32 0 []'],
    ['one at the end', () => op`${x}[3:] + 0`, 'f32 0 []'],
    ['one backwards', () => op`${x}[1:1:-1] + 0`, 'f32 0 []'],
    ['all of nothing', () => op`${none}[::-1] + 0`, 'f32 0 []'],
    ['a slice of nothing that is met', () => op`{ w = 2 }[1:] + ${none}`, 'f32 0 []'],
    ['between parts', () => op`concat(${x}, ${none}, ${x}[1:])`, 'f32 5 [1, 2, 3, 2, 3]'],
    ['two empty parts', () => op`concat(${none}, ${none})`, 'f32 0 []'],
    ['padded', () => op`pad(${none}, 1, 2, 5)`, 'f32 3 [5, 5, 5]'],
    ['repeated', () => op`repeat(${none}, 3)`, 'f32 0 []'],
    ['tiled', () => op`tile(${none}, 3)`, 'f32 0 []'],
    ['split', () => split(none, 2)[1] ?? none, 'f32 0 []'],
    ['flipped', () => op`flip(${none})`, 'f32 0 []'],
    ['reshaped', () => op`reshape(${rows}; o = [5, 0, 2])`, 'f32 5, 0, 2 [[], [], [], [], []]'],
    ['reshaped, one size open', () => op`reshape(${rows}; o = [3, _])`, 'f32 3, 0 [[], [], []]'],
    ['flattened', () => op`flatten(${rows})`, 'f32 0 []'],
    [
      'flattened beside an axis whose size is not known yet',
      () => op`[flatten(-${none}[_, :]), ${none}]`,
      'f32 2, 0 [[], []]',
    ],
  ])('%s', shows);

  test.each<Row>([
    ['no rows', () => op`${tensor([[1, 2]], { label: 'table' })}[${none}]`, 'f32 0, 2 []'],
    [
      'rows of an empty table',
      () => op`${rows}[${x}]`,
      'f32 3, 3 [[0, 0, 0], [0, 0, 0], [0, 0, 0]]',
    ],
    ['nothing scattered', () => op`scatter_add(${x}, ${none}, ${none})`, 'f32 3 [1, 2, 3]'],
    ['scattered to nothing', () => op`scatter_add(${none}, ${x}, ${x})`, 'f32 0 []'],
    ['nothing set', () => op`scatter_set(${x}, ${none}, ${none})`, 'f32 3 [1, 2, 3]'],
    ['one_hot of nothing', () => op`one_hot(${none}, 2)`, 'f32 0, 2 []'],
    ['one_hot among nothing', () => op`one_hot(${x}, 0)`, 'f32 3, 0 [[], [], []]'],
    ['a range', () => op`range(0)`, 'f32 0 []'],
    ['sorted', () => op`sort(${none})`, 'f32 0 []'],
    ['sorted columns', () => op`sort(${columns})`, 'f32 3, 0 [[], [], []]'],
    ['the greatest none', () => op`topk(${x}, 0)`, 'f32 0 []'],
    ['the greatest of no rows', () => op`argmax(${rows})`, 'f32 0 []'],
    ['a dynamic slice', () => op`dynamic_slice(${x}, 1, 0)`, 'f32 0 []'],
    ['a dynamic update', () => op`dynamic_update_slice(${x}, ${none}, 1)`, 'f32 3 [1, 2, 3]'],
    ['random numbers', () => op`normal(key(1), 0)`, 'f32 0 []'],
  ])('%s', shows);

  test.each<Row>([
    ['what all turns give', () => turns(none).ys, 'f32 0 []'],
    ['the carry, as it starts', () => turns(none).carry, 'f32 2 [1, 2]'],
    ['by length', () => scan(h => op`${h} + 1`, { init: 3, length: 0 }).carry, 'f32 3'],
    ['a prefix sum', () => op`cumsum(${rows})`, 'f32 0, 3 []'],
    ['prefix sums of columns', () => op`cumsum(${columns})`, 'f32 3, 0 [[], [], []]'],
    ['a prefix maximum', () => op`cummax(${none})`, 'f32 0 []'],
    ['the gradient by the start', () => throughTurns(), 'f32 2 [3, 3]'],
    ['its derivative', () => gradientOf(throughTurns(), start), 'f32 2 [0, 0]'],
    [
      'the tangent by the start',
      () => jvp(turns(none).carry, new Map([[start, moved]])),
      'f32 2 [1, -1]',
    ],
    ['the gradient by what is scanned', () => gradientOf(turns(none).carry, none), 'f32 0 []'],
  ])('a scan of no turns: %s', shows);

  test.each<Row>([
    [
      'of a sum by nothing',
      () => gradientOf(op`(${none} *. ${none}) ++ "i => "`, none),
      'f32 0 []',
    ],
    ['of a maximum', () => gradientOf(op`${rows} @^^ "i, j => j"`, rows), 'f32 0, 3 []'],
    ['of a product', () => gradientOf(op`${none} @** "i => "`, none), 'f32 0 []'],
    ['by what an empty slice is of', () => gradientOf(op`${x}[2:2] *. 2`, x), 'f32 3 [0, 0, 0]'],
    ['by an empty part', () => gradientOf(op`concat(${none}, ${x}) *. ${x}`, none), 'f32 0 []'],
    [
      'by the part beside it',
      () => gradientOf(op`concat(${none}, ${x}) *. 4`, x),
      'f32 3 [4, 4, 4]',
    ],
    ['by a table no row is taken of', () => gradientOf(op`${x}[${none}]`, x), 'f32 3 [0, 0, 0]'],
    [
      'by what nothing is scattered to',
      () => gradientOf(op`scatter_add(${x}, ${none}, ${none})`, x),
      'f32 3 [1, 1, 1]',
    ],
    ['of a reshape', () => gradientOf(op`reshape(${rows}; o = [3, _]) *. 2`, rows), 'f32 0, 3 []'],
  ])('the gradient %s', shows);

  test('a network without hidden cells learns its last bias', async () => {
    const net = op`net = { w2; i = [0] } * relu({ w1; o = [0] } * ${x} + { b1 }) + { b2 = 1; o = [2] }`;
    const loss = op`loss = (${net} *. ${net}) ++ "o => "`;
    using ctx = await context({ backend });
    const code = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate: 0.25 })]);
    (await ctx.compile(code, { keep: [loss.param('w1').grad] })).runSync();
    expect(ctx.readSync(loss.param('b2')).toString()).toBe('f32 2 [0.5, 0.5]');
    expect(ctx.readSync(loss.param('w2')).toString()).toBe('f32 0 -> 2 [[], []]');
    expect(ctx.readSync(loss.param('w1').grad).toString()).toBe('f32 3 -> 0 []');
  });

  test('a batch of nothing has no gradient to give', async () => {
    const batch = tensor([], { label: 'batch', batch: [0], output: [3] });
    const loss = op`loss = ({ w; o = [2] } * ${batch} + { b }) ++ "...|... => 0"`;
    using ctx = await context({ backend });
    (await ctx.compile(gradUpdate(loss), { keep: [loss.param('w').grad] })).runSync();
    expect(ctx.readSync(loss.param('w').grad).toString()).toBe('f32 3 -> 2 [[0, 0, 0], [0, 0, 0]]');
  });

  test('memory without cells is written and read', async () => {
    using ctx = await context({ backend });
    const y = op`y = ${none} + 1`;
    const routine = await ctx.compile(forward(y), { keep: [y] });
    ctx.write(none, []);
    routine.runSync();
    expect([ctx.readSync(none).toNested(), (await ctx.read(y)).data.length]).toEqual([[], 0]);
  });

  test('a margin around no cells, whose size a later use tells first', async () => {
    const empty = tensor([], { label: 'empty', output: [0, 2] });
    const ones = tensor([[1, 2]], { label: 'ones' });
    const { margin } = op<{ margin: Tensor }>`
      product = ${empty} *. { w };
      margin = pad(product, 0, 1, 0.5, 0) +* ${ones} "ab; ab => ab"`;
    expect(await shownBy(backend, margin)).toBe('f32 1, 2 [[0.5, 1]]');
  });

  test('assigning to no cells leaves all others', async () => {
    const z = tensor([1, 2, 3], { label: 'z' });
    using ctx = await context({ backend });
    (await ctx.compile(cd`${z}[1:1] =: 5; ${z}[3:] =:+ 7; ${z}[2:2] =: ${none}`)).runSync();
    expect(ctx.readSync(z).toNested()).toEqual([1, 2, 3]);
  });
});

const start = op`{ start = ${[1, 2]} }`;
const moved = tensor([1, -1], { label: 'moved' });

function turns(xs: Tensor): { readonly carry: Tensor; readonly ys: Tensor } {
  const step = ({ h }: { h: Tensor }, slice: Tensor) => ({
    carry: { h: op`${h} *. ${slice}` },
    y: op`${h} ++ "i => "`,
  });
  const { carry, ys } = scan(step, { init: { h: start }, xs });
  return { carry: carry.h, ys };
}

function throughTurns(): Tensor {
  return gradientOf(op`(${turns(none).carry} *. 3) ++ "i => "`, start);
}
