/** What is done to a program so that a GPU has few launches and many threads: the same values, and how many kernels. */
import { describe, expect, test } from 'vitest';
import { cudaSource } from '../../../backends/cuda/source.ts';
import type { Launch, Step } from '../../../backends/cuda/steps.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { fuseToCells } from '../../../compiler/passes/gpu/fuse-to-cells.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { launchTogether } from '../../../compiler/passes/gpu/launch-together.ts';
import { type Pass, runPipeline } from '../../../compiler/passes/pipeline.ts';
import { shareScatters } from '../../../compiler/passes/gpu/share-scatters.ts';
import { splitColumns } from '../../../compiler/passes/gpu/split-columns.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { backwards } from '../../support/backwards.ts';
import { difference, type Input, inputFor, outputsOf } from '../../support/run-program.ts';

const spread = passesFor(gpu).filter(({ name }) => name === 'spread-loops');

/** Through some passes, whose values are those of before, in any order of threads; and a second run changes nothing. */
function through(passes: readonly Pass[], text: string, input: Input = inputFor): string {
  const program = parseProgram(text);
  const after = runPipeline(passes, program);
  const expected = outputsOf(program, 0, input);
  expect(difference(expected, outputsOf(after, 0, input))).toBeUndefined();
  expect(difference(expected, outputsOf(backwards(after), 0, input))).toBeUndefined();
  for (const pass of passes) expect(pass.run(after)).toBe(after);
  return printProgram(after).split('\n').slice(1).join('\n');
}

function launchesOf(steps: readonly Step[]): readonly Launch[] {
  return steps.flatMap(step => (step.kind === 'launch' ? [step] : launchesOf(step.body)));
}

/** All passes: the launches, after a look at the values. */
function launches(program: Program): readonly Launch[] {
  const after = runPipeline(passesFor(gpu), program);
  expect(difference(outputsOf(program), outputsOf(after))).toBeUndefined();
  return launchesOf(cudaSource(after).steps);
}

describe('share-scatters', () => {
  const passes = [...spread, shareScatters];

  test.each([
    ['f32', 'ids: f32[2, 33]', 'x[at(2 * ids[b, t]), d] += v[b, t, d]'],
    ['i32', 'ids: i32[2, 33]', 'x[at(ids[b, t] + 3), d] += v[b, t, d]'],
    ['a maximum', 'ids: i32[2, 33]', 'x[at(ids[b, t] * 2), d] max= v[b, t, d]'],
    [
      'two computed subscripts',
      'ids: i32[2, 33]',
      'x[at(ids[b, t]), at(ids[b, t] % 5)] += v[b, t, d]',
    ],
  ])('%s: each row gets what it did in the order it did', (_, ids, leaf) => {
    const text = `p(): device ${ids}, x: f32[9, 130], v: f32[2, 33, 130];
      for b < 2 { for t < 33 { for d < 130 { ${leaf}; } } }`;
    expect(through(passes, text)).toMatch(/for row < 8 \{\n {4}for/);
  });

  test('not where there is little to do, few turns, or threads enough', () => {
    for (const [t, d] of [
      [60, 200],
      [64, 100],
      [70, 40_000],
    ]) {
      const text = `p(): device ids: f32[${t}], x: f32[9, ${d}], v: f32[${t}, ${d}];
        for d < ${d} { for t < ${t} { x[at(ids[t]), d] += v[t, d]; } }`;
      const program = parseProgram(text);
      expect(runPipeline(passes, program)).toBe(program);
    }
  });

  test('not where what is added is read from the array itself', () => {
    const program = parseProgram(`p(): device ids: f32[90], x: f32[40, 100];
      for d < 100 { for t < 90 { x[at(ids[t]), d] += x[0, d]; } }`);
    expect(runPipeline(passes, program)).toBe(program);
  });
});

describe('split-columns', () => {
  test.each([
    ['rows that divide', 'for o < 70 { for b < 512 { s[o] += x[b, 0, o] * x[b, 1, o]; } }', 64],
    ['rows that are left over', 'for o < 70 { for b < 509 { s[o] += x[b, 0, o]; } }', 63],
    ['two loops over rows', 'for o < 70 { for b < 3 { for t < 170 { s[o] += y[b, t, o]; } } }', 17],
    ['a maximum', 'for o < 70 { for b < 500 { s[o] max= x[b, 3, o]; } }', 50],
  ])('%s', (_, nest, parts) => {
    const text = `p(): device x: f32[512, 4, 70], y: f32[3, 170, 70], s: f32[70]; ${nest}`;
    expect(through([splitColumns()], text)).toContain(`_part < ${parts} {`);
  });

  test.each([
    ['few terms', 'for o < 70 { for b < 60 { s[o] += x[b, 0, o]; } }'],
    ['rows', 'for b < 512 { for o < 70 { r[b] += x[b, 0, o]; } }'],
    [
      'a product',
      'for o < 70 { for i < 70 { for b < 512 { z[i, o] += x[b, 0, i] * x[b, 1, o]; } } }',
    ],
  ])('not %s', (_, nest) => {
    const text = `p(): device x: f32[512, 4, 70], s: f32[70], r: f32[512], z: f32[70, 70]; ${nest}`;
    const program = parseProgram(text);
    expect(splitColumns().run(program)).toBe(program);
  });
});

describe('fuse-to-cells', () => {
  const passes = [fuseToCells(gpu.gpu)];
  const device = 'device a: f32[30, 1, 20], b: f32[30, 1, 20], c: f32[30, 1, 20], v: f32[20]';

  test('what is computed in a thread stays in it, and one loop counts the cells of any shape', () => {
    const text = `p(): ${device}; local t: f32[30, 1, 20];
      for i < 30 { for j < 20 { t[i, 0, j] := a[i, 0, j] * 2; } }
      for i < 30 { for j < 20 { b[i, 0, j] += t[i, 0, j]; } }
      for j < 20 { v[j] += 1; }
      for i < 30 { for j < 20 { c[i, 0, j] := b[i, 0, j] + t[i, 0, j]; } }`;
    const after = through(passes, text);
    expect(after.match(/for \w+ < 600/g)).toHaveLength(1);
    expect(after).toContain('local t: f32 :=');
  });

  test.each([
    ['what reads another cell', 'b[i, 0, j] := a[i, 0, j]', 'c[i, 0, j] := b[i, 0, -1*j + 19]'],
    ['what stores to another cell', 'b[i, 0, j] := a[i, 0, j]', 'a[-1*i + 29, 0, j] := v[j]'],
    ['what needs nothing of the other', 'b[i, 0, j] := 1', 'c[i, 0, j] := a[i, 0, j]'],
  ])('not %s', (_, first, second) => {
    const text = `p(): ${device};
      for i < 30 { for j < 20 { ${first}; } } for i < 30 { for j < 20 { ${second}; } }`;
    expect(through(passes, text).match(/for \w+ < (30|600)/g)).toHaveLength(2);
  });

  test('cells that are not in a row keep their loops', () => {
    const text = `p(): ${device}; for i < 30 { for j < 20 { b[i, 0, j] := a[i, 0, j] + v[j]; } }
      for j < 20 { for i < 30 { c[i, 0, j] := c[i, 0, j] + f32(j); } }`;
    expect(through(passes, text)).not.toContain('cell');
  });
});

describe('launch-together', () => {
  /** For which 9000 cells are many. */
  const passes = [launchTogether({ ...gpu.gpu, launchSteps: 20, fewTurns: 32 })];
  const nests = {
    a: 'for i < 9000 { a[i] := x[i] * 2; }',
    b: 'for i < 9000 { b[i] := x[i] + 1; }',
    ofA: 'for i < 9000 { c[i] := a[-1*i + 8999]; }',
    ofB: 'for i < 9000 { d[i] := b[-1*i + 8999]; }',
    few: 'for i < 20 { e[i] := x[i]; }',
    few2: 'for i < 20 { f[i] := x[i]; }',
  };
  const device =
    'device x: f32[9000], a: f32[9000], b: f32[9000], c: f32[9000], d: f32[9000], e: f32[20], f: f32[20]';
  const launchesIn = (body: string): readonly number[] =>
    Array.from(
      through(passes, `p(): ${device}; ${body}`).matchAll(/launch \{\n([^]*?)\n {2}\}/g),
      ([, inside = '']) => inside.match(/ grid/g)?.length ?? 0,
    );

  test('nests pass others on their way to each other', () => {
    expect(launchesIn(nests.a + nests.ofA + nests.b + nests.ofB)).toEqual([2, 2]);
    expect(launchesIn(nests.a + nests.ofA)).toEqual([]);
  });

  test('what is small joins what is large, and stays in place among its like', () => {
    expect(launchesIn(nests.few + nests.a + nests.few2)).toEqual([3]);
    expect(launchesIn(nests.few + nests.few2)).toEqual([]);
  });

  test('scalars and loops that wait stay between those that need them', () => {
    const body = `for i < 9000 { a[i] := x[i]; } e[0] := a[3]; for i < 9000 { b[i] := e[0]; }`;
    expect(launchesIn(body)).toEqual([]);
  });
});

describe('a launch takes no more arrays than there is room for', () => {
  const updates = (count: number, cells: number): Program => {
    const names = Array.from({ length: count }, (_, i) => i);
    const device = names.map(i => `w${i}x: f32[${cells}], g${i}x: f32[${cells}]`).join(', ');
    const body = names.map(i => `for i < ${cells} { w${i}x[i] -= g${i}x[i] * rate; }`).join('\n');
    return parseProgram(`p(): device ${device}, rate: f32; ${body}`);
  };

  test('updates of many parameters are several launches', () => {
    const sizes = launches(updates(300, 40)).map(({ args }) => args.length);
    expect(sizes).toEqual([511, 91]);
  });

  test('of large ones, too', () => {
    const all = launches(updates(260, 600));
    expect(all.map(({ args }) => args.length)).toEqual([511, 11]);
  });

  test.each([
    ['a nest', '[3000]', 'for i < 3000 { y[i] := ', '[i]', '; }'],
    ['a scalar', '', 'y := ', '', ';'],
  ])('an expression of %s that reads more is computed in parts', (_, dims, before, at, after) => {
    const arrays = Array.from({ length: 1100 }, (_, i) => `x${i}x`);
    const device = arrays.map(x => `${x}: f32${dims}`).join(', ');
    const value = arrays.map(x => `${x}${at} * ${x}${at}`).join(' + ');
    const program = parseProgram(
      `p(): device ${device}, y: f32${dims}; ${before}sqrt(${value})${after}`,
    );
    const sizes = launches(program).map(({ args }) => args.length);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512);
  });
});
