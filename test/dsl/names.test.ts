/** Hostile names: what is emitted compiles all the same, and dumps stay readable. */
import { expect, test } from 'vitest';
import { cd, type Code, context, op, symbol, tensor, type Tensor } from '../../dsl/einc.ts';
import { printProgram, printRoutine } from '../../compiler/index.ts';
import { linesOf } from '../support/assignment-text.ts';

/** An array of the host's, to be assigned. */
const array = (label: string): Tensor => tensor(new Float32Array(2), { label });

/** What both backends leave in `y`. */
async function results(
  y: Tensor,
  code: Code,
  indices = {},
): Promise<readonly (readonly number[])[]> {
  const results: number[][] = [];
  for (const backend of ['interp', 'cc'] as const) {
    using ctx = await context({ backend });
    const routine = await ctx.compile(code, { keep: [y] });
    routine.runSync(indices);
    results.push(Array.from(ctx.readSync(y).data));
  }
  return results;
}

const hostile = [
  ...['int', 'float', 'for', 'restrict', 'main', 'volatile', 'inline', 'static', 'return', 'bool'],
  ...['expf', 'fmaf', 'relu_f32', 'memset', 'sincosf', 'NAN', 'INFINITY', 'EOF', 'errno', 'NULL'],
  ...['args', 'k', 'i', 'o', 'b', 'f32', 'local', 'zero_out', 'device'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '_', '__', '_x', 'x__', 'W1', 'w1'],
];

test('labels of data: all hostile names in one routine', async () => {
  const arrays = hostile.map(label => array(label));
  const y = array('y');
  const code = cd`${y} =: 1; ${arrays.map((t, i) => cd`${t} =: ${i}; ${y} =+ ${t}`)}`;
  const total = 1 + (hostile.length * (hostile.length - 1)) / 2;
  expect(await results(y, code)).toEqual([
    [total, total],
    [total, total],
  ]);
  // In dumps every array has the name it was given.
  const lines = linesOf(code).split('\n');
  expect(lines.filter(line => line.startsWith('y =+')).map(line => line.slice(5, -1))).toEqual(
    hostile,
  );
});

test('names of symbols', async () => {
  const names = ['int', 'n', 'y', 'o', 'i', 'v', 'args', '__proto__', 'constructor'];
  const symbols = names.map(name => symbol(name, 10));
  const y = array('y');
  const code = cd`${y} =: 0; ${symbols.map(s => cd`${y} =: 2 *. ${y} + !@${s}`)}`;
  const indices = Object.fromEntries(names.map((name, i) => [name, i % 3]));
  const expected = names.reduce((sum, _, i) => 2 * sum + (i % 3), 0);
  expect(await results(y, code, indices)).toEqual([
    [expected, expected],
    [expected, expected],
  ]);
});

test('loops called like arrays', async () => {
  const [i, y] = [array('i'), array('y')];
  const [n, o] = [symbol('i', 3), symbol('y', 2)];
  const code = cd`${i} =: 1; ${y} =: 0; for i in ${n} (for y in ${o} (${y} =+ ${i} *. !@i + !@y))`;
  expect(await results(y, code)).toEqual([
    [9, 9],
    [9, 9],
  ]);
});

test('axes of a spec called like arrays, words of C and each other', async () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { label: 'int' },
  );
  const y = array('y');
  expect(await results(y, cd`${y} =:+ ${x} ~logic:"int, y => y"`)).toEqual([
    [4, 6],
    [4, 6],
  ]);
  expect(await results(y, cd`${y} =:+ ${x} ~logic:"for, __proto__ => for"`)).toEqual([
    [3, 7],
    [3, 7],
  ]);
});

test('arrays of one label, and names that only C finds alike', async () => {
  const w = op`{ w = 2; o = [2] }`;
  const other = op`{ w = 3; o = [2] }`;
  const [wGrad, w2, y] = [array('w_grad'), array('w2'), array('y')];
  const loss = op`loss = (${w} *. ${other}) ++ "i => 0"`;
  const code = cd`
    ${wGrad} =: 100; ${w2} =: 1000;
    ${loss}.forward; ${loss}.grad =: 1; ${loss}.zero_grads; ${loss}.backprop;
    ${y} =: ${w}.grad + 10 *. ${other}.grad + ${wGrad} + ${w2}`;
  expect(await results(y, code)).toEqual([
    [1123, 1123],
    [1123, 1123],
  ]);
  expect(linesOf(code)).toMatchInlineSnapshot(`
    "w_grad =: 100;
    w2 =: 1000;
    mul =: w *. w3;
    loss =:+ mul ~logic:"i => 0";
    loss.grad =: 1;
    w.grad =: 0;
    w3.grad =: 0;
    mul.grad =: loss.grad ~logic:"0 => i";
    w.grad =+ mul.grad *. w3;
    w3.grad =+ mul.grad *. w;
    y =: w.grad + 10 *. w3.grad + w_grad + w2;"
  `);
});

test('very long names', async () => {
  const long = 'very_long_'.repeat(60);
  const [a, b, y] = [array(`${long}a`), array(`${long}b`), array('y')];
  const code = cd`~~(${a} "step"; ${a} =: 1; ${b} =: 2; ${y} =: ${a} - ${b})`;
  expect(await results(y, code)).toEqual([
    [-1, -1],
    [-1, -1],
  ]);
});

test('titles: what means something in a comment or a file name is left out', async () => {
  const y = array('y');
  const code = cd`~~("*/ int main() { /* \\ %s \u{1F600} ../../x" ${y}; ${y} =: 1)`;
  expect(await results(y, code)).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(linesOf(code)).toMatchInlineSnapshot(`
    "# "int main() s u 1F600 .. .. x y";
    y =: 1;"
  `);
});

test('names of the language: of definitions, parameters, functions and loops', async () => {
  const f = op`constructor(toString) = { __proto__ = 2 } *. toString + { for_ = 1 }`;
  const y = array('y');
  const result = op`${f}(${array('hasOwnProperty')} + 3)`;
  expect(Object.keys(result.params)).toEqual(['__proto__', 'for_']);
  expect(await results(y, cd`${y} =: ${result}`)).toEqual([
    [7, 7],
    [7, 7],
  ]);
});

test('several definitions with names that objects have', () => {
  const made = op<Record<string, Tensor>>`__proto__ = { a } + 1; constructor = __proto__ + 1`;
  expect(Object.keys(made)).toEqual(['__proto__', 'constructor']);
});

test('letters of other alphabets', async () => {
  const y = array('y');
  const { größe } = op<Record<string, Tensor>>`größe = { δ = 2 } + 1; 重み = größe *. 2`;
  if (!größe) throw new Error('no such definition');
  const code = cd`{ résultat } =: ${größe}; ${y} =: résultat`;
  expect(await results(y, code)).toEqual([
    [3, 3],
    [3, 3],
  ]);
  expect(linesOf(code)).toMatchInlineSnapshot(`
    "gro_e =: _ + 1;
    resultat =: gro_e;
    y =: resultat;"
  `);
});

test('letters of other alphabets in specs, loops and fields', async () => {
  const y = array('y');
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { label: 'x' },
  );
  expect(
    await results(
      y,
      cd`${y} =:+ ${x} ~logic:"é, ö => ö"; for ü in ${symbol('n', 2)} (${y} =+ !@ü)`,
    ),
  ).toEqual([
    [5, 7],
    [5, 7],
  ]);
});

test('a parameter is looked up among the parameters only', () => {
  expect(() => op`{ w } + 1`.param('constructor')).toThrow('EINC0201');
  expect(() => op`{ w } + 1`.param('__proto__')).toThrow('EINC0201');
  expect(op`{ constructor } + 1`.param('constructor').label).toBe('constructor');
});

test('dumps of hostile names are the same each time, and loops have names of their own', async () => {
  const make = (): Code => {
    const [o, y] = [array('o'), array('y')];
    return cd`${o} =: 1; ${y} =:+ ${tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { label: 'i' },
    )} *. ${o} ~logic:"o i; i => o"`;
  };
  using ctx = await context({ backend: 'interp' });
  const texts = [make(), make()].map(async code => {
    const { routine, unoptimized } = (await ctx.compile(code)).compiled;
    return `${printRoutine(routine)}${printProgram(unoptimized)}`;
  });
  const [first, second] = await Promise.all(texts);
  expect(first).toBe(second);
  expect(first).toMatchInlineSnapshot(`
    "routine():
      o =: 1;
      y =:+ i * o ~logic:"o i; i => o";
    routine():
      device i: f32[2, 2], o: f32[2], y: f32[2];
      fill o, 1;
      zero_out y;
      for o2 < 2 {
        for i2 < 2 {
          y[o2] += i[o2, i2] * o[i2];
        }
      }
    "
  `);
});
