/** What scans compute, against plain JavaScript. */
import { describe, expect, test } from 'vitest';
import { op, scan, symbol, type Tensor, tensor, type TensorFunction } from '../../../dsl/einc.ts';
import { cd } from '../../../dsl/index.ts';
import { close } from '../../support/close.ts';
import { openInterpreter, valueOf, valuesAfter } from '../../support/evaluate.ts';
import { inputs, plus, rnn, states, times, u, type Vector, w } from './recurrences.ts';

const xs = (): Tensor => tensor(inputs, { label: 'xs' });
const rnnStep = (): TensorFunction => op<TensorFunction>`
  rnn(h, x) = tanh({ w = ${w.flat()}; i = [2]; o = [3] } * x + { u = ${u.flat()}; i = [3]; o = [3] } * h)`;
const zeros = [0, 0, 0];

describe('a recurrent network', () => {
  test('in op', async () => {
    const ys = op`ys = scan(${rnnStep()}, 0, ${xs()})`;
    expect(ys.label).toBe('ys');
    expect(await valueOf(ys)).toEqual(close(states(rnn, zeros, inputs)));
  });

  test('from JavaScript: where it starts, all turns and the last', async () => {
    const init = tensor([0.5, -0.5, 0.25], { label: 'h0' });
    const { carry, ys } = scan(rnnStep(), { init, xs: xs(), label: 'ys' });
    const expected = states(rnn, [0.5, -0.5, 0.25], inputs);
    const values = await valuesAfter(cd`${carry}.forward; ${ys}.forward`, [carry, ys]);
    expect(values).toEqual(close([expected.at(-1), expected]));
    expect(await valueOf(carry)).toEqual(close(expected.at(-1)));
  });

  test('in reverse', async () => {
    const { carry, ys } = scan(rnnStep(), { init: 0, xs: xs(), reverse: true });
    const expected = states(rnn, zeros, inputs.toReversed()).toReversed();
    expect(await valueOf(ys)).toEqual(close(expected));
    expect(await valueOf(carry)).toEqual(close(expected[0]));
  });

  test('of one turn', async () => {
    const { ys } = scan(rnnStep(), { init: 0, xs: tensor([[1, 2]], { label: 'one' }) });
    expect(await valueOf(ys)).toEqual(close([rnn(zeros, [1, 2])]));
  });

  test('over a batch of sequences: the first batch axis is time', async () => {
    const both = [inputs, inputs.toReversed()];
    const flat = inputs.flatMap((_, t) => both.flatMap(rows => rows[t] ?? []));
    const batch = tensor(flat, { label: 'batch', batch: [4, 2], output: [2] });
    const expected = both.map(rows => states(rnn, zeros, rows));
    const byTime = inputs.map((_, t) => expected.map(rows => rows[t]));
    expect(await valueOf(op`scan(${rnnStep()}, 0, ${batch})`)).toEqual(close(byTime));
  });
});

describe('carries of several tensors', () => {
  test('an LSTM without gates of its own parameters', async () => {
    const sigmoid = (v: Vector): Vector => v.map(x => 1 / (1 + Math.exp(-x)));
    const mul = (a: Vector, b: Vector): Vector => a.map((x, i) => x * (b[i] ?? NaN));
    const step = ({ h, c }: { h: Vector; c: Vector }, x: Vector) => {
      const seen = plus(times(w, x), times(u, h));
      const next = plus(mul(sigmoid(seen), c), mul(sigmoid(seen), seen.map(Math.tanh)));
      return { h: mul(sigmoid(seen), next.map(Math.tanh)), c: next };
    };
    const expected = states(step, { h: zeros, c: zeros }, inputs);
    const inputOf = op<TensorFunction>`
      input(h, x) = { w = ${w.flat()}; i = [2]; o = [3] } * x + { u = ${u.flat()}; i = [3]; o = [3] } * h`;
    const gate = op<TensorFunction>`gate(x) = 1 /. (1 + exp(-x))`;
    const { carry, ys } = scan(
      ({ h, c }, x) => {
        const seen = inputOf(h, x);
        const next = op<Tensor>`${gate}(${seen}) *. ${c} + ${gate}(${seen}) *. tanh(${seen})`;
        const out = op<Tensor>`${gate}(${seen}) *. tanh(${next})`;
        return { carry: { h: out, c: next }, y: { out, twice: op<Tensor>`2 *. ${next}` } };
      },
      { init: { h: 0, c: 0 }, xs: xs(), label: 'lstm' },
    );
    expect(ys.out.label).toBe('lstm_out');
    const { out, twice } = ys;
    const values = await valuesAfter(
      cd`${out}.forward; ${twice}.forward; ${carry.h}.forward; ${carry.c}.forward`,
      [out, twice, carry.h, carry.c],
    );
    const last = expected.at(-1);
    expect(values).toEqual(
      close([expected.map(s => s.h), expected.map(s => s.c.map(x => 2 * x)), last?.h, last?.c]),
    );
  });

  test('two that change places', async () => {
    const { carry } = scan(({ a, b }) => ({ carry: { a: b, b: a }, y: {} }), {
      init: { a: 1, b: 2 },
      length: 3,
    });
    expect([await valueOf(carry.a), await valueOf(carry.b)]).toEqual([2, 1]);
  });

  test('Fibonacci: no input, a length', async () => {
    const { ys } = scan(({ a, b }) => ({ carry: { a: b, b: op<Tensor>`${a} + ${b}` }, y: a }), {
      init: { a: 0, b: 1 },
      length: 10,
    });
    expect(await valueOf(ys)).toEqual([0, 1, 1, 2, 3, 5, 8, 13, 21, 34]);
  });

  test('several inputs, by name', async () => {
    const [gain, shift] = [
      tensor([2, 3, 4], { label: 'gain', batch: [3] }),
      tensor([1, -1, 1], { label: 'shift', batch: [3] }),
    ];
    const { carry } = scan((h: Tensor, x) => op<Tensor>`${h} *. ${x.gain} + ${x.shift}`, {
      init: 1,
      xs: { gain, shift },
    });
    expect(await valueOf(carry)).toBe(((1 * 2 + 1) * 3 - 1) * 4 + 1);
  });
});

describe('the axis', () => {
  const x = (): Tensor =>
    tensor(
      Array.from({ length: 12 }, (_, i) => i),
      {
        label: 'x',
        batch: [2],
        input: [2],
        output: [3],
      },
    );
  // In memory: batch 2, output 3, input 2.
  const at = (b: number, o: number, i: number): number => (b * 3 + o) * 2 + i;
  const sums = { batch: [0, 1], output: [0, 1, 2], input: [0, 1] };
  const cells = (f: (b: number, o: number, i: number) => number): unknown =>
    sums.batch.map(b => sums.output.map(o => sums.input.map(i => f(b, o, i))));
  const upTo = (n: number, f: (k: number) => number): number =>
    Array.from({ length: n + 1 }, (_, k) => f(k)).reduce((sum, v) => sum + v, 0);
  const add = op<TensorFunction>`add(h, x) = h + x`;

  test.each([
    ['batch', (b: number, o: number, i: number) => upTo(b, k => at(k, o, i))],
    ['output', (b: number, o: number, i: number) => upTo(o, k => at(b, k, i))],
    ['last', (b: number, o: number, i: number) => upTo(o, k => at(b, k, i))],
    ['input', (b: number, o: number, i: number) => upTo(i, k => at(b, o, k))],
  ] as const)('%s', async (axis, expected) => {
    const { ys } = scan(add, { init: 0, xs: x(), axis });
    expect(await valueOf(ys)).toEqual(cells(expected));
  });

  test('the first and the last of several output axes', async () => {
    const m = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { label: 'm' },
    );
    expect(await valueOf(scan(add, { init: 0, xs: m }).ys)).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(await valueOf(scan(add, { init: 0, xs: m, axis: 'last' }).ys)).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
  });

  test('of a tensor whose axes are inferred only later', async () => {
    const made = op<{
      ys: Tensor;
    }>`step(h, x) = h + x; ys = scan(step, 0, { p = 0.5 } *. ${tensor([1, 2, 4], { label: 'v' })})`;
    expect(await valueOf(made.ys)).toEqual([0.5, 1.5, 3.5]);
  });
});

describe('what the step reads from outside', () => {
  test('is computed once, before the turns', async () => {
    const outer = op`outer = exp(${tensor([0, 1], { label: 'a' })})`;
    const { ys } = scan((h: Tensor, x: Tensor) => op<Tensor>`${h} + ${outer} *. ${x}`, {
      init: 0,
      xs: xs(),
    });
    const expected = states(
      (h: Vector, x: Vector) => plus(h, [x[0] ?? NaN, Math.E * (x[1] ?? NaN)]),
      [0, 0],
      inputs,
    );
    expect(await valueOf(ys)).toEqual(close(expected));
  });

  test('in cd', async () => {
    const x = tensor([1, 2, 3], { label: 'x' });
    const t = tensor([0, 0, 0], { label: 't' });
    const half = op<TensorFunction>`half(h, x) = 0.5 *. h + x`;
    const code = cd`${t} =: cumsum(${x}) + scan(${half}, 0, ${x}); ${t} =+ cummax(${t})`;
    expect(await valuesAfter(code, [t])).toEqual([[4, 11, 20.5]]);
  });

  test('a static symbol', async () => {
    const i = symbol('i', 4);
    const { ys } = scan((h: Tensor, x: Tensor) => op<Tensor>`${h} + (!@${i}) *. ${x}`, {
      init: 0,
      xs: tensor([1, 2, 3], { label: 'v' }),
    });
    expect(await valueOf(ys, { i: 3 })).toEqual([3, 9, 18]);
  });

  test('a loop of cd over a symbol computes it anew in each turn', async () => {
    const rows = symbol('rows', 4);
    const row = op`row = ${tensor(inputs.flat(), { label: 'data', batch: [4], output: [2] })} @| ${rows}`;
    const total = op`cumsum(${row}) ++ "i => "`;
    const code = cd`for i in ${rows} ({ sum } =+ ${total}; { last } =: ${total})`;
    using ctx = await openInterpreter();
    const routine = await ctx.compile(code, { keep: [total] });
    routine.runSync();
    const [a = NaN, b = NaN] = inputs.at(-1) ?? [];
    expect(ctx.item(total)).toBeCloseTo(2 * a + b, 12);
  });

  test('a loop of cd over a symbol that the step itself slices by', async () => {
    const k = symbol('k', 2);
    const pairs = tensor([1, 10, 2, 20, 3, 30], { label: 'pairs', batch: [3, 2] });
    const { carry } = scan((h: Tensor, x: Tensor) => op<Tensor>`${h} + (${x} *. 2) @| ${k}`, {
      init: 0,
      xs: pairs,
    });
    const code = cd`${carry}.forward; { before } =: ${carry}; for i in ${k} ({ all } =+ ${carry})`;
    using ctx = await openInterpreter();
    (await ctx.compile(code, { keep: [carry] })).runSync({ k: 0 });
    expect(ctx.item(carry)).toBe(120);
  });

  test('a scan in a scan', async () => {
    const m = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const { ys } = scan(
      (h: Tensor, row: Tensor) => {
        const inner = scan((g: Tensor, x: Tensor) => op<Tensor>`0.5 *. ${g} + ${x} *. ${h}`, {
          init: h,
          xs: row,
        });
        return inner.carry;
      },
      { init: 1, xs: tensor(m, { label: 'm' }) },
    );
    const expected = states(
      (h: number, row: readonly number[]) => row.reduce((g, x) => 0.5 * g + x * h, h),
      1,
      m,
    );
    expect(await valueOf(ys)).toEqual(close(expected));
  });

  test('scans that follow one another', async () => {
    const x = tensor([1, 2, 3], { label: 'x' });
    expect(await valueOf(op`cumsum(cumsum(${x}))`)).toEqual([1, 4, 10]);
  });

  test('an exponential moving average', async () => {
    const values = [1, 3, -2, 8];
    const ema = op<{
      ys: Tensor;
    }>`step(h, x) = 0.9 *. h + 0.1 *. x; ys = scan(step, 0, ${tensor(values, { label: 'x' })})`;
    const expected = states((h: number, x: number) => 0.9 * h + 0.1 * x, 0, values);
    expect(await valueOf(ema.ys)).toEqual(close(expected));
  });
});
