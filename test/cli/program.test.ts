import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Place, placeWith, unpreparedEinc } from './support.ts';

/** Without esbuild a program can only be what was kept of it. */
const withoutEsbuild = { ESBUILD_BINARY_PATH: '/nowhere/esbuild' };

interface Kept extends Place {
  readonly run: (file: string, env?: Record<string, string>) => Promise<string>;
  readonly write: (name: string, text: string) => void;
  /** Paths of what is kept, by how they end. */
  readonly kept: (ending: string) => readonly string[];
}

function keptPlace(programs: Readonly<Record<string, string>>, command?: string): Kept {
  const place = placeWith(programs, command);
  const cache = join(place.folder, 'cache');
  return {
    ...place,
    run: async (file, env = {}) => {
      const { code, stdout, stderr } = await place.einc(['run', file], {
        EINC_CACHE_DIR: cache,
        // Nothing here is about compilers, and a new cache would ask for one.
        EINC_BACKEND: 'interp',
        ...env,
      });
      return `${code === 0 ? '' : `${code}: `}${stdout}${stderr}`;
    },
    write: (name, text) => writeFileSync(join(place.folder, name), text),
    kept: ending =>
      place
        .files('cache/programs')
        .filter(name => name.endsWith(ending))
        .map(name => join(cache, 'programs', name)),
  };
}

const main = `import { word } from './word.ts'; console.log(word as string);`;
const word = (text: string) => `export const word: string = '${text}';`;

describe.concurrent('a program is kept as JavaScript', () => {
  test('and needs nothing to be run again', async () => {
    const { run, kept } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
    expect(await run('main.ts')).toBe('one\n');
    expect(kept('.mjs')).toHaveLength(1);
    expect(await run('main.ts', withoutEsbuild)).toBe('one\n');
  });

  test('until a file that it imports changes', async () => {
    const { run, write } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
    expect(await run('main.ts')).toBe('one\n');
    write('word.ts', word('two'));
    expect(await run('main.ts')).toBe('two\n');
    write('word.ts', word('one'));
    expect(await run('main.ts')).toBe('one\n');
    expect(await run('main.ts', withoutEsbuild)).toBe('one\n');
  });

  test('until it imports others', async () => {
    const { run, write } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
    expect(await run('main.ts')).toBe('one\n');
    write('word.ts', `export { word } from './other.ts';`);
    write('other.ts', word('of another'));
    expect(await run('main.ts')).toBe('of another\n');
    write('other.ts', word('changed'));
    expect(await run('main.ts')).toBe('changed\n');
  });

  test('until there is a file that goes before one of its own', async () => {
    const { run, write } = keptPlace({
      'main.ts': `import { word } from './word.mjs'; console.log(word);`,
      'word.mjs': `export const word = 'of JavaScript';`,
    });
    expect(await run('main.ts')).toBe('of JavaScript\n');
    write('word.mts', word('of TypeScript'));
    expect(await run('main.ts')).toBe('of TypeScript\n');
  });

  test('unless what is kept is damaged', async () => {
    const { run, kept } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
    expect(await run('main.ts')).toBe('one\n');
    const [path = ''] = kept('.mjs');
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, `\nconsole.log('of somebody else');`);
    expect(await run('main.ts')).toBe('one\n');
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  test.each(['{', '{"paths":[]}', '{"paths":["/etc/passwd"]}', '{"paths":7}'])(
    'or the list of its files is: %s',
    async text => {
      const { run, kept, folder } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
      expect(await run('main.ts')).toBe('one\n');
      const list = kept('.json').find(path => !path.includes('/v1/')) ?? folder;
      writeFileSync(list, text);
      expect(await run('main.ts')).toBe('one\n');
      expect(await run('main.ts', withoutEsbuild)).toBe('one\n');
    },
  );

  test('but not with EINC_CACHE=off', async () => {
    const { run, files } = keptPlace({ 'main.ts': main, 'word.ts': word('one') });
    const before = files();
    expect(await run('main.ts', { EINC_CACHE: 'off' })).toBe('one\n');
    expect(files()).toEqual(before);
  });
});

describe.concurrent('places are those of TypeScript', () => {
  const programs = {
    'wrong.ts': `import { op, type Tensor } from 'einc';
import { twice } from './twice.ts';
interface Unused { readonly a: number }

export const y: Tensor = twice(op\`x = 1\`);
`,
    'twice.ts': `import { op, type Tensor } from 'einc';
type Many = readonly Tensor[];
/** Of no use. */
export function twice(x: Tensor): Tensor {
  return op\`y = \${x} +
    \${x} + z\`;
}
`,
    'throws.ts': `interface A { readonly a: number }
class Held<T> {
  constructor(private readonly value: T) {}
  fail(): never { throw new TypeError(\`of \${String(this.value)}\`); }
}
const held: Held<A['a']> = new Held(1);
held.fail();
`,
  };

  test('in the errors of templates', async () => {
    const { run } = keptPlace(programs);
    const first = await run('wrong.ts');
    expect(first).toMatchInlineSnapshot(`
      "1: error[EINC0201]: \`z\` is not known in this template
       --> twice.ts:6:12
        |
      6 |     \${x} + z\`;
        |            ^ unknown name
        |
        = help: to introduce a parameter write { z }

      for more: einc explain EINC0201
      "
    `);
    expect(await run('wrong.ts', withoutEsbuild)).toBe(first);
  });

  test('and in stacks', async () => {
    const { run, folder } = keptPlace(programs);
    const first = await run('throws.ts');
    const [message, ...frames] = first.replaceAll(folder, '.').split('\n');
    expect(message).toBe('1: TypeError: of 1');
    expect(frames.slice(0, 2)).toEqual([
      '    at Held.fail (./throws.ts:4:25)',
      '    at <anonymous> (./throws.ts:7:6)',
    ]);
    expect(await run('throws.ts', withoutEsbuild)).toBe(first);
  });
});

describe.concurrent('it is as under Node', () => {
  test('a file knows where it lies', async () => {
    const where = '[import.meta.url, import.meta.filename, import.meta.dirname].join()';
    const { run, folder } = keptPlace({
      'main.ts': `import { here } from './here.ts'; console.log(${where}); console.log(here);`,
      'here.ts': `export const here: string = ${where};`,
    });
    const expected = ['main.ts', 'here.ts'].map(
      name => `file://${folder}/${name},${folder}/${name},${folder}\n`,
    );
    expect(await run('main.ts')).toBe(expected.join(''));
  });

  test('modules run once, in their order, and functions keep their names', async () => {
    const { run } = keptPlace({
      'main.ts': `console.log('main'); import './a.ts'; import { f } from './b.ts';
        const g = f; { const f = () => 1; console.log(g.name, f.name); }
        console.log((await import('./a.ts')).a);`,
      'a.ts': `import './b.ts'; console.log('a'); export const a = await Promise.resolve('of a');`,
      'b.ts': `console.log('b'); export function f(): void {}`,
    });
    expect(await run('main.ts')).toBe('b\na\nmain\nf f\nof a\n');
  });

  test.each([
    [
      'imports what it finds out later',
      `const name = './word.ts'; console.log((await import(name)).word);`,
    ],
    [
      'loads modules itself',
      `import { createRequire } from 'node:module'; import { word } from './word.ts';
       void createRequire; console.log(word);`,
    ],
    [
      'asks for the place of another',
      `import { word } from './word.ts';
       void import.meta.resolve; console.log(word);`,
    ],
    [
      'has data of JSON',
      `import data from './data.json' with { type: 'json' }; console.log(data.word);`,
    ],
  ])('a program that %s has a loader', async (_, text) => {
    const { run, kept } = keptPlace({
      'main.ts': text,
      'word.ts': word('one'),
      'data.json': '{ "word": "one" }',
    });
    expect(await run('main.ts')).toBe('one\n');
    expect(kept('.mjs')).toEqual([]);
    expect(await run('main.ts')).toBe('one\n');
  });

  test('what cannot be read is reported by the loader', async () => {
    const { run, folder } = keptPlace({
      'syntax.ts': 'const x: number = ;\n',
      'nowhere.ts': `import './nothing.ts';`,
    });
    expect(await run('syntax.ts')).toContain(`${folder}/syntax.ts:1:18: ERROR: Unexpected ";"`);
    expect(await run('nowhere.ts')).toContain(
      `Cannot find module '${folder}/nothing.ts' imported from ${folder}/nowhere.ts`,
    );
  });
});

describe.concurrent('einc itself', () => {
  const unprepared = unpreparedEinc();
  const programs = {
    'step.ts': `import { op, run } from 'einc'; console.log(String(await run(op\`y = 1 + 1\`)));`,
  };
  const keptIn = ({ files, folder }: Place, kind: string, ending: string) =>
    files(`cache/${kind}`)
      .filter(name => name.endsWith(ending))
      .map(name => join(folder, 'cache', kind, name));
  const codeOf = (place: Place) => keptIn(place, 'code', '.bin');

  test('is kept as V8 has compiled it, once a routine was compiled', async () => {
    const place = keptPlace(programs, unprepared);
    const env = { EINC_CACHE_DIR: join(place.folder, 'cache') };
    expect((await place.einc(['--version'], env)).code).toBe(0);
    expect(place.files()).toEqual(['step.ts']);
    expect(await place.run('step.ts')).toBe('f32 2\n');
    const [path = '', ...others] = codeOf(place);
    expect(others).toEqual([]);
    const whole = readFileSync(path);
    expect(await place.run('step.ts')).toBe('f32 2\n');
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('and again when that is damaged', async () => {
    const place = keptPlace(programs, unprepared);
    expect(await place.run('step.ts')).toBe('f32 2\n');
    const [path = ''] = codeOf(place);
    const { length } = readFileSync(path);
    const damaged = Buffer.from(readFileSync(path).fill(7, length >> 1));
    writeFileSync(path, damaged);
    expect(await place.run('step.ts')).toBe('f32 2\n');
    expect(readFileSync(path).equals(damaged)).toBe(false);
  });

  test('keeps what its passes made of a routine, and runs them where that is asked for', async () => {
    const place = keptPlace({
      'step.ts': `import { context, forward, op } from 'einc';
        const y = op\`y = 1 + 1\`;
        using ctx = await context();
        const routine = await ctx.compile(forward(y), { keep: [y] });
        routine.runSync();
        console.log(ctx.item(y), routine.compiled.program.params.map(node => node.name).join());`,
    });
    const cc = { EINC_BACKEND: 'cc' };
    const translations = () => keptIn(place, 'translations', '.text');
    expect(await place.run('step.ts', cc)).toBe('2 y\n');
    const [path = '', ...others] = translations();
    expect(others).toEqual([]);
    const whole = readFileSync(path, 'utf8');
    expect(JSON.parse(whole)).toMatchObject({ name: 'y_forward', indices: 0, arenaBytes: 0 });
    expect(await place.run('step.ts', cc)).toBe('2 y\n');
    writeFileSync(path, whole.replace('return 0', 'return 1'));
    expect(await place.run('step.ts', cc)).toBe('2 y\n');
    expect(readFileSync(path, 'utf8')).toBe(whole);
    const env = { EINC_CACHE_DIR: join(place.folder, 'cache') };
    expect((await place.einc(['dump', 'step.ts'], env)).code).toBe(0);
    expect(place.read('build_files/y_forward.c')).toContain('y[0] = ');
    expect(translations()).toEqual([path]);
  });
});
