/** What a hole is said to hold, and what would mend it. */
import { expect, test } from 'vitest';
import { UserError } from '../../compiler/index.ts';
import { cd, op, symbol, tensor } from '../../dsl/index.ts';
import type { TensorFunction } from '../../dsl/index.ts';

const x = tensor([1], { label: 'x' });
const w = op`{ w }`;
const f = op<TensorFunction>`f(a) = a`;
const array = 'make it a tensor first: tensor(values, { label, output: [n] })';

/** The sentence about a value in the hole of `1 + ${…}`, and the help. */
function saidOf(value: unknown): readonly string[] {
  try {
    expect(op`1 + ${value as never}`).toBeDefined();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, help = [] } = error.diagnostics[0];
    return [/^this hole holds (.*), but a tensor, a number/.exec(message)?.[1] ?? message, ...help];
  }
  return [];
}

test.each([
  ['text', 'the string "text"'],
  ['a text that goes on and on', 'a string'],
  [true, 'the boolean true'],
  [10n, 'the bigint 10'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [{}, 'an object'],
  [[1, 2, 3], 'an array of 3', array],
  [new Float32Array(2), 'a Float32Array', array],
  [Promise.resolve(1), 'a promise', 'await it before the template'],
  [Math.max, 'the function max', 'call it: ${f(…)}'],
  [() => 1, 'a function', 'call it: ${f(…)}'],
  [cd`{ y } =: 1`, 'code'],
  [w.value, 'the value of a tensor', '`.value` can be used in `cd`'],
  [w.grad, 'the grad of a tensor', '`.grad` can be used in `cd`'],
  [symbol('n', 3), 'a static symbol', 'for the value of a static symbol write `!@${…}`'],
])('%s', (value, ...said) => {
  expect(saidOf(value)).toEqual(said);
});

test.each([[x], [3], [w]])('%s can stand there', value => {
  expect(saidOf(value)).toEqual([]);
});

test('a tensor function can stand before its arguments', () => {
  expect(() => op`1 + ${f}(2)`).not.toThrow();
});
