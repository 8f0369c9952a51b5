/** Brackets against plain JavaScript: every slice of every short axis. */
import { describe, expect, test } from 'vitest';
import {
  cd,
  type Code,
  forward,
  op,
  sequence,
  symbol,
  tensor,
  type Tensor,
  UserError,
} from '../../../dsl/einc.ts';
import { openInterpreter, valueOf, valuesAfter } from '../../support/evaluate.ts';
import { shapesOf } from '../../support/shapes.ts';

type Bound = number | undefined;

/** As Python takes it, but undefined where it reaches beyond the axis or stops before it starts. */
function taken(n: number, start: Bound, stop: Bound, step: number): readonly number[] | undefined {
  const place = (index: number): number => (index < 0 ? n + index : index);
  const from = start === undefined ? (step > 0 ? 0 : n - 1) : place(start);
  const to = stop === undefined ? (step > 0 ? n : -1) : place(stop);
  const cells: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) cells.push(i);
  const before = cellsUpTo(from, step);
  if (from === to) return before >= 0 && before <= n ? [] : undefined;
  const isInside = [from, step > 0 ? to - 1 : to + 1].every(i => i >= 0 && i < n);
  return isInside && cells.length > 0 ? cells : undefined;
}

/** How many cells there are up to where a slice in this direction starts. */
function cellsUpTo(from: number, step: number): number {
  return step > 0 ? from : from + 1;
}

function sliced(x: Tensor, start: Bound, stop: Bound, step: number): Tensor {
  if (start === undefined && stop === undefined) return op`${x}[::${step}]`;
  if (start === undefined) return op`${x}[:${stop ?? 0}:${step}]`;
  if (stop === undefined) return op`${x}[${start}::${step}]`;
  return op`${x}[${start}:${stop}:${step}]`;
}

describe('every start, stop and step', () => {
  test.each([1, 2, 3, 4, 5])('of an axis of %i', async n => {
    const values = Array.from({ length: n }, (_, i) => 10 + i);
    const x = tensor(values, { label: 'x' });
    const ends: readonly Bound[] = [
      undefined,
      ...Array.from({ length: 2 * n + 3 }, (_, i) => i - n - 1),
    ];
    const found: Tensor[] = [];
    const expected: (readonly number[])[] = [];
    for (const step of [1, 2, 3, -1, -2, -3]) {
      for (const start of ends) {
        for (const stop of ends) {
          const cells = taken(n, start, stop, step);
          const what = `${start ?? ''}:${stop ?? ''}:${step} of ${n}`;
          if (!cells) {
            expect(() => sliced(x, start, stop, step), what).toThrow(UserError);
            continue;
          }
          found.push(sliced(x, start, stop, step));
          expected.push(cells.map(i => 10 + i));
        }
      }
    }
    expect(await valuesAfter(sequence(found.map(t => forward(t))), found)).toEqual(expected);
  });
});

const m = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  { label: 'm' },
);
const rows = tensor(
  Array.from({ length: 24 }, (_, i) => i),
  { label: 'rows', batch: [2], output: [3], input: [4] },
);
const n = symbol('n', 2);

describe('items', () => {
  test.each<[text: string, t: () => Tensor, value: unknown]>([
    ['[1]', () => op`${m}[1]`, [4, 5, 6]],
    ['[-1]', () => op`${m}[-1]`, [4, 5, 6]],
    ['[${1}]', () => op`${m}[${1}]`, [4, 5, 6]],
    ['[1, -2]', () => op`${m}[1, -2]`, 5],
    ['[:, 0]', () => op`${m}[:, 0]`, [1, 4]],
    ['[..., 0]', () => op`${m}[..., 0]`, [1, 4]],
    ['[0, ...]', () => op`${m}[0, ...]`, [1, 2, 3]],
    ['[0, ..., 1]', () => op`${m}[0, ..., 1]`, 2],
    [
      '[::-1, 1:]',
      () => op`${m}[::-1, 1:]`,
      [
        [5, 6],
        [2, 3],
      ],
    ],
    ['[_, 1]', () => op`${m}[_, 1]`, [[4, 5, 6]]],
    ['[1, ..., _]', () => op`${m}[1, ..., _]`, [[4], [5], [6]]],
    ['[1][0]', () => op`${m}[1][0]`, 4],
    ['[!@n]', () => op`${m}[!@${n}]`, [4, 5, 6]],
    ['of a sum', () => op`(${m} + ${m})[0]`, [2, 4, 6]],
    ['of a call', () => op`relu(${m})[1, 1:]`, [5, 6]],
    ['of a literal', () => op`[1, 2, 3][1]`, 2],
    ['after an application', () => op`relu ${m}[0]`, [1, 2, 3]],
    ['below a minus and a power', () => op`-${m}[0] **. 2`, [-1, -4, -9]],
    [
      'a new axis broadcasts',
      () => op`${m}[0, _] - ${m}[0, :][..., _]`,
      [
        [0, 1, 2],
        [-1, 0, 1],
        [-2, -1, 0],
      ],
    ],
  ])('%s', async (_, t, value) => {
    expect(await valueOf(t(), { n: 1 })).toEqual(value);
  });

  test('of batch and input axes, written as shapes are', async () => {
    const cell = (b: number, i: number, o: number): number => 12 * b + 4 * o + i;
    expect(await valueOf(op`${rows}[1 | 2 -> 0]`)).toBe(cell(1, 2, 0));
    expect(await valueOf(op`${rows}[1 | -> 0]`)).toEqual([0, 1, 2, 3].map(i => cell(1, i, 0)));
    expect(await valueOf(op`${rows}[-1 | 1::2 -> 2]`)).toEqual([1, 3].map(i => cell(1, i, 2)));
    expect(await valueOf(op`${rows}[0 |]`)).toEqual(await valueOf(op`${rows}[!@${n} |]`, { n: 0 }));
    expect(await valueOf(op`${rows}[!@${n} |]`, { n: 1 })).toEqual(
      await valueOf(op`${rows} @| ${n}`, { n: 1 }),
    );
  });

  test('a bracket apart from its tensor is a literal of its own', async () => {
    const f = op`f(x) = x *. 2`;
    expect(await valueOf(op`${f} [1, 2]`)).toEqual([2, 4]);
    expect(await valueOf(op`${f} ${m}[1]`)).toEqual([8, 10, 12]);
    expect(await valueOf(op`${f}(${m})[1]`)).toEqual([8, 10, 12]);
    expect(await valueOf(op`(${m} ++ "ij => i" ["j"]) /. dim j`)).toEqual([2, 5]);
  });

  test('settings of a layer are bounds', async () => {
    const last = op`last(~k)(x) = x[:k, -k]`;
    expect(await valueOf(last({ k: 1 })(m))).toEqual([3]);
  });
});

describe('shapes', () => {
  test.each([
    ['${5}[1:3]', '2'],
    ['${5, 4}[::2, 1]', '3'],
    ['${2, 5 | 3 -> 4}[0 | 1: -> :2]', '5 | 2 -> 2'],
    // The slice says how long the axis is, where nothing else does.
    ['{ w }[1:] + ${3}', '3; w 4'],
    ['{ w }[:-2] + ${3}', '3; w 5'],
    ['{ w }[-3:] + ({ v; o = [7] } + w)[:3]', '3; w 7; v 7'],
    ['({ w }[:1] + w[1:])', '1; w 2'],
    ['({ w; o = [6] } + { v })[::2]', '3; w 6; v 6'],
    ['{ w }[::-1] *. ${4}', '4; w 4'],
    ['({ w; o = [4] } * ${3})[1:]', '3; w 3 -> 4'],
  ])('%s infers %s', (text, shapes) => {
    expect(shapesOf(text)).toBe(shapes);
  });
});

describe('in cd', () => {
  async function after(code: Code, ...arrays: readonly Tensor[]): Promise<unknown> {
    return (await valuesAfter(code, arrays))[0];
  }
  const y = (): Tensor => op`{ y = ${[10, 20, 30, 40, 50]} }`;

  test('a part is read where it is', async () => {
    const t = y();
    expect(await after(cd`{ z } =: ${t}[1:] - ${t}[:-1]; ${t}[1:] =: z`, t)).toEqual([
      10, 10, 10, 10, 10,
    ]);
  });

  test('cells are read before any is assigned', async () => {
    const changed = (code: (t: Tensor) => Code): Promise<unknown> => {
      const t = y();
      return after(code(t), t);
    };
    expect(await changed(t => cd`${t} =: ${t}[0] + 1`)).toEqual([11, 11, 11, 11, 11]);
    expect(await changed(t => cd`${t} =: ${t}[::-1]`)).toEqual([50, 40, 30, 20, 10]);
    expect(await changed(t => cd`${t}[::-1] =: ${t}`)).toEqual([50, 40, 30, 20, 10]);
    expect(await changed(t => cd`${t}[1:] =+ ${t}[:-1]`)).toEqual([10, 30, 50, 70, 90]);
    expect(await changed(t => cd`${t}[1:] =+ ${t}[1:]`)).toEqual([10, 40, 60, 80, 100]);
  });

  type Row = [text: string, code: (t: Tensor) => Code, value: readonly number[]];
  const three = tensor([1, 2, 3], { label: 'three' });
  test.each<Row>([
    ['=: to a slice', t => cd`${t}[1:3] =: 7`, [10, 7, 7, 40, 50]],
    ['=: to a stride', t => cd`${t}[::2] =: ${three}`, [1, 20, 2, 40, 3]],
    ['=: to a cell', t => cd`${t}[-1] =: 7`, [10, 20, 30, 40, 7]],
    [
      '=+ backwards',
      t => cd`${t}[::-1] =+ ${tensor([1, 2, 3, 4, 5], { label: 'v' })}`,
      [15, 24, 33, 42, 51],
    ],
    [
      '=:+ resets the part alone',
      t => cd`${t}[1:3] =:+ ${m} ~logic:"ij => i"`,
      [10, 6, 15, 40, 50],
    ],
    ['=:@^ too', t => cd`${t}[3:] =:@^ ${m} ~logic:"ij => i"`, [10, 20, 30, 3, 6]],
    ['in a loop', t => cd`for i in ${n} (${t}[!@i] =: ${m}[!@i, 2] *. 2)`, [6, 12, 30, 40, 50]],
  ])('%s', async (_, code, value) => {
    const t = y();
    expect(await after(code(t), t)).toEqual(value);
  });

  test('a part of integers is reset to the least of them', async () => {
    const t = tensor([10, 20, -30, -40], { label: 't', dtype: 'i32' });
    const ids = tensor(new Int32Array([-5, -6, -7, -8]), { label: 'ids', output: [2, 2] });
    expect(await after(cd`${t}[2:] =:@^ ${ids} ~logic:"ij => i"`, t)).toEqual([10, 20, -5, -7]);
    expect(await after(cd`${t}[1:] =: ${t}[:-1]`, t)).toEqual([10, 10, 20, -30]);
  });

  test('a part of a new array keeps what the rest holds', async () => {
    const out = op`{ out = ${[0, 0, 0, 0]} }`;
    expect(await after(cd`{ z; o = [4] } =: 9; z[1:] =: ${three}; ${out} =: z`, out)).toEqual([
      9, 1, 2, 3,
    ]);
  });

  test('an array of which only a part is assigned holds the rest from run to run', async () => {
    using ctx = await openInterpreter();
    const out = op`{ out = ${[0, 0]} }`;
    const code = cd`{ z; o = [2] }[!@${n}] =: 5 + !@${n}; ${out} =: z`;
    const routine = await ctx.compile(code, { keep: [out] });
    routine.runSync({ n: 1 });
    expect(ctx.readSync(out).toNested()).toEqual([0, 6]);
    routine.runSync({ n: 0 });
    expect(ctx.readSync(out).toNested()).toEqual([5, 6]);
  });

  test('gradients have parts', async () => {
    const w = op`{ w = ${[1, 2, 3]} }`;
    const loss = op`loss = (${w} *. ${w}) ++ "i => "`;
    const g = op`{ g = 0; o = [1] }`;
    const code = cd`${loss}.forward; ${loss}.zero_grads; ${loss}.grad =: 1; ${loss}.backprop; ${g} =: ${w}.grad[2]`;
    expect(await after(code, g)).toEqual([6]);
  });
});
