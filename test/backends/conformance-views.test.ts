/** What only moves cells, through generated code and by definition: the same bits. */
import { beforeEach, describe, expect, test } from 'vitest';
import { context, grad, op, symbol, tensor, type Tensor } from '../../dsl/einc.ts';
import { cd, forward } from '../../dsl/index.ts';
import type { BackendName } from '../../backends/index.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { type Compiling, compiling } from '../support/tested-backends.ts';

const values = Array.from({ length: 24 }, (_, i) => Math.sin(i + 1));
const x = tensor(values, { label: 'x', batch: [2], output: [3, 4] });
const i = symbol('i', 3);

const views: Readonly<Record<string, () => Tensor>> = {
  'slices and strides': () => op`${x}[::-1 | 1:, ::-2] + 1`,
  'a symbol': () => op`${x}[!@${i}, 1:3] *. 2`,
  'reshape by common loops': () => op`reshape(${x}; o = [6, 2])`,
  'reshape by digits': () => op`reshape(${x}; o = [4, 3]) - reshape(${x}; o = [2, _])[0, 5]`,
  'reshape over rows': () => op`reshape(${x}; b = [3]; o = [_, 2]) *. 3`,
  'digits of digits': () => op`reshape(reshape(${x}; o = [4, 3]); o = [3, 4])`,
  'a transposed matrix times a row': () =>
    op`transpose(reshape({ w = ${values.slice(0, 6)}; o = [2]; i = [3] }; i = [3])) * [1.5, -2]`,
  'roll, pad, concat': () => op`concat(roll(${x}, 1), pad(${x}, 1, 2, -0.5, 1)[:, 1:5])`,
  'repeat and tile': () => op`repeat(${x}, 2, 1) + tile(${x}, 2, -1)`,
  'a gradient through them': () => {
    const w = op`{ w = ${values}; o = [4, 6] }`;
    const y = op`flip(reshape(${w}; o = [3, 8])[1:, ::3]) ++ "..., i => i"`;
    return grad(op`${y} *. ${y}`, [w])[0] ?? y;
  },
};

async function bitsOf(code: ReturnType<typeof cd>, t: Tensor, backend: BackendName) {
  using ctx = await context({ backend, seed: 1 });
  const routine = await ctx.compile(code, { keep: [t] });
  routine.runSync(routine.symbols.length > 0 ? { i: 2 } : {});
  return new Uint32Array(Float32Array.from(ctx.readSync(t).data).buffer);
}

async function expectTheSame(
  code: ReturnType<typeof cd>,
  t: Tensor,
  backend: Compiling,
): Promise<void> {
  expect(await bitsOf(code, t, backend)).toEqual(await bitsOf(code, t, 'interp'));
}

describe.each(compiling)('%s', backend => {
  beforeEach(context => needCompilerOf(backend, context));

  test.each(Object.entries(views))('%s', async (_, make) => {
    const t = make();
    await expectTheSame(forward(t), t, backend);
  });

  test('parts that are assigned', async () => {
    const y = op`{ y = 7; o = [3, 4] }`;
    const code = cd`${y}[1:, ::-1] =: ${x}[0 | :2] + 1; ${y}[0] =+ ${y}[2]; ${y}[:, 0] =:@^ ${y} ~logic:"ij => i"`;
    await expectTheSame(code, y, backend);
  });
});
