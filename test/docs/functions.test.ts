/** An error about a function that is not known sends the reader to `docs/op.md`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../dsl/ops/names.ts';

test('the page names every function, and travels with the package', () => {
  const page = readFileSync(new URL('../../docs/op.md', import.meta.url), 'utf8');
  const code = Array.from(page.matchAll(/^- [^`]*`([^`]+)`/gm), ([, words = '']) => words);
  const named = code.flatMap(words => words.split(/\s+/));
  expect(functionNames.filter(name => !named.includes(name))).toEqual([]);
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(manifest) as { files: string[] }).files).toContain('docs');
});
