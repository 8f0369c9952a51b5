import { describe, expect, test } from 'vitest';
import { placeWith } from './support.ts';

const { einc } = placeWith({
  'program.ts': `import { context, forward, op, tensor } from 'einc';
console.log('not shown');
const x = tensor([[1, 2], [3, 4], [5, 6]], { label: 'x' });
const ctx = await context();
const y = op\`y = { w } *. \${x} + { b; o = [2] }\`;
(await ctx.compile(forward(y))).runSync();
await ctx.compile(forward(op\`z = \${y} *. 2\`));`,
  'nothing.ts': `console.log('not shown');`,
  'fails.ts': `import { op } from 'einc'; op\`y = {\`;`,
  'two.ts': `import { op } from 'einc';
op\`y = one; z = 1 / 2\`;`,
  'reads.ts': `import { context, op } from 'einc';
using ctx = await context({ backend: 'interp' });
function read() {
  return ctx.readSync(op\`y = { w }\`, 0);
}
ctx.item(op\`{ w; o = [1] } + 1\`);`,
});

describe.concurrent('a code', () => {
  test('has its section of the page', async ({ expect }) => {
    const { code, stdout, stderr } = await einc(['explain', 'EINC0205']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "EINC0205: an operator that \`op\` does not have

      In \`op\`, \`/\` and \`**\` would not say which axes to match. Use the element-wise \`/.\` and \`**.\`. Only the product has both
      forms: \`*\` is the tensor product and \`*.\` is element-wise.

          const x = tensor([1, 2, 3], { label: 'x' });
          op\`\${x} / 2\`;

          error[EINC0205]: \`/\` is not an operator of \`op\`
           --> program.js:2:9
            |
          2 | op\`\${x} / 2\`;
            |         ^
            |
            = help: for the element-wise operation write \`/.\`

      Write \`\`op\`\${x} /. 2\` \`\`.
      "
    `);
  });

  test('in small letters', async () => {
    expect(await einc(['explain', 'einc0205'])).toEqual(await einc(['explain', 'EINC0205']));
  });

  test('one of several that are explained together', async () => {
    const { stdout } = await einc(['explain', 'EINC0905']);
    expect(stdout).toMatch(/^EINC0903 – EINC0908: the C compiler or the file system failed\n/);
  });

  test('as JSON', async () => {
    const { code, stdout } = await einc(['explain', '--json', 'EINC0205']);
    expect(code).toBe(0);
    const entry = JSON.parse(stdout) as Record<string, string>;
    expect(entry).toMatchObject({
      code: 'EINC0205',
      about: 'an operator that `op` does not have',
    });
    expect(entry['text']).toContain('```js\n');
  });

  test.each([
    ['EINC2005', '  = help: did you mean EINC0205?\n'],
    ['EINC99999999', ''],
  ])('that does not exist: %s', async (code, similar) => {
    expect(await einc(['explain', code])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[EINC0804]: there is no error ${code}
${similar}  = help: \`einc explain\` lists them all
`,
    });
  });
});

describe.concurrent('no code', () => {
  test('lists them', async () => {
    const { code, stdout, stderr } = await einc(['explain']);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(50);
    expect(lines[0]).toBe('EINC0101  a template with a syntax error');
    expect(lines.every(line => /^EINC\d{4}( – EINC\d{4})? {2}\S/.test(line))).toBe(true);
  });

  test('as JSON', async () => {
    const { stdout } = await einc(['explain', '--json']);
    expect((JSON.parse(stdout) as unknown[])[0]).toEqual({
      code: 'EINC0101',
      about: 'a template with a syntax error',
    });
  });
});

describe.concurrent('a program', () => {
  test('shows the tensors that have names, each once', async ({ expect }) => {
    const { code, stdout, stderr } = await einc(['explain', 'program.ts']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatchInlineSnapshot(`
      "w: 3, 2, a parameter (program.ts:5:18)
        batch      no axes: a parameter has none unless they are given
        input      no axes: nothing asks for more
        output     3  it is used with this size: \`x\` is made with this shape (program.ts:3:11)
                   2  it is used with this size: \`x\` is made with this shape (program.ts:3:11)
                   no more axes: what it is used with has no more
        starts as  evenly spread from -0.25 to 0.25, by the seed of the context
        dtype      f32

      x: 3, 2, values of the host (program.ts:3:11)
        batch      no axes
        input      no axes
        output     3  \`x\` is made with this shape (program.ts:3:11)
                   2  \`x\` is made with this shape (program.ts:3:11)
        starts as  1, 2, 3, 4, 5, 6
        dtype      f32

      b: 2, a parameter (program.ts:5:34)
        batch      no axes: a parameter has none unless they are given
        input      no axes: nothing asks for more
        output     2  \`b\` is declared with o = […] (program.ts:5:39)
        starts as  evenly spread from -0.25 to 0.25, by the seed of the context
        dtype      f32

      y: 3, 2, computed by \`+\` (program.ts:5:18)
        batch      no axes: nothing asks for more
        input      no axes: nothing asks for more
        output     3  \`x\` is made with this shape (program.ts:3:11)
                   2  \`x\` is made with this shape (program.ts:3:11)
                   no more axes: nothing asks for more
        from       \`mul\` (3, 2), \`b\` (2)
        dtype      f32

      z: 3, 2, computed by \`*.\` (program.ts:7:34)
        batch      no axes: nothing asks for more
        input      no axes: nothing asks for more
        output     3  \`x\` is made with this shape (program.ts:3:11)
                   2  \`x\` is made with this shape (program.ts:3:11)
                   no more axes: nothing asks for more
        from       \`y\` (3, 2), \`constant\` (scalar)
        dtype      f32
      "
    `);
  });

  test('shows the one that is asked for, and needs no compiler', async ({ expect }) => {
    const env = { PATH: '/nowhere' };
    const { code, stdout } = await einc(['explain', 'program.ts', 'w'], env);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'w: 3, 2, a parameter (program.ts:5:18)']);
    expect(stdout).not.toContain('y:');
  });

  test('as JSON', async () => {
    const { stdout } = await einc(['explain', 'program.ts', 'b', '--json']);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        name: 'b',
        shape: '2',
        rows: { output: { axes: [{ size: 2, place: 'program.ts:5:39' }] } },
      },
    ]);
  });

  test.each([
    [
      'a name near another',
      ['program.ts', 'yy'],
      'no routine of program.ts is about a tensor called yy',
      'did you mean y?',
    ],
    [
      'a name near none',
      ['program.ts', 'weights'],
      'no routine of program.ts is about a tensor called weights',
      'its tensors are b, w, x, y, z',
    ],
    [
      'no routines',
      ['nothing.ts'],
      'nothing.ts compiles no routine with a named tensor',
      'shapes are settled when code is compiled: await ctx.compile(code)',
    ],
  ])('with %s', async (_, args, message, help) => {
    expect(await einc(['explain', ...args])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[EINC0805]: ${message}\n  = help: ${help}\n`,
    });
  });

  test('that fails says so and nothing else', async () => {
    const { code, stdout, stderr } = await einc(['explain', 'fails.ts']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error\[EINC0101\]/);
  });

  test('that is not there', async () => {
    expect(await einc(['explain', 'nowhere.ts'])).toMatchObject({
      code: 1,
      stderr: 'error[EINC0801]: there is no file nowhere.ts\n',
    });
  });
});

describe.concurrent('an error of a program', () => {
  test('ends with the command that says more, once for all of them', async ({ expect }) => {
    const { stderr } = await einc(['run', 'two.ts']);
    expect(stderr).toMatchInlineSnapshot(`
      "error[EINC0201]: \`one\` is not known in this template
       --> two.ts:2:8
        |
      2 | op\`y = one; z = 1 / 2\`;
        |        ^^^ unknown name
        |
        = help: to introduce a parameter write { one }

      error[EINC0205]: \`/\` is not an operator of \`op\`
       --> two.ts:2:19
        |
      2 | op\`y = one; z = 1 / 2\`;
        |                   ^
        |
        = help: for the element-wise operation write \`/.\`

      for more: einc explain EINC0201
      "
    `);
  });

  test('of a call has the place of the call', async ({ expect }) => {
    const { stderr } = await einc(['run', 'reads.ts']);
    expect(stderr).toMatchInlineSnapshot(`
      "error[EINC0505]: no routine of this context keeps \`add\`
       --> reads.ts:6:5
        = help: compile the routine that computes it with { keep: [add] }

      for more: einc explain EINC0505
      "
    `);
  });

  test('has colours where they are asked for', async ({ expect }) => {
    const { stderr } = await einc(['run', 'two.ts'], { NO_COLOR: '', FORCE_COLOR: '1' });
    expect(stderr).toContain('\u001B[1m\u001B[31merror[EINC0201]');
    // Node has something to say about both variables.
    const plain = stderr.replaceAll(/\u001B\[\d+m|^\((node|Use).*\n/gm, '');
    expect(plain).toBe((await einc(['run', 'two.ts'])).stderr);
  });
});
