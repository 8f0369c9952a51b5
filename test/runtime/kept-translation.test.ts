import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { targets } from '../../compiler/index.ts';
import { forward, op, symbol, tensor, type Tensor } from '../../dsl/index.ts';
import { InterpreterBackend } from '../../backends/interpreter/backend.ts';
import type { Backend, Translated } from '../../runtime/backend.ts';
import { type Cache, openCache } from '../../runtime/cache.ts';
import { settleCode } from '../../runtime/compiled-code.ts';
import { keptTranslation, translationKey } from '../../runtime/kept-translation.ts';
import { structureText } from '../../runtime/structure-text.ts';
import { temporaryFolder } from '../backends/native/support.ts';

const interpreter: Backend = new InterpreterBackend();
const avx2: Backend = Object.create(interpreter, { target: { value: targets.avx2 } }) as Backend;
const another: Backend = Object.create(interpreter, { name: { value: 'another' } }) as Backend;

interface Program {
  readonly values?: readonly number[];
  readonly label?: string;
  readonly scale?: number;
  readonly of?: (x: Tensor) => Tensor;
}

const squares = (x: Tensor): Tensor => op`y = ${x} *. ${x}`;

function keyOf(
  { values = [1, 2, 3], label = 'x', scale = 2, of = squares }: Program,
  { backend = interpreter, build = 'a build' }: { backend?: Backend; build?: string } = {},
  name?: string,
): string | undefined {
  const y = of(tensor(values, { label }));
  const total = op`total = ${y} *. ${scale}`;
  const dtype = 'f32';
  const options = { keep: [total], ...(name === undefined ? {} : { name }) };
  const { linkable, schedule } = settleCode(forward(total), options, { backend, dtype });
  return translationKey({ routine: linkable.routine, schedule, backend }, build);
}

test('where it cannot be kept, it is made all the same', async () => {
  const made = { name: 'y' } as unknown as Translated;
  const full: Cache = {
    find: () => undefined,
    file: async (_, produce) => {
      await produce(join('/nowhere', 'workspace'));
      throw new Error('not reached: there is no such folder');
    },
  };
  expect(await keptTranslation('key', () => made, full)).toBe(made);
  const wrong = () => {
    throw new Error('cannot be translated');
  };
  await expect(keptTranslation('key', wrong, full)).rejects.toThrow('cannot be translated');
});

describe('the name of a translation', () => {
  test('is the same for the same routine, wherever it is written', () => {
    expect(keyOf({})).toMatch(/^[0-9a-f]{64}$/);
    expect(keyOf({ of: x => op`y = ${x} *. ${x}` })).toBe(keyOf({}));
    // Values are given with a run.
    expect(keyOf({ values: [4, 5, 6] })).toBe(keyOf({}));
  });

  test.each<[string, Parameters<typeof keyOf>]>([
    ['sizes', [{ values: [1, 2, 3, 4] }]],
    ['labels', [{ label: 'z' }]],
    ['constants', [{ scale: 3 }]],
    ['the sign of 0', [{ scale: -0 }]],
    ['operations', [{ of: x => op`y = ${x} + ${x}` }]],
    ['order', [{ of: x => op`y = ${x} *. (${x} + 1)` }]],
    ['the target', [{}, { backend: avx2 }]],
    ['the backend', [{}, { backend: another }]],
    ['the build of einc', [{}, { build: 'another build' }]],
    ['the name of the routine', [{}, {}, 'another']],
  ])('is another for other %s', (_, given) => {
    expect(keyOf(...given)).not.toBe(keyOf({ scale: given[0].scale === -0 ? 0 : 2 }));
  });

  test('depends on the range of a symbol, and on its name', () => {
    const key = (name: string, range: number): string | undefined => {
      const i = symbol(name, range);
      const x = tensor([[1], [2], [3]], { label: 'x', batch: [3], output: [1] });
      const y = op`y = ${x} @| ${i}`;
      const wanted = { backend: interpreter, dtype: 'f32' } as const;
      const { routine } = settleCode(forward(y), { keep: [y] }, wanted).linkable;
      return translationKey({ routine, schedule: undefined, backend: interpreter }, 'a build');
    };
    expect(key('i', 3)).toBe(key('i', 3));
    expect(key('i', 2)).not.toBe(key('i', 3));
    expect(key('j', 3)).not.toBe(key('i', 3));
  });

  test('there is none for sources, whose build is not known', () => {
    const y = op`y = 1 + 1`;
    const wanted = { backend: interpreter, dtype: 'f32' } as const;
    const { linkable } = settleCode(forward(y), { keep: [y] }, wanted);
    const { routine } = linkable;
    expect(translationKey({ routine, schedule: undefined, backend: interpreter })).toBeUndefined();
  });
});

describe('keeping', () => {
  const translated: Translated = {
    name: 'r',
    source: 'int r;',
    flags: ['-O2'],
    buffers: [{ dtype: 'f32', cells: 3 }],
    arenaBytes: 64,
    indices: 1,
  };
  const kind = { folder: 'translations', extension: 'text' };
  const key = 'ab'.repeat(32);

  test('a translation is made once, and again when it is damaged', async () => {
    const env = { EINC_CACHE_DIR: temporaryFolder() };
    let made = 0;
    const get = () =>
      keptTranslation(key, () => ((made += 1), translated), openCache({ env, kind }));
    expect(await get()).toEqual(translated);
    expect(await get()).toEqual(translated);
    expect(made).toBe(1);
    const folder = join(env.EINC_CACHE_DIR, 'translations', 'v1', 'ab');
    const path = join(folder, readdirSync(folder).find(name => name.endsWith('.text')) ?? '');
    writeFileSync(path, readFileSync(path, 'utf8').replace('int r', 'int x'));
    expect(await get()).toEqual(translated);
    expect(made).toBe(2);
  });

  test('what is wrong with a routine is thrown, and nothing kept', async () => {
    const env = { EINC_CACHE_DIR: temporaryFolder() };
    const fails = () => {
      throw new Error('wrong');
    };
    const cache = openCache({ env, kind });
    await expect(keptTranslation(key, fails, cache)).rejects.toThrow('wrong');
    expect(cache.find(key)).toBeUndefined();
  });
});

describe('the text of data', () => {
  test.each<[unknown, unknown]>([
    [0, -0],
    [NaN, 'NaN'],
    [1n, 1],
    [undefined, null],
    [['a', 'b'], ['a b']],
    [
      [[1], 2],
      [1, [2]],
    ],
    [{ a: 1 }, { b: 1 }],
    [{ a: undefined }, {}],
    [new Map([['a', 1]]), { a: 1 }],
    [
      [1, [2]],
      [1, [2], []],
    ],
  ])('tells %o from %o', (a, b) => {
    expect(structureText(a)).toBeDefined();
    expect(structureText(a)).not.toBe(structureText(b));
  });

  test('says which objects are one', () => {
    const one = { name: 'i' };
    expect(structureText([one, one])).not.toBe(structureText([{ ...one }, { ...one }]));
  });

  test('leaves out what is not wanted, and is none for what is no data', () => {
    expect(structureText([{ a: 1, made: () => 1 }], ['made'])).toBe(structureText([{ a: 1 }]));
    expect(structureText([() => 1])).toBeUndefined();
    expect(structureText(new Date(0))).toBeUndefined();
    expect(structureText(new Set([1]))).toBeUndefined();
  });
});
