import { join, resolve } from 'node:path';
import { Project, ts } from 'ts-morph';
import { describe, test } from 'vitest';
import { ownDoors } from '../../cli/check/project.ts';
import { placeWith } from './support.ts';

const timeout = 120_000;
const uncached = { EINC_CACHE: 'off' };

/** Without the time it took. */
function timeless(stdout: string): string {
  return stdout.replace(/, \d+\.\d s\)/, ', … s)');
}

describe('einc check', () => {
  test('finds what is wrong, and where, and nothing else', { timeout }, async ({ expect }) => {
    const { einc } = placeWith({
      'a.ts': [
        "import { cd, op as o, tensor, type Tensor } from 'einc';",
        "import * as einc from 'einc';",
        "const x = tensor([1, 2], { label: 'x' });",
        'const width = 3;',
        'export const parse = o`y = (${x} + 1`;',
        'export const unknown = o`y = ${x} + width`;',
        'export const misspelt = o`y = rellu(${x})`;',
        'export const arity = o`y = relu(${x}, 1)`;',
        'export const twice = o`a = ${x}; a = 2`;',
        'export const spec = o`y = ${x} ++ "i; j => 0"`;',
        'export const bad = o`y = ${x} ++ "i -> -> => 0"`;',
        'export const shape = o`{ w; o = [${width}] } + [1, 2]`;',
        'export const logic = (p: Tensor) => cd`${p} =: 1 ~logic:"@"`;',
        'const mlp = o`mlp(x) = { w } * x`;',
        'export const many = einc.op`y = ${mlp}(${x}, ${x})`;',
        'const words: string[] = [];',
        'export const word = (w: string) => einc.op`y = ${w} + ${words} + ${x}`;',
        'export const nested = o`y = 1 + ${o`z = rellu(1)`}`;',
      ].join('\n'),
      'b.tsx': [
        "import { cd, op, type Tensor } from 'einc';",
        '// A carriage return before each line feed.',
        'export const view = (p: Tensor) => <b>{cd`',
        '  ${p} =: 1;',
        '  ${"p"} =: q`}</b>;',
        'export const made = op<Tensor>`f(x) = x`;',
      ].join('\r\n'),
      'c.ts': "import { op } from 'einc';\nconst y = op`1 + `;\nconst = 3;\n",
      // There is nothing to say about what is right.
      'right.ts': [
        "import { cd, op, symbol, tensor, type Code, type Hole, type Tensor, type TensorFunction } from 'einc';",
        'const given: any = JSON.parse("1");',
        'export const dense = op`dense(~hid)(x) = relu({ w; o = [hid] } * x + { b; o = [hid] })`;',
        "const [l1, l2] = [dense({ hid: 4, label: 'l1' }), dense({ hid: 2, label: 'l2' })];",
        "const x = tensor([[1, 2], [3, 4]], { label: 'x', batch: [2], output: [2] });",
        "const row = symbol('row', 2);",
        'export const y = op`${l2}(${l1}(${x} @| ${row}))`;',
        'export const z = op`${given} + ${x}`;',
        'export const sized = (n: number, f: TensorFunction) => op`{ w; o = [${n}] } *. ${f}(${x})`;',
        'export const { a, b } = op<{ a: Tensor; b: TensorFunction }>`a = ${x}; b(q) = q + a`;',
        'export const c = op`${b}(${a}) + ${op`1 + ${op`2`}`}`;',
        'export const any = (h: Hole) => op`${h} + 1`;',
        'export const steps: Code[] = [cd`${c}.forward`, cd`${y}.zero_grads; ${y}.grad =: 1`];',
        'export const all = (p: Tensor, ready: boolean, axes: string) => cd`${steps}; ~~("${axes}" ${p};',
        '  if ${ready} then ({ m } =: ${p}.grad); if ${ready} then ${p} =- m)`;',
      ].join('\n'),
      'd.ts': 'const op = String.raw;\nexport const text = op`not ( a template`;\n',
    });
    const { code, stdout, stderr } = await einc(['check'], uncached);
    expect([code, stderr]).toEqual([1, '']);
    expect(timeless(stdout)).toMatchInlineSnapshot(`
      "a.ts:5:37 - error EINC0101: expected \`,\` or \`)\`, found the end of the template
        |
      5 | export const parse = o\`y = (\${x} + 1\`;
        |                            -        ^
        |                            |
        |                            this \`(\` is still open

      a.ts:6:37 - error EINC0201: \`width\` is not known in this template
        |
      6 | export const unknown = o\`y = \${x} + width\`;
        |                                     ^^^^^ unknown name
        |
        = help: \`width\` is a JavaScript variable (line 4): write \${width}

      a.ts:7:31 - error EINC0201: \`rellu\` is not known in this template
        |
      7 | export const misspelt = o\`y = rellu(\${x})\`;
        |                               ^^^^^ unknown name
        |
        = help: did you mean \`relu\`?

      a.ts:8:28 - error EINC0207: \`relu\` takes 1 argument, not 2
        |
      8 | export const arity = o\`y = relu(\${x}, 1)\`;
        |                            ^^^^^^^^^^^^^

      a.ts:9:34 - error EINC0204: \`a\` is defined twice in this template
        |
      9 | export const twice = o\`a = \${x}; a = 2\`;
        |                        -         ^
        |                        |
        |                        first here
        |
        = help: give one of them another name

      a.ts:10:36 - error EINC0304: \`++\` takes one operand but its spec has 2
         |
      10 | export const spec = o\`y = \${x} ++ "i; j => 0"\`;
         |                                    ^^^^^^^^^
         |
         = help: write the axes of that one before \`=>\`; a product of several is a +* "i; j => ij" b

      a.ts:11:40 - error EINC0102: expected an axis, \`=>\`, \`;\` or \`...\`, found \`->\`
         |
      11 | export const bad = o\`y = \${x} ++ "i -> -> => 0"\`;
         |                                        ^^
         |
         = help: a specification is \`rhs; rhs => result\`, each of them \`batch | input -> output\`

      a.ts:12:46 - error EINC0301: \`+\` needs the output axes of \`w\` and \`literal\` to agree, but sizes 3 and 2 differ
         |
      12 | export const shape = o\`{ w; o = [\${width}] } + [1, 2]\`;
         |                        --------------------- ^ ------ 2
         |                        |
         |                        3
         |
         = note: 3 because \`w\` is declared with o = […] (a.ts:12:29)
         = note: 2 because this literal has as many values (a.ts:12:48)

      a.ts:13:48 - error EINC0218: the logic \`@\` is about one product of two tensors
         |
      13 | export const logic = (p: Tensor) => cd\`\${p} =: 1 ~logic:"@"\`;
         |                                                ^
         |
         = help: write x * y ~logic:"@", or for anything else an einsum spec

      a.ts:15:33 - error EINC0207: \`mlp\` takes 1 argument, not 2
         |
      15 | export const many = einc.op\`y = \${mlp}(\${x}, \${x})\`;
         |                                 ^^^^^^^^^^^^^^^^^^

      a.ts:17:48 - error EINC0202: this hole holds a value of type \`string\`, but a tensor, a number or a tensor function must stand here
         |
      17 | export const word = (w: string) => einc.op\`y = \${w} + \${words} + \${x}\`;
         |                                                ^^^^

      a.ts:17:55 - error EINC0202: this hole holds a value of type \`string[]\`, but a tensor, a number or a tensor function must stand here
         |
      17 | export const word = (w: string) => einc.op\`y = \${w} + \${words} + \${x}\`;
         |                                                       ^^^^^^^^
         |
         = help: make it a tensor first: tensor(values, { label, output: [n] })

      a.ts:18:41 - error EINC0201: \`rellu\` is not known in this template
         |
      18 | export const nested = o\`y = 1 + \${o\`z = rellu(1)\`}\`;
         |                                         ^^^^^ unknown name
         |
         = help: did you mean \`relu\`?

      b.tsx:5:3 - error EINC0202: this hole holds a value of type \`"p"\`, but a tensor must stand here
        |
      5 |   \${"p"} =: q\`}</b>;
        |   ^^^^^^

      b.tsx:5:13 - error EINC0201: \`q\` is not known in this template
        |
      5 |   \${"p"} =: q\`}</b>;
        |             ^ unknown name

      b.tsx:6:24 - error EINC0704: this template makes a tensor function, not \`Tensor\`
        |
      6 | export const made = op<Tensor>\`f(x) = x\`;
        |                        ^^^^^^

      c.ts:3:7 - error EINC0703: this file is not TypeScript: Variable declaration expected
        |
      3 | const = 3;
        |       ^

      17 errors in 3 files (28 templates, 5 files, … s)
      "
    `);
  });

  test('has nothing to say about the programs of einc itself', { timeout }, async ({ expect }) => {
    const { einc } = placeWith({});
    const paths = ['examples', 'bench', 'dsl/train'].map(path => resolve(path));
    const project = resolve('tsconfig.json');
    const { code, stdout } = await einc(
      ['check', ...paths, '--project', project, '--json'],
      uncached,
    );
    const { errors, templates } = JSON.parse(stdout) as { errors: unknown[]; templates: number };
    expect([code, errors]).toEqual([0, []]);
    expect(templates).toBeGreaterThan(15);
  });

  test('as JSON, by the files of a tsconfig, twice the same', { timeout }, async ({ expect }) => {
    const { einc, folder, files } = placeWith({
      'tsconfig.json': '{ "files": ["a.ts"], "compilerOptions": { "strict": true } }',
      'a.ts':
        "import { op } from 'einc';\nimport { y } from './b.js';\nop`z = ${y} + width`;\nop`1`;\n",
      'b.ts': "import { op } from 'einc';\nexport const y = op`1 + (`;\n",
    });
    const env = { EINC_CACHE_DIR: join(folder, 'cache') };
    const first = await einc(['check', '--json'], env);
    expect([first.code, first.stderr]).toEqual([1, '']);
    expect(JSON.parse(first.stdout)).toEqual({
      errors: [
        {
          file: 'a.ts',
          line: 3,
          column: 15,
          endLine: 3,
          endColumn: 20,
          code: 'EINC0201',
          message: '`width` is not known in this template',
          help: ['to introduce a parameter write { width }'],
        },
      ],
      files: 1,
      templates: 2,
    });
    expect(files('cache').filter(name => name.endsWith('.json'))).toHaveLength(1);
    expect(await einc(['check', '--json'], env)).toEqual(first);
  });

  test('says what it cannot read', { timeout }, async ({ expect }) => {
    const { einc } = placeWith({ 'tsconfig.json': '{ "extends": "./nowhere.json" }' });
    const said = async (...args: readonly string[]): Promise<readonly unknown[]> => {
      const { code, stdout, stderr } = await einc(['check', ...args], uncached);
      return [code, stdout, stderr.split('\n')[0]];
    };
    expect(await said('missing.ts')).toEqual([
      1,
      '',
      'error[EINC0702]: tsconfig.json cannot be used',
    ]);
    expect(await said('missing.ts', '--project', 'other.json')).toEqual([
      1,
      '',
      'error[EINC0702]: there is no file other.json',
    ]);
  });

  test('and what is not there', { timeout }, async ({ expect }) => {
    const { code, stderr } = await placeWith({}).einc(['check', 'missing.ts'], uncached);
    expect([code, stderr]).toEqual([1, 'error[EINC0701]: there is no file missing.ts\n']);
  });
});

describe('einc types', () => {
  const program = [
    "import { op, tensor, type Tensor } from 'einc';",
    "const x = tensor([1], { label: 'x' });",
    "const mlp = op<'mlp'>`mlp(x) = { w2 } * relu({ w1 } * x)`;",
    "const y = op<'y'>`y = ${mlp}(${x}) + { c }`;",
    "const pair = op<'d e'>`d = ${y} + { v }; e = v + 1`;",
    "const dense = op<'dense'>`dense(~hid)(x) = { w; o = [hid] } * x`;",
    'const open = (t: Tensor) => op<"open">`open = ${t} + { s }`;',
  ];
  const right = [
    'export const known: Tensor[] = [mlp.params.w1, y.params.w2, y.params.c, pair.e.params.v];',
    'export const layer: Tensor = dense({ hid: 3 })(x);',
    "export const opened: (Tensor | undefined)[] = [open(x).params.s, open(x).params['other']];",
    'export const used = op`${mlp}(${y})`;',
  ];
  const wrong = ['mlp.params.w9;', 'y.params.v;', 'pair.e.params.w1;', 'dense({ width: 3 });'];

  test('writes down what templates make', { timeout }, async ({ expect }) => {
    const { einc, read } = placeWith({
      'p.ts': [...program, ...right].join('\n'),
      // A name that two files give to different things is said with the file.
      'q.ts': "import { op } from 'einc';\nexport const y = op`y = { q }`;\n",
    });
    expect(await einc(['types'])).toEqual({
      code: 0,
      stdout: 'einc-templates.d.ts: 6 templates\n',
      stderr: '',
    });
    expect(read('einc-templates.d.ts')).toMatchInlineSnapshot(`
      "// Made by \`einc types\`: make it anew when templates change.
      import type { Setting, Tensor, TensorFunction } from 'einc';

      declare module 'einc' {
        interface Templates {
          /** p.ts */
          readonly 'd e': {
            readonly d: TensorWith<{ readonly v: Tensor; readonly c: Tensor; readonly w2: Tensor; readonly w1: Tensor }>;
            readonly e: TensorWith<{ readonly v: Tensor }>;
          };
          /** p.ts */
          readonly dense: { (settings: { readonly hid: Setting; readonly label?: string }): TensorFunction; readonly label: string };
          /** p.ts */
          readonly mlp: TensorFunctionWith<{ readonly w2: Tensor; readonly w1: Tensor }>;
          /** p.ts */
          readonly open: TensorWith<{ readonly s: Tensor } & Readonly<Record<string, Tensor>>>;
          /** p.ts */
          readonly 'y (p.ts)': TensorWith<{ readonly c: Tensor; readonly w2: Tensor; readonly w1: Tensor }>;
          /** q.ts */
          readonly 'y (q.ts)': TensorWith<{ readonly q: Tensor }>;
        }
      }

      interface TensorWith<Params extends Readonly<Record<string, Tensor>>> extends Tensor {
        readonly params: Params;
      }

      interface TensorFunctionWith<Params extends Readonly<Record<string, Tensor>>>
        extends TensorFunction {
        readonly params: Params;
      }
      "
    `);
  });

  test('from which TypeScript knows it', { timeout }, async ({ expect }) => {
    const { einc, folder } = placeWith({ 'p.ts': [...program, ...right, ...wrong].join('\n') });
    expect((await einc(['types', '--out', 'types/t.d.ts'])).code).toBe(0);
    const errors = typeErrors(folder, ['p.ts', 'types/t.d.ts']);
    const line = program.length + right.length + 1;
    expect(errors).toEqual([
      `${line}: Property 'w9' does not exist on type '{ readonly w2: Tensor; readonly w1: Tensor; }'.`,
      `${line + 1}: Property 'v' does not exist on type '{ readonly c: Tensor; readonly w2: Tensor; readonly w1: Tensor; }'.`,
      `${line + 2}: Property 'w1' does not exist on type '{ readonly v: Tensor; }'.`,
      expect.stringMatching(`^${line + 3}: .*'width' does not exist`),
    ]);
    const { code, stdout } = await einc(['check', 'p.ts', 'types'], uncached);
    expect([code, timeless(stdout)]).toEqual([0, 'no errors (6 templates, 1 file, … s)\n']);
  });

  test('says where it cannot write', { timeout }, async ({ expect }) => {
    const { einc } = placeWith({ taken: '' });
    const { code, stderr } = await einc(['types', '--out', 'taken/t.d.ts']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'error[EINC0705]: the declarations cannot be written to taken/t.d.ts',
    ]);
  });
});

/** Line and message of what TypeScript has to say of `p.ts`. */
function typeErrors(folder: string, files: readonly string[]): readonly string[] {
  const project = new Project({
    compilerOptions: {
      strict: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      noEmit: true,
      skipLibCheck: true,
      noPropertyAccessFromIndexSignature: false,
      allowImportingTsExtensions: true,
      paths: ownDoors(),
    },
  });
  for (const file of files) project.addSourceFileAtPath(join(folder, file));
  const diagnostics = project.getSourceFileOrThrow('p.ts').getPreEmitDiagnostics();
  return diagnostics.map(d => {
    const text = d.getMessageText();
    return `${d.getLineNumber()}: ${typeof text === 'string' ? text : text.getMessageText()}`;
  });
}
