/** The way from an offset to the user's file, under everything that runs user files. */
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { render } from '../../../compiler/index.ts';
import { holeMark, TemplateSource } from '../../../dsl/language/template-source.ts';
import { bundle, runFixture, underTsx } from '../../support/run-fixture.ts';

const language = bundle(`
  import { parseOp } from './dsl/language/parse.ts';
  import { TemplateSource } from './dsl/language/template-source.ts';
  export function op(strings) {
    try {
      parseOp(new TemplateSource(strings, op));
    } catch (error) {
      console.log(error.message.replaceAll('\\r', '<CR>'));
    }
  }`);

/** The types shift the columns of what a compiler makes of it. */
const compiling = { loader: 'ts', sourcefile: 'model.ts' } as const;

const program = [
  "import { op } from './language.mjs';",
  'type Named = { readonly name: string };',
  'const model: Named = { name: "}" }, f = (x: unknown): unknown => x;',
  'const y = f(op`x + ${model.name.repeat(2 /* ` */)} )`);',
  '\tconst s: string = "😀"; op`😀 ${`a${"`"}`}`; op`{ w; o = [16, ${f({ a: { b: "}" } })}}`;',
  'function step(): unknown {',
  '  return op`',
  '    mlp(x) = { w } * ${f(`${1}`)};',
  '    loss = relu(1 - ${',
  '      model.name',
  '    } ++ "..." y',
  '  `;',
  '}',
  'step();',
  'const later: Promise<void> = Promise.resolve().then(async () => {',
  '  await undefined;',
  '  op`2 ${model} = 1`;',
  '});',
  '',
].join('\n');

const files = { 'model.ts': program, 'language.mjs': language };
const expected = runFixture(files, ...underTsx, 'model.ts');

test('under tsx', () => {
  expect(expected).toMatchInlineSnapshot(`
    "error[EINC0101]: \`)\` closes nothing: no bracket is open here
     --> model.ts:4:52
      |
    4 | const y = f(op\`x + \${model.name.repeat(2 /* \` */)} )\`);
      |                                                    ^
    error[EINC0101]: expected an expression, found \`😀\`
     --> model.ts:5:29
      |
    5 |     const s: string = "😀"; op\`😀 \${\`a\${"\`"}\`}\`; op\`{ w; o = [16, \${f({ a: { b: "}" } })}}\`;
      |                                ^^
    error[EINC0101]: expected \`]\` or \`,\`, found \`}\`
     --> model.ts:5:87
      |
    5 |     const s: string = "😀"; op\`😀 \${\`a\${"\`"}\`}\`; op\`{ w; o = [16, \${f({ a: { b: "}" } })}}\`;
      |                                                              -                           ^
      |                                                              |
      |                                                              this \`[\` is still open
    error[EINC0101]: expected an operator before \`y\`
      --> model.ts:11:16
       |
    11 |     } ++ "..." y
       |                ^
       |
       = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`
    error[EINC0101]: expected an operator before a \`\${…}\`
      --> model.ts:17:8
       |
    17 |   op\`2 \${model} = 1\`;
       |        ^^^^^^^^
       |
       = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`
    "
  `);
});

test('with the line breaks and the byte order mark of Windows', () => {
  const onWindows = { ...files, 'model.ts': `\uFEFF${program.replaceAll('\n', '\r\n')}` };
  expect(runFixture(onWindows, ...underTsx, 'model.ts')).toBe(expected);
});

test('compiled, with source maps', () => {
  const { code } = transformSync(program, { ...compiling, sourcemap: 'inline' });
  const compiled = { ...files, 'model.mjs': code };
  expect(runFixture(compiled, '--enable-source-maps', 'model.mjs')).toBe(expected);
});

test('compiled, without source maps: the same words in the compiled file', () => {
  const { code } = transformSync(program, compiling);
  const compiled = { 'model.mjs': code, 'language.mjs': language };
  expect(runFixture(compiled, 'model.mjs')).toMatchInlineSnapshot(`
    "error[EINC0101]: \`)\` closes nothing: no bracket is open here
     --> model.mjs:6:4
      |
    6 | )} )\`);
      |    ^
    error[EINC0101]: expected an expression, found \`😀\`
     --> model.mjs:8:4
      |
    8 | op\`😀 \${\`a\${"\`"}\`}\`;
      |    ^^
    error[EINC0101]: expected \`]\` or \`,\`, found \`}\`
     --> model.mjs:9:41
      |
    9 | op\`{ w; o = [16, \${f({ a: { b: "}" } })}}\`;
      |             -                           ^
      |             |
      |             this \`[\` is still open
    error[EINC0101]: expected an operator before \`y\`
      --> model.mjs:13:44
       |
    13 |     loss = relu(1 - \${model.name} ++ "..." y
       |                                            ^
       |
       = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`
    error[EINC0101]: expected an operator before a \`\${…}\`
      --> model.mjs:19:8
       |
    19 |   op\`2 \${model} = 1\`;
       |        ^^^^^^^^
       |
       = help: only a name, a \`\${…}\`, a call or a parenthesis takes arguments; a product is written \`*\` or \`*.\`
    "
  `);
});

test('compiled to one line: still the same words', () => {
  const { code } = transformSync(program, { ...compiling, minify: true });
  const compiled = { 'model.mjs': code, 'language.mjs': language };
  expect(underlined(runFixture(compiled, 'model.mjs'))).toEqual(underlined(expected));
});

test('a file that is gone, and code that never was in one', () => {
  const gone = `
    import { unlinkSync } from 'node:fs';
    import { op } from './language.mjs';
    unlinkSync('model.mjs');
    op\`a +
      \${1} 2 \${3} + * \`;
    new Function('op', 'return op\`x + * \${2}\`')(op);`;
  const removed = { 'model.mjs': gone, 'language.mjs': language };
  expect(runFixture(removed, 'model.mjs')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`*\`
     --> model.mjs:6:21
      |
    6 |       \${1} 2 \${2} + * 
      |                     ^
    error[EINC0101]: expected an expression, found \`*\`
     --> <eval>:3:5
      |
    3 | x + * \${1}
      |     ^
    "
  `);
});

test('a file that has changed since it was loaded', () => {
  const changing = `
    import { writeFileSync } from 'node:fs';
    import { op } from './language.mjs';
    writeFileSync('model.mjs', 'op\`something else\`');
    op\`x + * \${2}\`;`;
  const changed = { 'model.mjs': changing, 'language.mjs': language };
  expect(runFixture(changed, 'model.mjs')).toMatchInlineSnapshot(`
    "error[EINC0101]: expected an expression, found \`*\`
     --> model.mjs:5:5
      |
    5 | x + * \${1}
      |     ^
    "
  `);
});

test('under this runner, where the file is known by its path', () => {
  const op = (strings: TemplateStringsArray, ..._: readonly unknown[]): TemplateSource =>
    new TemplateSource(strings, op);
  const source = op`${{ name: '`}' }} the place`;
  const { file, text, column } = source.locate(source.text.indexOf('place'));
  expect(file).toBe('test/dsl/language/template-source.test.ts');
  expect(text.slice(column - 1)).toBe('place`;');
});

test('a hole of several lines is underlined to the end of its first', () => {
  const op = (strings: TemplateStringsArray, ..._: readonly unknown[]): TemplateSource =>
    new TemplateSource(strings, op);
  const source = op`a ${{
    name: 1,
  }} + b`;
  const hole = { span: { source, start: 2, end: 3 } };
  const sum = { span: { source, start: 4, end: 7 } };
  const shown = render({ code: 'EINC0000', message: 'no', labels: [hole, sum] }).split('\n');
  expect(shown[4]).toMatch(/\| {23}\^{3}$/);
  expect(shown.at(-1)).toMatch(/\| {6}-{3}$/);
});

test('what stands for a hole cannot be written', () => {
  const op = (strings: TemplateStringsArray, ..._: readonly unknown[]): TemplateSource =>
    new TemplateSource(strings, op);
  const source = op`a \u{E000} ${1} b`;
  expect(source.text.split(holeMark)).toHaveLength(2);
});

/** The words over each row of carets. */
function underlined(output: string): readonly string[] {
  const lines = output.split('\n').map(line => line.replace(/^ *\d* \| /, ''));
  return lines.flatMap((line, i) => {
    const [, before = '', carets = ''] = /^(\s*)(\^+)/.exec(line) ?? [];
    const words = lines[i - 1]?.slice(before.length).slice(0, carets.length) ?? '';
    return carets === '' ? [] : [words.replace(/^\$\{.*\}$/, '${…}')];
  });
}
