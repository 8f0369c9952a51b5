/** The page of errors is complete and true, and every error of the language is provoked somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

/** The files of a folder and the folders in it. */
function filesIn(folder: string, ending: string): readonly string[] {
  const all = readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: 'utf8' });
  return all.filter(name => name.endsWith(ending)).map(name => `${folder}/${name}`);
}

function codesIn(files: readonly string[]): readonly string[] {
  const texts = files.map(file => readFileSync(new URL(file, root), 'utf8'));
  const codes = texts.flatMap(text => Array.from(text.matchAll(/EINC\d{4}/g), m => m[0]));
  return [...new Set(codes)].toSorted();
}

/** `EINC0903 – EINC0908` is all codes from the first to the last. */
function listed(): readonly string[] {
  const page = readFileSync(new URL('docs/errors.md', root), 'utf8');
  const rows = page.matchAll(/^## EINC(\d{4})(?: – EINC(\d{4}))?: /gm);
  return Array.from(rows).flatMap(([, first = '', last = first]) => {
    const count = Number(last) - Number(first) + 1;
    const numbers = Array.from({ length: count }, (_, i) => Number(first) + i);
    return numbers.map(n => `EINC${String(n).padStart(4, '0')}`);
  });
}

const sources = ['compiler', 'dsl', 'runtime', 'backends', 'cli'];

test('every code of the sources is on the page, and every code of the page in the sources', () => {
  const inSources = codesIn(sources.flatMap(folder => filesIn(folder, '.ts')));
  expect(inSources.length).toBeGreaterThan(40);
  expect(listed().toSorted()).toEqual(inSources);
});

test('the page has each code once, in order', () => {
  expect(listed()).toEqual([...new Set(listed())].toSorted());
});

test('every error of the language is provoked by a test', () => {
  const provoked = codesIn(filesIn('test', '.test.ts').filter(f => !f.includes('listed')));
  expect(codesIn(filesIn('dsl', '.ts')).filter(code => !provoked.includes(code))).toEqual([]);
});
