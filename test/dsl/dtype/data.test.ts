/** Data without a dtype: of floats, and no use of it changes another. */
import { describe, expect, test } from 'vitest';
import {
  cd,
  grad,
  op,
  run,
  scan,
  type Tensor,
  tensor,
  type TypedArray,
} from '../../../dsl/einc.ts';
import { valuesAfter } from '../../support/evaluate.ts';

const bytes = (): Tensor => tensor(new Uint8Array([1, 2, 3]), { label: 'bytes' });
const ids = (): Tensor => tensor(new Int32Array([2, 0, 1]), { label: 'ids' });
const narrow = (): Tensor => tensor([1.5, 2, 3], { label: 'narrow', dtype: 'bf16' });

async function shown(t: Tensor, dtype: 'f32' | 'f64' = 'f32'): Promise<string> {
  return String(await run(t, { backend: 'interp', dtype }));
}

const made: readonly (readonly [string, readonly number[] | TypedArray])[] = [
  ['a list', [1, 2, 3]],
  ['a Float32Array', new Float32Array([1, 2, 3])],
  ['a Float64Array', new Float64Array([1, 2, 3])],
];

describe.each(made)('%s', (_, values) => {
  const data = (): Tensor => tensor(values, { label: 'data' });
  const uses: readonly (readonly [string, (x: Tensor) => unknown])[] = [
    ['a product with integers', x => op`${x} *. ${bytes()}`],
    ['integers where a condition holds', x => op`where(${x} > 1, ${ids()}, ${x})`],
    ['integers in code', x => cd`${x} =+ ${ids()}`],
    ['narrow floats', x => op`${x} *. ${narrow()}`],
    ['a parameter of another dtype', x => op`{ w; dtype = f64 } *. ${x}`],
    ['code of another dtype', x => cd`{ z; dtype = f16 } =: ${x}`],
  ];

  test.each(uses)('is the same after %s, which never runs', async (_, use) => {
    const x = data();
    try {
      use(x);
    } catch {
      // Integers are an error: see test/errors/data-dtypes.test.ts.
    }
    expect(await shown(op`${x} /. 2`)).toBe('f32 3 [0.5, 1, 1.5]');
  });

  test.each(uses)('means for %s the same after it has run', async (_, use) => {
    const dtypeOf = (x: Tensor): unknown => {
      try {
        const result = use(x);
        return result instanceof Object && 'dtype' in result ? result.dtype : undefined;
      } catch (error) {
        return error instanceof Error && error.message.split('\n')[0];
      }
    };
    const ran = data();
    expect(await shown(op`${ran} /. 2`, 'f64')).toBe('f64 3 [0.5, 1, 1.5]');
    expect(dtypeOf(ran)).toEqual(dtypeOf(data()));
  });

  test('numbers cells, makes keys and converts', async () => {
    const x = tensor([10, 20, 30, 40], { label: 'x' });
    expect(await shown(op`take(${x}, ${data()})`)).toBe('f32 3 [20, 30, 40]');
    expect(await shown(op`one_hot(${data()}, 4) ++ "a, b => b"`)).toBe('f32 4 [0, 1, 1, 1]');
    expect(await shown(op`i32(${data()}) + ${ids()}`)).toBe('i32 3 [3, 2, 4]');
    expect(await shown(op`random_bits(${data()}) ==  random_bits(u64(${data()}))`)).toBe(
      'f32 3 [1, 1, 1]',
    );
  });
});

test('two uses take two dtypes', async () => {
  const x = tensor([0.1, 0.2, 0.3], { label: 'x' });
  const wide = tensor([1, 1, 1], { label: 'wide', dtype: 'f64' });
  expect(await shown(op`${x} *. ${wide}`)).toBe(
    `f64 3 [${[0.1, 0.2, 0.3].map(Math.fround).join(', ')}]`,
  );
  expect(await shown(op`${x} *. ${narrow()}`)).toBe('bf16 3 [0.15, 0.4, 0.9]');
  expect(await shown(op`${x} *. ${wide}`, 'f64')).toBe('f64 3 [0.1, 0.2, 0.3]');
});

test('gradients of data are of its dtype', async () => {
  const x = tensor([1, 2, 3], { label: 'x' });
  const n = narrow();
  const [dx, dn] = grad(op`(${x} *. ${n}) ++ "i => "`, [x, n]) as [Tensor, Tensor];
  expect(await shown(dx)).toBe('f32 3 [1.5, 2, 3]');
  expect(await shown(dn)).toBe('bf16 3 [1, 2, 3]');
});

test('code assigns other floats to it', async () => {
  const x = tensor([1, 1, 1], { label: 'x' });
  expect(await valuesAfter(cd`${x} =+ ${narrow()}`, [x])).toEqual([[2.5, 3, 4]]);
});

test('a carry that starts as it is of the dtype of what it becomes', async () => {
  const init = tensor([1], { label: 'init' });
  const last = (xs: Tensor): Tensor => scan((h, x) => op`${h} + ${x}`, { init, xs }).carry;
  expect(await shown(last(narrow()))).toBe('bf16 1 [7.5]');
  expect(await shown(last(tensor([1, 2], { label: 'xs' })))).toBe('f32 1 [4]');
});
