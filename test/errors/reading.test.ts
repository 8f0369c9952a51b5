/** Values that the host asks for before there are any. */
import { expect, test } from 'vitest';
import { context, forward, op, tensor } from '../../dsl/einc.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import { messageOf } from '../support/user-program.ts';

test('before the routine has run', async () => {
  const message = await messageOf(
    "const x = tensor([1, 2, 3], { label: 'x' });",
    'const loss = op`loss = { w = 2; o = [3] } *. ${x} ++ "i => "`;',
    'const train = await ctx.compile(gradUpdate(loss));',
    'ctx.item(loss)',
  );
  expect(message).toMatchInlineSnapshot(`
    "error[EINC0505]: \`loss\` is read before anything has computed it
      = help: run \`loss_gradient\` first"
  `);
});

test('afterwards, however it has run, and what the host has written', async () => {
  const x = tensor([1, 2, 3], { label: 'x' });
  const loss = op`loss = { w = 2; o = [3] } *. ${x} ++ "i => "`;
  using ctx = await context({ backend: 'interp' });
  const train = await ctx.compile(gradUpdate(loss));
  expect(ctx.readSync(loss.param('w')).toNested()).toEqual([2, 2, 2]);
  train.run();
  expect(ctx.item(loss)).toBe(12);

  using other = await context({ backend: 'interp' });
  await other.compile(forward(loss));
  await expect(other.read(loss)).rejects.toThrow('`loss` is read before anything has computed it');
  other.write(loss, [5]);
  expect(other.item(loss)).toBe(5);
});
