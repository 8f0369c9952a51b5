/** The page that goes through OCANNL points to tests that exist, and its tables have all their cells. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = new URL('../../docs/ocannl.md', import.meta.url);
const text = readFileSync(page, 'utf8');

/** `| a | b |`, the heads and the lines under them left out. */
const rows = text
  .split('\n')
  .filter(line => line.startsWith('|'))
  .map(line => line.split(/(?<!\\)\|/).slice(1, -1))
  .map(cells => cells.map(cell => cell.trim()))
  .filter(([first = '']) => first !== 'OCANNL' && !/^-+$/.test(first));

test('every link leads to a file', () => {
  const links = Array.from(text.matchAll(/\]\(([^)#]+)/g), ([, link = '']) => link);
  expect(links.length).toBeGreaterThan(60);
  expect(links.filter(link => !existsSync(new URL(link, page)))).toEqual([]);
});

test('every row has three cells, the last of them a test', () => {
  expect(rows.length).toBeGreaterThan(80);
  for (const [left, right = '', link = '', ...others] of rows) {
    expect(others, left).toEqual([]);
    expect(right, left).not.toBe('');
    expect(link, left).toMatch(/^\[[\w -]+\]\(\.\.\/test\/.+\.test\.ts\)$/);
  }
});
