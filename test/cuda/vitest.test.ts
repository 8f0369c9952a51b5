/** The small runner finds what is wrong, and says that the rest is right. */
import { expect, test } from 'vitest';
import * as plain from './vitest.ts';

const run = (define: () => void): Promise<plain.Outcome> =>
  plain.runTests(() => {
    define();
    return Promise.resolve();
  });

test('tests of groups and lists have names, options are passed over, and some are skipped', async () => {
  const seen: string[] = [];
  const { passed, skipped, failures } = await run(() => {
    plain.describe.each(['a', 'b'])('%s', (name: unknown) => {
      plain.test.each([['x', 1] as const])('%s is %s', { timeout: 5 }, (...args: unknown[]) => {
        seen.push([name, ...args].join(' '));
        throw new Error('wrong');
      });
      plain.test.skipIf(true)('skipped', () => seen.push('skipped'));
    });
    plain.test.concurrent.each([{ op: 'tanh' }])('$op', () => Promise.resolve());
    plain.afterAll(() => seen.push('end'));
  });
  expect(seen).toEqual(['a x 1', 'b x 1', 'end']);
  expect({ passed, skipped }).toEqual({ passed: 1, skipped: 2 });
  expect(failures.map(failure => failure.test)).toEqual(['a > x is 1', 'b > x is 1']);
  expect(failures[0]?.error).toMatch(/^Error: wrong\n/);
});

test('what goes before a test may have it skipped', async () => {
  const seen: string[] = [];
  const { passed, skipped, failures } = await run(() => {
    plain.describe.each([true, false])('%s', (isLeftOut: unknown) => {
      plain.beforeEach(({ skip }) => skip(isLeftOut === true));
      plain.test.for([['a', 1]])('%s', (one: unknown) => seen.push(String(one)));
    });
    plain.test('after', () => seen.push('after'));
  });
  expect(seen).toEqual(['a,1', 'after']);
  expect({ passed, skipped, failures }).toEqual({ passed: 2, skipped: 1, failures: [] });
});

test('what cannot be loaded is a failure', async () => {
  const { failures } = await plain.runTests(() => Promise.reject(new Error('no such thing')));
  expect(failures).toMatchObject([{ test: '(loading)' }]);
});

const wrong: readonly (readonly [string, () => unknown])[] = [
  ['a zero of the other sign', () => plain.expect(0).toEqual(-0)],
  ['another cell', () => plain.expect([1, NaN]).toEqual(Float32Array.of(1, 2))],
  ['another length', () => plain.expect([1]).toEqual([1, undefined])],
  ['another entry', () => plain.expect(new Map([['a', 1]])).toEqual(new Map([['a', 2]]))],
  ['something', () => plain.expect('x').toBeUndefined()],
  ['nothing thrown', () => plain.expect(() => 1).toThrow()],
  ['other words', () => plain.expect(() => JSON.parse('?') as unknown).toThrow('no such words')],
  ['no rejection', () => plain.expect(Promise.resolve(1)).rejects.toThrow()],
  ['a part that is there', () => plain.expect('abc').not.toContain('b')],
];
test.each(wrong)('%s is wrong', async (_, check) => {
  await expect(Promise.resolve().then(check)).rejects.toThrow('it should hold');
});

test('the same bits are right, and NaN is NaN', async () => {
  plain.expect(Float32Array.of(1, NaN, -0)).toEqual([1, NaN, -0]);
  plain.expect({ a: [1, { b: undefined }], c: 2 }).toMatchObject({ a: [1, {}] });
  plain.expect(() => JSON.parse('?') as unknown).toThrow(SyntaxError);
  await plain.expect(Promise.reject(new Error('so it is'))).rejects.toThrow(/^so/);
  expect.assertions(0);
});
