import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Place, placeWith } from './support.ts';

const programs = {
  'two.ts': `
    import { cd, context, op, forward, tensor } from 'einc';
    using ctx = await context();
    const y = op\`y = relu({ w } * \${tensor([1, 2], { label: 'x' })} + { b; o = [3] })\`;
    const routine = await ctx.compile(forward(y));
    routine.runSync();
    console.log('first', ctx.item(y));
    await ctx.compile(cd\`~~("grow" ; \${y.param('w')} =+ 1)\`);`,
  'same-names.ts': `
    import { cd, context, tensor } from 'einc';
    using ctx = await context();
    for (const n of [1, 2, 3]) {
      await ctx.compile(cd\`~~("grow"; \${tensor([n], { label: 'x' })} =+ 1)\`);
    }`,
  'long-name.ts': `
    import { cd, context, tensor } from 'einc';
    using ctx = await context();
    for (const end of ['this', 'that']) {
      const name = 'a_long_story_'.repeat(40) + end;
      const routine = await ctx.compile(cd\`~~("short"; \${tensor([1], { label: 'x' })} =+ 1)\`, { name });
      routine.runSync();
    }`,
  'fails-late.ts': `
    import { cd, context, op, tensor } from 'einc';
    using ctx = await context();
    await ctx.compile(cd\`~~("grow"; \${tensor([1], { label: 'x' })} =+ 1)\`);
    op\`y = { a } +. 1\`;`,
  'exit-code.ts': `
    import { cd, context, tensor } from 'einc';
    using ctx = await context();
    await ctx.compile(cd\`~~("grow"; \${tensor([1], { label: 'x' })} =+ 1)\`);
    process.exit(Number(process.argv[2]));`,
  'verdict.ts': `
    import { cd, context, tensor } from 'einc';
    using ctx = await context();
    const x = tensor([1], { label: 'x' });
    const grow = await ctx.compile(cd\`~~("grow"; \${x} =+ 1)\`, { keep: [x] });
    grow.runSync();
    if (ctx.item(x) !== Number(process.argv[2])) process.exitCode = 4;`,
  'not-awaited.ts': `
    import { cd, context, tensor } from 'einc';
    void (async () => {
      using ctx = await context();
      await ctx.compile(cd\`~~("grow"; \${tensor([1], { label: 'x' })} =+ 1)\`);
      console.log('not shown');
    })();`,
  'nothing.ts': `console.log('not shown');`,
};

const place = (): Place => placeWith(programs);
const stages = (name: string): readonly string[] =>
  ['.cd', '-unoptimized.ll', '.ll', '.c'].map(ending => name + ending);
const out = (...names: readonly string[]): string => names.map(name => `out/${name}\n`).join('');

describe.concurrent('the files', () => {
  test('are four for each routine, and listed', async ({ expect }) => {
    const { einc, files, read } = place();
    expect(await einc(['dump', 'two.ts', '--out', 'out'])).toEqual({
      code: 0,
      stdout: out(...stages('y_forward'), ...stages('grow')),
      stderr: '',
    });
    expect(files('out')).toEqual([...stages('y_forward'), ...stages('grow')].toSorted());
    expect(read('out/y_forward.cd')).toMatch(/^y_forward/);
    expect(read('out/y_forward.c')).toContain('static void y_forward(');
    expect(read('out/y_forward.ll')).toContain('device b: f32[3]');
  });

  test('are the same bytes each time', async ({ expect }) => {
    const { einc, files, read } = place();
    await einc(['dump', 'two.ts', '--out', 'one']);
    await einc(['dump', 'two.ts', '--out', 'two', '--run']);
    expect(files('one')).toHaveLength(8);
    expect(files('two')).toEqual(files('one'));
    for (const name of files('one')) expect(read(`two/${name}`)).toBe(read(`one/${name}`));
  });

  test('go to build_files unless said otherwise, and replace what is there', async ({ expect }) => {
    const { folder, einc, files, read } = place();
    mkdirSync(join(folder, 'build_files'));
    writeFileSync(join(folder, 'build_files', 'grow.c'), 'old');
    writeFileSync(join(folder, 'build_files', 'mine.txt'), 'mine');
    expect((await einc(['dump', 'two.ts'])).code).toBe(0);
    expect(files('build_files')).toHaveLength(9);
    expect(read('build_files/grow.c')).toContain('static void grow(');
    expect(read('build_files/mine.txt')).toBe('mine');
  });

  test('may go into a folder in folders that are not there yet', async ({ expect }) => {
    const { einc, files } = place();
    const { stdout } = await einc(['dump', 'two.ts', '--out', 'a/b/c', '--json']);
    expect(JSON.parse(stdout)).toEqual(
      [...stages('y_forward'), ...stages('grow')].map(name => `a/b/c/${name}`),
    );
    expect(files('a/b/c')).toHaveLength(8);
  });

  test('of routines of one name are numbered', async ({ expect }) => {
    const { einc, files } = place();
    expect((await einc(['dump', 'same-names.ts', '--out', 'out'])).code).toBe(0);
    const expected = ['grow', 'grow-2', 'grow-3'].flatMap(stages);
    expect(files('out')).toEqual(expected.toSorted());
  });

  test('of routines with very long names have short ones, each its own', async ({ expect }) => {
    const { einc, files, read } = place();
    const { code, stderr } = await einc(['dump', 'long-name.ts', '--out', 'out', '--run']);
    expect([code, stderr]).toEqual([0, '']);
    const names = files('out');
    expect(names).toHaveLength(8);
    for (const name of names)
      expect(name).toMatch(/^(a_long_story_){6}\w{22}(-unoptimized)?\.\w+$/);
    const first = names.find(name => name.endsWith('.c')) ?? '';
    expect(read(`out/${first}`)).toContain(`${'a_long_story_'.repeat(40)}th`);
  });

  test('after a pass there is one more', async ({ expect }) => {
    const { einc, files } = place();
    await einc(['dump', 'two.ts', '--out', 'out', '--after', 'inline-virtual']);
    expect(files('out').filter(name => name.includes('after'))).toEqual([
      'grow-after-inline-virtual.ll',
      'y_forward-after-inline-virtual.ll',
    ]);
  });

  test('of the interpreter are three: it has no language of its own', async ({ expect }) => {
    const { einc, files } = place();
    await einc(['dump', 'two.ts', '--out', 'out', '--backend', 'interp']);
    expect(files('out')).toEqual(
      [...stages('y_forward'), ...stages('grow')].filter(n => !n.endsWith('.c')).toSorted(),
    );
  });

  test('need no C compiler', async ({ expect }) => {
    const { einc, files } = place();
    const { code } = await einc(['dump', 'two.ts', '--out', 'out'], { PATH: '/nowhere' });
    expect([code, files('out').length]).toEqual([0, 8]);
  });
});

describe.concurrent('all or nothing', () => {
  test.each([
    ['a mistake after a routine', ['fails-late.ts'], 1, /^error\[EINC0101\]/],
    ['a program that leaves with a code', ['exit-code.ts', '3'], 3, /^$/],
    [
      'a file that is not there',
      ['nowhere.ts'],
      1,
      /^error\[EINC0801\]: there is no file nowhere.ts\n$/,
    ],
    [
      'a pass that does not exist',
      ['two.ts', '--after', 'inline'],
      1,
      /^error\[EINC0802\]: there is no pass called inline\n {2}= help: the passes are drop-dead, /,
    ],
    ['an option that does not exist', ['two.ts', '--fast'], 2, /^error: unknown option '--fast'/],
  ])('%s leaves nothing', async (_, args, code, stderr) => {
    const { einc, files } = place();
    const before = files();
    const ended = await einc(['dump', ...args, '--out', 'out']);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(stderr);
    expect(files()).toEqual(before);
  });

  test('no C compiler where the routines are to be run', async ({ expect }) => {
    const { einc, files } = place();
    const before = files();
    const ended = await einc(['dump', 'two.ts', '--run', '--out', 'out'], { PATH: '/nowhere' });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^error\[EINC0901\]: no C compiler found for backend `cc`\n/);
    expect(files()).toEqual(before);
  });

  test('a folder that is a file', async ({ expect }) => {
    const { einc, files } = place();
    const before = files();
    expect(await einc(['dump', 'two.ts', '--out', 'two.ts'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error[EINC0803]: the files cannot be written to two.ts
  = note: EEXIST: file already exists, mkdir 'two.ts'
`,
    });
    expect(files()).toEqual(before);
  });

  test('a file whose place is taken', async ({ expect }) => {
    const { folder, einc, files } = place();
    mkdirSync(join(folder, 'out', 'grow.cd.tmp'), { recursive: true });
    const { code, stderr } = await einc(['dump', 'two.ts', '--out', 'out']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'error[EINC0803]: the files cannot be written to out',
    ]);
    expect(files('out')).toEqual(['grow.cd.tmp/']);
  });

  test('a folder that had to be made goes away again', async ({ expect }) => {
    const deep = 'x'.repeat(256);
    const { einc, files } = place();
    const before = files();
    const { code, stderr } = await einc(['dump', 'two.ts', '--out', `new/${deep}`]);
    expect([code, stderr.split('\n')[1]]).toEqual([1, expect.stringContaining('ENAMETOOLONG')]);
    expect(files()).toEqual(before);
  });
});

describe.concurrent('the program', () => {
  test('is silent, and gets its arguments', async ({ expect }) => {
    const { einc } = place();
    expect(await einc(['dump', 'exit-code.ts', '--out', 'out', '--', '0'])).toEqual({
      code: 0,
      stdout: out(...stages('grow')),
      stderr: '',
    });
  });

  test('finds nothing wrong with what was not computed', async ({ expect }) => {
    const { einc, files } = place();
    const grown = out(...stages('grow'));
    const wrong = ['verdict.ts', '--out', 'out', '--run', '--', '3'];
    expect(await einc(['dump', ...wrong])).toEqual({ code: 4, stdout: '', stderr: '' });
    expect(files()).not.toContain('out/');
    const right = ['verdict.ts', '--out', 'out', '--run', '--', '2'];
    expect(await einc(['dump', ...right])).toEqual({ code: 0, stdout: grown, stderr: '' });
    const unknown = ['verdict.ts', '--out', 'out', '--', '2'];
    expect(await einc(['dump', ...unknown])).toEqual({ code: 0, stdout: grown, stderr: '' });
  });

  test('may go on after its last line', async ({ expect }) => {
    const { einc } = place();
    const { stdout } = await einc(['dump', 'not-awaited.ts', '--out', 'out']);
    expect(stdout).toBe(out(...stages('grow')));
  });

  test('may have no routine', async ({ expect }) => {
    const { einc } = place();
    expect(await einc(['dump', 'nothing.ts', '--out', 'out'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await einc(['dump', 'nothing.ts', '--out', 'out', '--json'])).stdout).toBe('[]\n');
  });
});
