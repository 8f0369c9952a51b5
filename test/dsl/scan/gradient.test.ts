/** Derivatives of scans, against central differences in f64. */
import { describe, expect, test } from 'vitest';
import {
  cumsum,
  grad,
  jvp,
  op,
  scan,
  symbol,
  type Tensor,
  tensor,
  type TensorFunction,
  vjp,
} from '../../../dsl/einc.ts';
import { close } from '../../support/close.ts';
import { valueOf } from '../../support/evaluate.ts';
import { expectSlopes, gradientsOf } from '../../support/gradients.ts';
import { inputs, u, w } from './recurrences.ts';

const xs = (): Tensor => tensor(inputs, { label: 'xs' });
const learned = (): Tensor => op`{ p = ${inputs.flat()}; o = [4, 2] }`;
const rnn = (): TensorFunction => op<TensorFunction>`
  rnn(h, x) = tanh({ w = ${w.flat()}; i = [2]; o = [3] } * x + { u = ${u.flat()}; i = [3]; o = [3] } * h)`;
const h0 = (): Tensor => op`{ h0 = ${[0.3, -0.2, 0.1]} }`;
const total = (y: Tensor): Tensor => op`total = ${y} ++ "...|...->... => "`;
/** A scalar that uses each cell of `y` differently. */
const squared = (y: Tensor): Tensor => total(op`${y} *. ${y} *. ${y}`);

const losses: readonly (readonly [what: string, loss: () => Tensor])[] = [
  ['by the parameters of the step', () => squared(op`scan(${rnn()}, 0, ${xs()})`)],
  ['by where it starts', () => squared(op`scan(${rnn()}, ${h0()}, ${xs()})`)],
  [
    'by a start that is broadcast',
    () => squared(op`scan(${rnn()}, { h1 = 0.4; o = [] }, ${xs()})`),
  ],
  ['by what is scanned', () => squared(op`scan(${rnn()}, 0, ${learned()})`)],
  ['in reverse', () => squared(scan(rnn(), { init: h0(), xs: learned(), reverse: true }).ys)],
  ['of the last carry', () => squared(scan(rnn(), { init: h0(), xs: learned() }).carry)],
  [
    'of the last carry and of all turns',
    () => {
      const { carry, ys } = scan(rnn(), { init: h0(), xs: learned() });
      return op`loss = ${squared(carry)} + ${squared(ys)} *. ${total(carry)}`;
    },
  ],
  [
    'of two carries, one of which only counts',
    () => {
      const step = rnn();
      const { ys } = scan(
        ({ h, n }, x) => {
          const next = step(h, x);
          return { carry: { h: next, n: op<Tensor>`${n} + 1` }, y: op<Tensor>`${next} *. ${n}` };
        },
        { init: { h: h0(), n: 0 }, xs: learned() },
      );
      return squared(ys);
    },
  ],
  [
    'by what is computed outside and read in each turn',
    () => {
      const outer = op<Tensor>`exp({ a = 0.25; o = [2] })`;
      const { ys } = scan((h: Tensor, x: Tensor) => op<Tensor>`tanh(${h} *. ${outer} + ${x})`, {
        init: outer,
        xs: learned(),
      });
      return squared(op`${ys} *. ${outer}`);
    },
  ],
  [
    'of a scan in a scan',
    () => {
      const { ys } = scan(
        (h: Tensor, row: Tensor) =>
          scan(
            (g: Tensor, x: Tensor) => op<Tensor>`0.5 *. sin(${g} *. { b = 0.7 } + ${x} *. ${h})`,
            {
              init: h,
              xs: row,
            },
          ).carry,
        { init: op`{ g0 = 0.3; o = [] }`, xs: learned() },
      );
      return squared(ys);
    },
  ],
  ['of a scan of a scan', () => squared(cumsum(op`cumprod(${learned()})`, { axis: 'output' }))],
  [
    'along the last axis',
    () =>
      squared(
        scan(op<TensorFunction>`f(h, x) = h *. x + sin(h)`, {
          init: 1,
          xs: learned(),
          axis: 'last',
        }).ys,
      ),
  ],
  [
    'of a result that is not the carry',
    () =>
      squared(
        scan(
          (h: Tensor, x: Tensor) => ({
            carry: op<Tensor>`cos(${h}) + ${x}`,
            y: op<Tensor>`${h} *. ${x}`,
          }),
          {
            init: 0.5,
            xs: learned(),
          },
        ).ys,
      ),
  ],
];

describe('gradients by backprop are slopes', () => {
  test.each(losses)('%s', async (_, loss) => {
    await expectSlopes(loss());
  });

  test('in a slice that a symbol selects', async () => {
    const t = symbol('row', 4);
    const y = op`scan(${rnn()}, 0, ${xs()})`;
    const batched = op`${y} ++ "b, o => b|o"`;
    await expectSlopes(squared(op`${batched} @| ${t}`), { row: 2 });
  });
});

describe('gradients as tensors', () => {
  const twice = losses.filter(
    ([what]) => !/start that|scanned|parameters|axis|all turns/.test(what),
  );
  test.each(twice)(
    'are those of backprop, and the slopes of gradients are theirs: %s',
    async (_, make) => {
      const loss = make();
      const params = Object.entries(loss.params);
      const slopes = grad(
        loss,
        params.map(([, p]) => p),
      );
      const byBackprop = await gradientsOf(loss);
      for (const [i, [name]] of params.entries()) {
        const slope = slopes[i];
        if (!slope) throw new Error('no gradient');
        const flat = [await valueOf(slope)].flat(3);
        expect(flat, name).toEqual(close(byBackprop[name]));
        await expectSlopes(total(op`${slope} *. ${slope}`));
      }
    },
  );
});

describe('derivatives by other tensors', () => {
  test('by the results of a scan', async () => {
    const { carry, ys } = scan(op<TensorFunction>`f(h, x) = h + x`, { init: 0, xs: xs() });
    const loss = op`${squared(ys)} + ${squared(carry)}`;
    const slopes = grad(loss, [ys, carry]);
    const cubes = (v: number): number => 3 * v * v;
    const sums = [inputs[0], [1.75, -0.25], [1.25, 1.75], [2.25, 3.25]].map(row => row?.map(cubes));
    expect(await valueOf(slopes[0] ?? ys)).toEqual(close(sums));
    expect(await valueOf(slopes[1] ?? ys)).toEqual(close(sums.at(-1)));
  });

  test('in the step: the roots of 2, 3 and 5 by Newton', async () => {
    const squares = tensor([2, 3, 5], { label: 'squares' });
    const { carry } = scan(
      (h: Tensor) =>
        op<Tensor>`newton = ${h} - (${h} *. ${h} - ${squares}) /. grad(${h} *. ${h}, ${h})`,
      { init: 1, length: 8 },
    );
    expect(await valueOf(carry)).toEqual(close([2, 3, 5].map(Math.sqrt)));
  });

  test('of a step that does not depend on its carry', async () => {
    const p = learned();
    const { carry, ys } = scan((_: Tensor, x: Tensor) => op<Tensor>`${x} *. ${x}`, {
      init: 7,
      xs: p,
    });
    await expectSlopes(op`${squared(ys)} + ${squared(carry)}`);
  });

  test('of results that no parameter reaches, beside others', async () => {
    const p = op`{ p = ${inputs.flat()}; b = [4]; o = [2] }`;
    const { ys } = scan(
      ({ h, n }, x) => ({
        carry: { h: op<Tensor>`${h} *. 0.5 + ${x}`, n: op<Tensor>`${n} + 1` },
        y: { h, n },
      }),
      { init: { h: 0, n: 1 }, xs: p },
    );
    const loss = squared(op`${ys.h} *. ${ys.n}`);
    await expectSlopes(loss);
    await expectSlopes(jvp(loss, new Map([[p, op<Tensor>`${p} *. ${p}`]])));
  });
});

describe('forward mode', () => {
  test.each(losses)('is reverse mode the other way: %s', async (_, make) => {
    const loss = make();
    const params = Object.values(loss.params);
    const changes = new Map(
      params.map((p, i) => [p, op<Tensor>`${p} *. ${p} + ${i + 0.5}`] as const),
    );
    const forward = jvp(loss, changes);
    const slopes = grad(loss, params);
    const terms = params.map((p, i) => total(op`${slopes[i] ?? p} *. ${changes.get(p) ?? p}`));
    const sum = terms.reduce((a, b) => op`${a} + ${b}`);
    expect(await valueOf(forward)).toEqual(close(await valueOf(sum)));
    await expectSlopes(forward);
  });

  test('of reverse mode', async () => {
    const [p, step] = [learned(), rnn()];
    const loss = squared(op`scan(${step}, 0, ${p})`);
    const [slope] = grad(loss, [p]);
    const product = jvp(slope ?? p, new Map([[p, op<Tensor>`sin(${p})`]]));
    const [same] = vjp(slope ?? p, [p], op`sin(${p})`);
    expect(await valueOf(product)).toEqual(close(await valueOf(same ?? p)));
  });
});
