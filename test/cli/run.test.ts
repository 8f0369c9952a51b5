import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Place, placeWith } from './support.ts';

const line = `
    import { op, run, tensor } from 'einc';
    import { permutation } from 'einc/data';
    const values: readonly number[] = Array.from(permutation(1, 3));
    console.log(String(await run(op\`y = \${tensor(values, { label: 'x' })} *. 0 + 1\`)));`;

const { folder, einc } = placeWith({
  'args.ts': `console.log(JSON.stringify(process.argv.slice(2)), process.argv[1]?.endsWith('/args.ts'));`,
  'line.ts': line,
  'wrong.ts': `import { op } from 'einc';
op\`y = relu(\`;
`,
  'throws.ts': `throw new Error('of the program');`,
  'runs.ts': `import { context, forward, op, symbol } from 'einc';
const n = symbol('n', 3);
using ctx = await context({ backend: 'interp' });
const step = await ctx.compile(forward(op\`y = !@\${n} + 1\`));
step.runSync({ n: 3 });`,
  'notes.md': '# notes',
  'throws-text.ts': `throw 'text';`,
  'rejects.ts': `import { context } from 'einc';
void context({ backend: 'metal' as never });
setTimeout(() => console.log('still here'), 3000);`,
  'exits.ts': `process.exitCode = 3;`,
  'leaves.ts': `console.log('before'); process.exit(5); console.log('after');`,
  'never.ts': `await new Promise(() => undefined);`,
  'options.ts': `import { parseArgs } from 'node:util';
console.log(parseArgs({ options: { seed: { type: 'string' } } }).values.seed);`,
  'plain.mjs': `console.log('plain');`,
});

describe.concurrent('the program gets its own arguments', () => {
  test.each([
    ['none', [], []],
    ['words', ['a', 'b'], ['a', 'b']],
    ['after --', ['--', '--seed', '3', '-x'], ['--seed', '3', '-x']],
    ['words, then --', ['a', '--', '--help'], ['a', '--help']],
    ['empty and with spaces', ['--', '', 'a b'], ['', 'a b']],
    ['its own --', ['--', '--', '-v'], ['--', '-v']],
  ])('%s', async (_, given, expected) => {
    expect(await einc(['run', 'args.ts', ...given])).toEqual({
      code: 0,
      stdout: `${JSON.stringify(expected)} true\n`,
      stderr: '',
    });
  });

  test('an option without -- is not one of einc', async () => {
    const { code, stdout, stderr } = await einc(['run', 'args.ts', '--seed', '3']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`error: unknown option '--seed'
(options of the program go after --; see einc --help)
`);
  });
});

describe.concurrent('an option that a program does not know ends it, and has no stack', () => {
  test.each([
    ['--sed', "error: unknown option '--sed'\n"],
    [
      '--backend',
      `error: unknown option '--backend'
(it is one of einc, which stands before --: einc run options.ts --backend NAME)
`,
    ],
  ])('%s', async (option, said) => {
    const { code, stdout, stderr } = await einc(['run', 'options.ts', '--', option, 'cc']);
    expect([code, stdout, stderr]).toEqual([2, '', said]);
  });
});

describe.concurrent('a program', () => {
  test('that computes nothing needs no compiler', async ({ expect }) => {
    const { code, stderr } = await einc(['run', 'args.ts'], { EINC_CC: '/nowhere/cc' });
    expect([code, stderr]).toEqual([0, '']);
  });

  test.each([
    ['through generated C', [], {}],
    ['through the interpreter', ['--backend', 'interp'], {}],
    ['as the environment says', [], { EINC_BACKEND: 'interp' }],
    ['with the option before the environment', ['--backend', 'cc'], { EINC_BACKEND: 'metal' }],
  ])('runs %s', async (_, options, env) => {
    expect(await einc(['run', ...options, 'line.ts'], env)).toEqual({
      code: 0,
      stdout: 'f32 3 [1, 1, 1]\n',
      stderr: '',
    });
  });

  test('may be JavaScript, and in a folder that is no package of modules', async () => {
    mkdirSync(join(folder, 'commonjs'));
    writeFileSync(join(folder, 'commonjs', 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(
      join(folder, 'commonjs', 'p.ts'),
      `import { op } from 'einc'; await 0; console.log(typeof op);`,
    );
    expect(await einc(['run', 'plain.mjs'])).toMatchObject({ code: 0, stdout: 'plain\n' });
    expect(await einc(['run', 'commonjs/p.ts'])).toEqual({
      code: 0,
      stdout: 'function\n',
      stderr: '',
    });
  });
});

describe.concurrent('how it ends', () => {
  test('a mistake in the program is shown without a stack, as 1', async ({ expect }) => {
    const { code, stdout, stderr } = await einc(['run', 'wrong.ts']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatchInlineSnapshot(`
      "error[EINC0101]: expected an expression or \`)\`, found the end of the template
       --> wrong.ts:2:13
        |
      2 | op\`y = relu(\`;
        |            -^
        |            |
        |            this \`(\` is still open

      for more: einc explain EINC0101
      "
    `);
  });

  test('a rejected promise nobody waits for ends it at once, as 1', async () => {
    expect(await einc(['run', 'rejects.ts'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[EINC0508]: there is no backend called \`metal\`
 --> rejects.ts:2:6
  = help: the backends are \`cc\`, \`interp\`, \`cuda-emulator\`, \`cuda\`

for more: einc explain EINC0508
`,
    });
  });

  test('another error shows its stack, and no line of einc before the program’s', async () => {
    const { code, stderr } = await einc(['run', 'throws.ts']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: of the program\n +at .*throws\.ts:1:\d+\)?\n$/);
  });

  test('a wrong run is shown where it is, and where its symbol is made', async () => {
    const { code, stderr } = await einc(['run', 'runs.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain(`must be an integer from 0 to 2, not 3
 --> runs.ts:5:6
 --> runs.ts:2:11
  |
2 | const n = symbol('n', 3);`);
  });

  test.each([
    ['something that is no error', 'throws-text.ts', { code: 1, stdout: '', stderr: 'text\n' }],
    ['an exit code', 'exits.ts', { code: 3, stdout: '', stderr: '' }],
    ['process.exit', 'leaves.ts', { code: 5, stdout: 'before\n', stderr: '' }],
    [
      'a file that is not there',
      'nowhere.ts',
      { code: 1, stdout: '', stderr: 'error[EINC0801]: there is no file nowhere.ts\n' },
    ],
    [
      'a folder',
      '.',
      { code: 1, stdout: '', stderr: 'error[EINC0801]: . is a folder, not a program\n' },
    ],
    [
      'a file of another kind',
      'notes.md',
      {
        code: 1,
        stdout: '',
        stderr: 'error[EINC0801]: notes.md is not a program of TypeScript or JavaScript\n',
      },
    ],
    [
      'a backend nobody knows',
      'line.ts',
      {
        code: 1,
        stdout: '',
        stderr: `error[EINC0508]: there is no backend called \`metal\`
 --> line.ts:5:30
  = note: $EINC_BACKEND says so
  = help: the backends are \`cc\`, \`interp\`, \`cuda-emulator\`, \`cuda\`

for more: einc explain EINC0508
`,
      },
    ],
  ])('with %s', async (_, file, ended) => {
    expect(await einc(['run', file], { EINC_BACKEND: 'metal' })).toEqual(ended);
  });

  test('waiting for what never comes is a failure', async () => {
    expect((await einc(['run', 'never.ts'])).code).toBe(13);
  });
});

describe.concurrent('without a C compiler', () => {
  /** A folder of its own for each test, which is also where temporary files would go. */
  const place = (): Place & { readonly own: Record<string, string> } => {
    const made = placeWith({ 'line.ts': line });
    // What the TypeScript loader keeps in TMPDIR is not ours.
    const own = { TSX_DISABLE_CACHE: '1', TMPDIR: made.folder };
    // What is kept of the program, its templates and routines, whatever the compiler makes of them: `program.test.ts`,
    // `kept-trees.test.ts`, `kept-translation.test.ts`, `code-cache.test.ts`.
    const kept = /^cache\/((programs|trees|translations|code)\/.*)?$/;
    const files = () => made.files().filter(name => !kept.test(name));
    return { ...made, files, own };
  };

  test('says what it looked for, and leaves nothing', async ({ expect }) => {
    const { folder, einc, files, own } = place();
    const before = files();
    const env = { PATH: '/nowhere', EINC_CACHE_DIR: join(folder, 'cache'), ...own };
    expect(await einc(['run', 'line.ts'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[EINC0901]: no C compiler found for backend \`cc\`
  = note: tried $EINC_CC (unset), cc, gcc, clang on PATH=/nowhere
  = help: Debian/Ubuntu: sudo apt-get install --no-install-recommends gcc libc6-dev
  = help: elsewhere: set EINC_CC=/path/to/cc
  = help: without a compiler: run with EINC_BACKEND=interp (slow, pure TypeScript)
  = help: \`einc doctor\` shows what was found

for more: einc explain EINC0901
`,
    });
    expect(files()).toEqual(before);
  });

  test('an $EINC_CC that is nowhere is not replaced by another', async ({ expect }) => {
    const { einc, files, own } = place();
    const before = files();
    const { code, stderr } = await einc(['run', 'line.ts'], { EINC_CC: '/nowhere/cc', ...own });
    expect(code).toBe(1);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'error[EINC0901]: no C compiler found for backend `cc`',
      '  = note: $EINC_CC is `/nowhere/cc`: not an executable file',
    ]);
    expect(files()).toEqual(before);
  });

  test('one that fails leaves no half file', async ({ expect }) => {
    const { folder, einc, files, own } = place();
    const before = files();
    const env = { EINC_CC: '/bin/false', EINC_CACHE_DIR: join(folder, 'cache'), ...own };
    const { code, stdout, stderr } = await einc(['run', 'line.ts'], env);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^error\[EINC0902\]: the C compiler rejected `runtime`\n.* = note: \/bin\/false /s,
    );
    expect(stderr).not.toMatch(/^ +at /m);
    const left = files().filter(name => !before.includes(name));
    expect(
      left.every(name => name.endsWith('/')),
      left.join(),
    ).toBe(true);
    expect(left.some(name => /jobs\/./.test(name))).toBe(false);
  });

  test('the interpreter needs none', async () => {
    const env = { PATH: '/nowhere', EINC_BACKEND: 'interp' };
    expect(await einc(['run', 'line.ts'], env)).toMatchObject({
      code: 0,
      stdout: 'f32 3 [1, 1, 1]\n',
    });
  });
});
