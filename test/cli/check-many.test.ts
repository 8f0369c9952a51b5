import { join } from 'node:path';
import { test } from 'vitest';
import { placeWith } from './support.ts';

const template = (n: number): string =>
  `export const f${n} = op\`f(x) = { w${n} } * x\`, y${n} = op\`y = \${f${n}}(${n})\`;`;
const templates = Array.from({ length: 10 }, (_, n) => template(n));
const right = ["import { op } from 'einc';", ...templates].join('\n');
const wrong = `${right}\nexport const z = op\`z = \${f1}(1, 2) + rellu(1)\`;`;

/** So many that another thread checks the last of them. */
const count = 22;

test('many files are checked, twice the same', { timeout: 120_000 }, async ({ expect }) => {
  const names = Array.from({ length: count }, (_, i) => `file${String(i).padStart(2, '0')}.ts`);
  const isWrong = (i: number): boolean => i === 0 || i === count - 1;
  const texts = names.map((name, i) => [name, isWrong(i) ? wrong : right] as const);
  const { einc, folder } = placeWith(Object.fromEntries(texts));
  const env = { EINC_CACHE_DIR: join(folder, 'cache') };
  const first = await einc(['check', '--json'], env);
  const found = JSON.parse(first.stdout) as {
    errors: readonly { file: string; code: string }[];
    templates: number;
  };
  expect(found.templates).toBe(20 * count + 2);
  expect(found.errors.map(({ file, code }) => `${file} ${code}`)).toEqual([
    'file00.ts EINC0207',
    'file00.ts EINC0201',
    'file21.ts EINC0207',
    'file21.ts EINC0201',
  ]);
  expect(await einc(['check', '--json'], env)).toEqual(first);
});
