/** What is said where `await` is missing. */
import { expect, test } from 'vitest';
import { run } from '../../dsl/einc.ts';
import { type Tensor, tensor } from '../../dsl/index.ts';
import { messageOf } from '../support/user-program.ts';

test.each([
  ['const [one] = devices();', 'devices', 'there is nothing in it'],
  ['context({ backend: "interp" }).compile;', 'context', 'it has no `compile`'],
  ['context({ backend: "interp" }).seed;', 'context', 'it has no `seed`'],
  ['context()[Symbol.dispose]();', 'context', 'there is nothing to dispose of'],
  [
    'const code = forward(op`{ w = 1 }`); settled(ctx.compile(code)).runSync({});',
    'ctx.compile',
    'it has no `runSync`',
  ],
  ['settled(ctx.read(op`{ w = 1 }`)).data;', 'ctx.read', 'it has no `data`'],
  ["run(op`1`, { backend: 'interp' }) < 1;", 'run', 'it is no number'],
  ['joinWorld().rank;', 'joinWorld', 'it has no `rank`'],
])('%s', async (line, call, what) => {
  // The context is closed before what was promised is there.
  const settled = 'const settled = promise => (promise.catch(() => undefined), promise);';
  expect(await messageOf(settled, line)).toBe(
    `error[EINC0510]: \`${call}\` gives a promise: ${what} before it is awaited
  = help: write await ${call}(…)`,
  );
});

test('a promise is one for all else', async () => {
  const promised = run(tensor([1], { label: 'x' }), { backend: 'interp' });
  expect([promised instanceof Promise, String(promised as unknown), Object.keys(promised)]).toEqual(
    [true, '[object Promise]', []],
  );
  const [values] = await Promise.all([promised.finally(() => undefined)]);
  expect(values.toString()).toBe('f32 1 [1]');
  await expect(run(3 as unknown as Tensor)).rejects.toThrow('EINC0215');
});
