/** Keys and bits: those of JAX in both of its layouts, on every backend. */
import { describe, expect, test } from 'vitest';
import { threefry2x32, type Word2 } from '../../../compiler/index.ts';
import { op, random, tensor } from '../../../dsl/einc.ts';
import { backends, cellsOf, wordsOf } from '../../support/random-cells.ts';

/** As JAX had it until 0.5: the words of the counters are the numbers in two halves. */
function original(key: Word2, count: number): readonly number[] {
  const half = Math.ceil(count / 2);
  const pairs = Array.from({ length: half }, (_, i) =>
    threefry2x32(key, [i, half + i < count ? half + i : 0]),
  );
  return [...pairs.map(([a]) => a), ...pairs.map(([, b]) => b)].slice(0, count);
}

describe.each(backends)('%s', backend => {
  test('a key is its seed, the high word first', async () => {
    expect(await wordsOf(op`key(${2 ** 32 * 3 + 7})`, backend)).toEqual([3, 7]);
  });

  test('split as JAX 0.5 has it', async () => {
    expect(await wordsOf(op`split_key(key(0), 2)`, backend)).toEqual([
      1797259609, 2579123966, 928981903, 3453687069,
    ]);
  });

  test('split as JAX had it before', async () => {
    expect(await wordsOf(op`split_key_original(key(0), 2)`, backend)).toEqual([
      4146024105, 967050713, 2718843009, 1272950319,
    ]);
    expect(await wordsOf(op`split_key_original(key(42), 5)`, backend)).toEqual(
      original([0, 42], 10),
    );
  });

  test('a number folded in is that one of the split keys', async () => {
    expect(await wordsOf(op`fold_in(key(42), 1234567)`, backend)).toEqual(
      threefry2x32([0, 42], [0, 1234567]),
    );
  });

  test('32 bits are both words in one', async () => {
    const expected = [0, 1, 2, 3, 4, 5].map(i => {
      const [a, b] = threefry2x32([0, 42], [0, i]);
      return (a ^ b) >>> 0;
    });
    expect(await cellsOf(op`random_bits(key(42), 2, 3)`, backend)).toEqual(expected);
  });

  test.each([1, 2, 3, 8])('%d times 32 bits as JAX had it before', async count => {
    const bits = op`random_bits_original(key(42), ${count})`;
    expect(await cellsOf(bits, backend)).toEqual(original([0, 42], count));
  });

  test('all variants of threefry give the same bits, whatever they are given', async () => {
    const x = tensor([0, 1, 4294967295], { label: 'x', dtype: 'f64' });
    const all = op`threefry4x32_crypto_first(${x}, 7, ${x}) + threefry4x32_crypto_second(1, ${x}, 2)
      + threefry4x32_light_first(${x}, 3, 4) + threefry4x32_light_second(5, ${x}, ${x})`;
    expect(await wordsOf(all, backend)).toMatchInlineSnapshot(`
      [
        3455780799,
        2444433621,
        1602962151,
        1138414137,
        521481324,
        3709027264,
      ]
    `);
  });

  test('keys in an array draw a stream each', async () => {
    const drawn = op`random_bits(split_key(key(0), 2))`;
    const [first = 0, second = 0] = await cellsOf(drawn, backend);
    expect([first, second]).toEqual(
      [0, 1].map(i => {
        const [a, b] = threefry2x32(threefry2x32([0, 0], [0, i]), [0, i]);
        return (a ^ b) >>> 0;
      }),
    );
  });
});

test('keys from JavaScript', async () => {
  const keys = random.split(random.key(42), 3);
  const all = await wordsOf(op`split_key(key(42), 3)`);
  const each = await Promise.all(keys.map(key => wordsOf(key)));
  expect(each.flat()).toEqual(all);
  expect(await wordsOf(random.foldIn(random.key(42), 2))).toEqual(each[2]);
});
