/** A recurrent network learns, through C and through the interpreter, with the same numbers. */
import { describe, expect, test } from 'vitest';
import {
  context,
  cummax,
  cummin,
  cumprod,
  cumsum,
  op,
  scan,
  symbol,
  type Tensor,
  tensor,
  type TensorFunction,
} from '../../../dsl/einc.ts';
import { cd, sequence } from '../../../dsl/index.ts';
import { gradUpdate, sgdUpdate } from '../../../dsl/train/index.ts';

const backends = ['cc', 'interp'] as const;

/** Sums what it has seen so far: 3 sequences of 4 turns, 2 cells each. */
function model(): Tensor {
  const values = Array.from({ length: 24 }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
  const targets = values.map((_, i) =>
    values.filter((_, j) => j % 6 === i % 6 && j <= i).reduce((a, b) => a + b, 0),
  );
  const xs = tensor(values, { label: 'xs', batch: [4, 3], output: [2] });
  const wanted = tensor(targets, { label: 'wanted', batch: [4, 3], output: [2] });
  const rnn = op<TensorFunction>`rnn(h, x) = tanh({ w; o = [5] } * x + { u } * h)`;
  const error = op`error = ({ v } * scan(${rnn}, { h0 = 0; o = [5] }, ${xs})) - ${wanted}`;
  return op`loss = ((${error} *. ${error}) ++ "...|... => 0") /. 24`;
}

async function train(backend: (typeof backends)[number], steps: number): Promise<number[]> {
  const loss = model();
  using ctx = await context({ backend, seed: 1 });
  const update = sequence([gradUpdate(loss), sgdUpdate(loss, { learningRate: 0.5 })]);
  const routine = await ctx.compile(update);
  return Array.from({ length: steps }, () => {
    routine.runSync();
    return ctx.item(loss);
  });
}

test('the loss goes down, and is the same on both backends', async () => {
  const [cc = [], interp = []] = await Promise.all(backends.map(b => train(b, 30)));
  expect(cc.at(-1)).toBeLessThan((cc[0] ?? NaN) / 3);
  cc.forEach((loss, i) => expect(loss).toBeCloseTo(interp[i] ?? NaN, 5));
});

describe.each(backends)('on %s', backend => {
  test('an epoch in one call: a scan in a loop over sequences', async () => {
    const rows = symbol('rows', 3);
    const data = tensor(
      Array.from({ length: 12 }, (_, i) => i - 5),
      { label: 'data', batch: [3, 4] },
    );
    const step = op<TensorFunction>`step(h, x) = 0.5 *. h + { a = 2; o = [] } *. x`;
    const loss = op`loss = scan(${step}, 0, ${data} @| ${rows}) ++ "...|... => "`;
    const gradient = cd`${loss}.forward; ${loss.grad} =: 1; ${loss}.backprop`;
    using ctx = await context({ backend, seed: 1 });
    const a = loss.param('a');
    const routine = await ctx.compile(
      cd`${loss}.zero_grads; for i in ${rows} (${gradient}; { sum } =+ ${loss})`,
      {
        keep: [a.grad],
      },
    );
    routine.runSync();
    const weights = [1.875, 1.75, 1.5, 1];
    const slope = Array.from({ length: 12 }, (_, i) => (i - 5) * (weights[i % 4] ?? NaN));
    expect(ctx.item(a.grad)).toBeCloseTo(
      slope.reduce((x, y) => x + y, 0),
      4,
    );
  });

  test('what is cumulated, either way, and a scan in a scan', async () => {
    const x = tensor(
      [
        [1, 2, 3],
        [-4, 5, 2],
      ],
      { label: 'x' },
    );
    const nested = scan(
      (h: Tensor, row: Tensor) =>
        scan((g: Tensor, cell: Tensor) => op<Tensor>`2 *. ${g} + ${cell}`, { init: h, xs: row })
          .carry,
      { init: 1, xs: x },
    );
    const results = [
      cumsum(x),
      cumprod(x, { reverse: true }),
      cummax(x),
      cummin(x, { axis: 'output' }),
      nested.ys,
    ];
    using ctx = await context({ backend });
    const values = await Promise.all(
      results.map(async result => {
        (await ctx.compile(cd`${result}.forward`)).runSync();
        return ctx.readSync(result).toNested();
      }),
    );
    expect(values).toEqual([
      [
        [1, 3, 6],
        [-4, 1, 3],
      ],
      [
        [6, 6, 3],
        [-40, 10, 2],
      ],
      [
        [1, 2, 3],
        [-4, 5, 5],
      ],
      [
        [1, 2, 3],
        [-4, 2, 2],
      ],
      [19, 19 * 8 - 16 + 10 + 2],
    ]);
  });

  test('forward and gradient in routines of their own', async () => {
    const loss = model();
    using ctx = await context({ backend, seed: 1 });
    const forward = await ctx.compile(cd`${loss}.forward`);
    const gradient = await ctx.compile(gradUpdate(loss), { keep: [loss.param('w').grad] });
    forward.runSync();
    const before = ctx.item(loss);
    gradient.runSync();
    expect(ctx.item(loss)).toBeCloseTo(before, 6);
    expect(Math.max(...ctx.readSync(loss.param('w').grad).data.map(Math.abs))).toBeGreaterThan(0);
  });
});
