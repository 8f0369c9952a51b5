/** Specs whose axes do not add up, by their whole messages. */
import { expect, test } from 'vitest';
import { messageOf } from '../support/user-program.ts';

const data = [
  `const x = tensor([1, 2, 3, 4, 5, 6], { label: 'x' });`,
  `const w = tensor([1, 10, 100], { label: 'w' });`,
];

test('a stride that does not divide', async () => {
  expect(await messageOf(...data, 'op`${x} +* ${w} "2*o<+k; k => o"`;')).toMatchInlineSnapshot();
});

test('a kernel longer than the axis', async () => {
  expect(await messageOf(...data, 'op`${w} +* ${x} "o<+k; k => o"`;')).toMatchInlineSnapshot();
});

test('parts that are too long together', async () => {
  const spec = 'op`${x} ++ "a:4^b:3 => a"`;';
  expect(await messageOf(...data, spec)).toMatchInlineSnapshot();
});

test('a size that is not the one of the axis', async () => {
  expect(await messageOf(...data, 'op`${x} ++ "i:5 => i"`;')).toMatchInlineSnapshot();
});

test('an operator with too many operands', async () => {
  expect(await messageOf(...data, 'op`(${x}, ${w}) +* "i => i"`;')).toMatchInlineSnapshot();
});

test('a concatenation that meets nothing', async () => {
  expect(await messageOf(...data, 'op`${x} ++ "2^3 => a"`;')).toMatchInlineSnapshot();
  expect(await messageOf(...data, 'op`${x} ++ "a => 2^6"`;')).toMatchInlineSnapshot();
});

test('a capture of what the spec does not have', async () => {
  const spec = 'op`${x} - (${x} ++ "i => 0" ["j"]) /. dim j`;';
  expect(await messageOf(...data, spec)).toMatchInlineSnapshot();
});

test('a size that no spec has captured', async () => {
  expect(await messageOf(...data, 'op`${x} /. dim i`;')).toMatchInlineSnapshot();
});
