/** `einc dump --why`: where the arrays of a program live, and why. */
import { describe, expect, test } from 'vitest';
import { placeWith } from './support.ts';

const { einc, files } = placeWith({
  'two.ts': `
    import { cd, context, forward, op, tensor } from 'einc';
    using ctx = await context();
    const x = tensor(new Float32Array(64 * 512), { label: 'x', batch: [64], output: [512] });
    const e = op\`e = exp(\${x} - (\${x} @^^ "...|i => ...|0"))\`;
    const p = op\`p = \${e} /. (\${e} ++ "...|i => ...|0")\`;
    await ctx.compile(forward(p));
    await ctx.compile(cd\`~~("grow" ; \${op\`y = { w; o = [3] } + 0.5\`.param('w')} =+ 1)\`);`,
  'nothing.ts': `console.log('not shown');`,
});

const why = (...args: readonly string[]) =>
  einc(['dump', 'two.ts', '--target', 'avx2', '--why', ...args]);

describe.concurrent('einc dump --why', () => {
  test('has a line for each array, and writes no file', async ({ expect }) => {
    const before = files();
    const { code, stdout, stderr } = await why();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "p_forward
        p    f32[64, 512], 128 KiB  argument: the code says forward
        x    f32[64, 512], 128 KiB  argument: data
        max  f32[64, 1], 256 B      kept in part: each turn of b < 64 uses one cell of its own
        sub  f32[64, 512], 128 KiB  inlined into e: 32,768 reads of 32,768 cells, 514 each: recomputing costs 16,842,752, storing 16,908,288
        e    f32[64, 512], 128 KiB  kept in part: each turn of b < 64 uses a row of [512] of its own
        sum  f32[64, 1], 256 B      kept in part: each turn of b < 64 uses one cell of its own

      grow
        w  f32[3], 12 B  argument: a parameter
      "
    `);
    expect(files()).toEqual(before);
  });

  test('says all that was decided about one array', async ({ expect }) => {
    const { stdout } = await why('e');
    expect(stdout).toMatchInlineSnapshot(`
      "e in p_forward: f32[64, 512], 128 KiB
        inline-virtual  kept: 65,536 reads of 32,768 cells, 534 each: recomputing would cost 34,996,224, storing 17,596,416
        fuse-loops      kept in part: each turn of b < 64 uses a row of [512] of its own
      "
    `);
  });

  test('depends on the processor: nothing is fused without vectors', async ({ expect }) => {
    const { stdout } = await einc(['dump', 'two.ts', '--target', 'scalar', '--why', 'sum']);
    expect(stdout).toMatchInlineSnapshot(`
      "sum in p_forward: f32[64, 1], 256 B
        inline-virtual  kept: 32,768 reads of 64 cells, 512 each: recomputing would cost 16,777,216, storing 65,600
        place-locals    on the stack: it is small
      "
    `);
  });

  test('as JSON', async ({ expect }) => {
    const { stdout } = await why('sub', '--json');
    expect(JSON.parse(stdout)).toMatchInlineSnapshot(`
      [
        {
          "arrays": [
            {
              "bytes": 131072,
              "decisions": [
                {
                  "because": "32,768 reads of 32,768 cells, 514 each: recomputing costs 16,842,752, storing 16,908,288",
                  "by": "inline-virtual",
                  "costs": {
                    "cells": 32768,
                    "each": 514,
                    "reads": 32768,
                    "recomputing": 16842752,
                    "storing": 16908288,
                  },
                  "fate": "inlined",
                  "readers": [
                    "e",
                  ],
                },
              ],
              "dims": [
                64,
                512,
              ],
              "dtype": "f32",
              "name": "sub",
            },
          ],
          "routine": "p_forward",
        },
      ]
    `);
  });

  test('needs no C compiler, and runs nothing', async ({ expect }) => {
    const { code } = await einc(['dump', 'two.ts', '--why'], { PATH: '/nowhere' });
    expect(code).toBe(0);
  });
});

test.each([
  ['two.ts', 'summ', 'did you mean sum?'],
  ['two.ts', 'logits', 'they have p, x, max, sub, e, sum, w'],
  ['nothing.ts', 'x', 'it compiles none'],
])('%s has no %s', async (file, name, help) => {
  expect(await einc(['dump', file, '--why', name])).toEqual({
    code: 1,
    stdout: '',
    stderr: `error[EINC0806]: no routine of ${file} has an array called ${name}\n  = help: ${help}\n`,
  });
});
