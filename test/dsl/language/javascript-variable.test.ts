import { expect, test } from 'vitest';
import { javascriptVariable } from '../../../dsl/language/javascript-variable.ts';
import { TemplateSource } from '../../../dsl/language/template-source.ts';
import { bundle, runFixture, underTsx } from '../../support/run-fixture.ts';
import { sourceOf } from '../../support/template.ts';

const language = bundle(`
  import { javascriptVariable } from './dsl/language/javascript-variable.ts';
  import { TemplateSource } from './dsl/language/template-source.ts';
  export const op = (strings) => new TemplateSource(strings, op);
  export function show(source) {
    const at = javascriptVariable(source, 'x');
    console.log(at ? at.text.slice(0, at.column - 1) + '▸' + at.text.slice(at.column - 1) : 'none');
  }`);

/** What is found for `x` in files of these lines; a `▸` stands before it. */
function lookUp(programs: readonly string[]): readonly string[] {
  const folder: Record<string, string> = { 'language.mjs': language };
  for (const [i, lines] of programs.entries()) {
    folder[`${i}.mts`] = `import { op, show } from './language.mjs';\n${lines}\n`;
  }
  folder['all.mts'] = programs.map((_, i) => `await import('./${i}.mts');\n`).join('');
  return runFixture(folder, ...underTsx, 'all.mts')
    .trimEnd()
    .split('\n');
}

const cases: readonly (readonly [lines: string, found: string])[] = [
  ['const x = 1;\nshow(op`x`);', 'const ▸x = 1;'],
  ['let x: number = 1;\nshow(op`x`);', 'let ▸x: number = 1;'],
  ['const { a, x } = { a: 1, x: 2 };\nshow(op`x`);', 'const { a, ▸x } = { a: 1, x: 2 };'],
  ['const { a: x } = { a: 1 };\nshow(op`x`);', 'const { a: ▸x } = { a: 1 };'],
  ['const [y, x] = [1, 2];\nshow(op`x`);', 'const [y, ▸x] = [1, 2];'],
  ['function x() {}\nshow(op`x`);', 'function ▸x() {}'],
  ["import { sep as x } from 'node:path';\nshow(op`x`);", "import { sep as ▸x } from 'node:path';"],
  ["import * as x from 'node:path';\nshow(op`x`);", "import * as ▸x from 'node:path';"],
  ["import x, { sep } from 'node:path';\nshow(op`x`);", "import ▸x, { sep } from 'node:path';"],
  ['const f = x => op`x`;\nshow(f(1));', 'const f = ▸x => op`x`;'],
  [
    'const f = (a: number, x = 2) => op`x`;\nshow(f(1));',
    'const f = (a: number, ▸x = 2) => op`x`;',
  ],
  ['const f = (p, { a, x }) => op`x`;\nshow(f(1, {}));', 'const f = (p, { a, ▸x }) => op`x`;'],
  [
    'function f(x: number): unknown { return op`x`; }\nshow(f(1));',
    'function f(▸x: number): unknown { return op`x`; }',
  ],
  ['const x = 1;\n{ const x = 2; show(op`x`); }', '{ const ▸x = 2; show(op`x`); }'],
  ['show(op`x`);\nconst x = 1;', 'none'],
  ['const x = op`x`;\nshow(x);', 'none'],
  ['const x: unknown = op<unknown>`x`;\nshow(x);', 'none'],
  ['const xs = 1, y = { x: 2 };\nshow(op`x`);', 'none'],
  ['[1].map(x => x + 1);\nshow(op`x`);', 'none'],
  ['const f = (x: number) => { return x; };\nshow(op`x`);', 'none'],
  ['{ const x = 1; console.error(x === 2); }\nshow(op`x`);', 'none'],
  ['for (const x of [1]) show(op`x`);', 'for (const ▸x of [1]) show(op`x`);'],
  ['const s = `let x = ${1};`; const n = [s];\nshow(op`x`);', 'none'],
  ["const s = 'let x = 1';\nshow(op`x`);", 'none'],
  ['// const x = 1;\n/* let x; */ console;\nshow(op`x`);', 'none'],
  ['const log = (...a: unknown[]) => a; const n = 3;\nlog(n);\nshow(op`x`);', 'none'],
];

test('finds where the file declares a variable before the template', () => {
  expect(lookUp(cases.map(([lines]) => lines))).toEqual(cases.map(([, found]) => found));
});

test('there is nothing to find without a file, or for what is no name', () => {
  expect(javascriptVariable(sourceOf('x'), 'x')).toBeUndefined();
  const op = (strings: TemplateStringsArray): TemplateSource => new TemplateSource(strings, op);
  expect(javascriptVariable(op`x`, 'x(')).toBeUndefined();
  expect(javascriptVariable(op`x`, 'cases')?.text).toMatch(/^const cases/);
});
