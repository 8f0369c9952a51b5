/** Every folder of code has a page, and that page, or the page of a folder around it, has a word on each of its files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const parts = ['compiler', 'runtime', 'backends', 'dsl', 'cli', 'bench', 'examples'];
const isCode = (file: string): boolean =>
  /\.(ts|js|c|cu|h|py|ohm)$/.test(file) && !/(^index|\.d)\.ts$|ohm-bundle/.test(file);

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return isCode(entry.name) ? [path] : [];
  });
}

/** What stands in backticks. `explain-*.ts` is many files, `programs/` all that are in there, `rows` is `rows.ts`. */
function isNamedOn(page: string, path: string): boolean {
  const names = [path, path.slice(0, -extname(path).length), `${dirname(path)}/`];
  const words = Array.from(page.matchAll(/`([\w./*-]*\w[\w./*-]*)`/g), ([, word = '']) => word);
  return words.some(word => {
    const pattern = word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
    return names.some(name => new RegExp(`^${pattern}$`).test(name));
  });
}

/** The nearest page: a folder without one is a part of the folder around it. */
function isExplained(path: string): boolean {
  let folder = dirname(path);
  while (!existsSync(join(folder, 'README.md'))) folder = dirname(folder);
  return isNamedOn(readFileSync(join(folder, 'README.md'), 'utf8'), relative(folder, path));
}

test('every file is named on the page of its folder', () => {
  const files = parts.flatMap(part => filesIn(join(root, part)));
  expect(files.length).toBeGreaterThan(600);
  expect(files.filter(file => !isExplained(file)).map(file => relative(root, file))).toEqual([]);
});

const page = 'From `rows.ts` to `parts/`.';

test('a file of which no page has a word is found', () => {
  expect(isNamedOn(page, 'rows.ts')).toBe(true);
  expect(isNamedOn(page, 'parts/one.ts')).toBe(true);
  expect(isNamedOn(page, 'columns.ts')).toBe(false);
});
