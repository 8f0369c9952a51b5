/** Programs that are large enough for every way to bind loops, on the emulator and by definition: the same bits. */
import { resolve } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parseProgram, passesFor } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { placeWith } from '../../cli/support.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileAll } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';

const texts: Readonly<Record<string, string>> = {
  pointwise: `
    chain(): device x: f32[100, 70], scale: f32[70], y: f32[100, 70];
      for b < 100 { for i < 70 { y[b, i] := relu(tanh(x[b, i] * scale[i])) + x[b, i]; } }`,
  sum: `
    mean_of_squares(): device x: f32[512, 100], y: f32[1];
      local s: f32[1];
      zero_out s;
      for b < 512 { for i < 100 { s[0] += x[b, i] * x[b, i]; } }
      y[0] := s[0] / 51200;`,
  'sums of columns': `
    bias_gradient(): device g: f32[700, 90], bias.grad: f32[90];
      zero_out bias.grad;
      for o < 90 { for b < 700 { bias.grad[o] += g[b, o]; } }`,
  product: `
    layer(): device x: f32[128, 64], w: f32[64, 128], bias: f32[128], y: f32[128, 128];
      local s: f32[128, 128];
      zero_out s;
      for b < 128 { for o < 128 { for i < 64 { s[b, o] += x[b, i] * w[i, o]; } } }
      for b < 128 { for o < 128 { y[b, o] := relu(s[b, o] + bias[o]); } }`,
  'product with rests': `
    uneven_layer(): device x: bf16[100, 50], w: f32[133, 50], y: f32[100, 133];
      zero_out y;
      for b < 100 { for o < 133 { for i < 50 { y[b, o] += f32(x[b, i]) * w[o, i]; } } }`,
  rows: `
    softmax(): device x: f32[300, 129], y: f32[300, 129];
      local m: f32[300]; local e: f32[300, 129]; local s: f32[300];
      fill m, -3e38;
      for b < 300 { for i < 129 { m[b] max= x[b, i]; } }
      for b < 300 { for i < 129 { e[b, i] := exp(x[b, i] - m[b]); } }
      zero_out s;
      for b < 300 { for i < 129 { s[b] += e[b, i]; } }
      for b < 300 { for i < 129 { y[b, i] := e[b, i] / s[b]; } }`,
  steps: `
    recurrence(first : [0..9]): device x: f32[10, 5, 2000], h: f32[2000], seen: f32[2000];
      local r: f32[2000];
      for t < 5 {
        for o < 2000 { r[o] := tanh(x[first, t, o] + h[o]); }
        for o < 2000 { h[o] := r[-1*o + 1999]; }
        seen[t] := f32(t);
      }`,
  'updates of all parameters': `
    momentum(step : [0..9]): device w1: f32[370, 133], m1: f32[370, 133], g1: f32[370, 133], w2: f32[3, 5, 37],
        m2: f32[3, 5, 37], g2: f32[3, 5, 37], b: f32[33], mb: f32[33], gb: f32[33], rate: f32, table: f32[10, 50], seen: f32[50];
      rate := 1 / (f32(step) + 3);
      for o < 370 { for i < 133 { m1[o, i] := 0.9 * m1[o, i] + g1[o, i]; } }
      for o < 370 { for i < 133 { w1[o, i] -= rate * m1[o, i]; } }
      for h < 3 { for o < 5 { for i < 37 { m2[h, o, i] := 0.9 * m2[h, o, i] + g2[h, o, i]; } } }
      for h < 3 { for o < 5 { for i < 37 { w2[h, o, i] -= rate * m2[h, o, i]; } } }
      for i < 33 { mb[i] := 0.9 * mb[i] + gb[i]; }
      for i < 33 { b[i] -= rate * mb[i]; }
      for i < 50 { seen[i] := table[step, i] * 2; }`,
  'rows beside sums of columns': `
    norm_gradients(): device x: f32[700, 90], g: f32[700, 90], scale.grad: f32[90], shift.grad: f32[90],
        dx: f32[700, 90], y: f32[700];
      zero_out scale.grad; zero_out shift.grad; zero_out y;
      for o < 90 { for b < 700 { shift.grad[o] += g[b, o]; } }
      for o < 90 { for b < 700 { scale.grad[o] += g[b, o] * x[b, o]; } }
      for b < 700 { for o < 90 { y[b] += g[b, o] * x[b, o]; } }
      for b < 700 { for o < 90 { dx[b, o] := g[b, o] - y[b] * x[b, o] / 90; } }`,
  'sums of columns in parts, with rows left over': `
    columns(): device x: f32[3, 509, 33], s: f32[33], m: f32[3, 33];
      for i < 33 { for b < 3 { for r < 509 { s[i] += x[b, r, i]; } } }
      for b < 3 { for i < 33 { for r < 509 { m[b, i] max= x[b, r, i]; } } }`,
  'scatter of rows': `
    embedding_gradient(): device ids: f32[2, 101], table: f32[37, 45], v: f32[2, 101, 45];
      for b < 2 { for t < 101 { for d < 45 { table[at(4 * ids[b, t]), d] += v[b, t, d]; } } }`,
  'scatter by integers': `
    counts(): device ids: i32[700], table: f32[45, 3], v: f32[700];
      for t < 700 { table[at(ids[t] + 2), 1] += v[t]; }
      for t < 700 { for d < 3 { table[at(ids[t] + 2), d] max= v[t]; } }`,
  'integers that wrap': `
    hashes(): device x: i32[700], y: i32[700], z: i32[700], s: i32[1];
      for i < 700 { y[i] := where(x[i] * 2000000011 + 2147483647 < x[i] * 2000000011, x[i] - 2147483647 * x[i], 0 - y[i]); }
      for i < 700 { z[i] := i32(abs(i64(x[i]) * 4611686018427387904 - 3) * 3); }
      for i < 700 { s[0] += y[i] * 65537; }`,
  gather: `
    embedding(): device ids: f32[512], table: f32[100, 64], y: f32[512, 64];
      for b < 512 { for d < 64 { y[b, d] := table[at(ids[b]), d]; } }`,
};

/** `older` reaches beyond the start of `doubled`, at cells of another size, but no launch uses both. */
const places = `
  places():
    device x: f32[105], y: f64[30], z: f64[30];
    scratch 496 B: older: f32[105] in 0..419, newer: f64[30] in 0..239, doubled: f64[30] in 256..495;
    for i < 105 grid { older[i] := x[i]; }
    for i < 30 grid { y[i] := f64(older[i]); }
    for i < 30 grid { newer[i] := y[i] + 1; }
    for i < 30 grid { doubled[i] := newer[i] * 2; }
    for i < 30 grid { z[i] := doubled[i]; }`;

const programs = [
  ...Object.entries(texts).map(([name, text]) => {
    return { name, program: runPipeline(passesFor(gpu), parseProgram(text)) };
  }),
  { name: 'arrays whose places in the arena overlap', program: parseProgram(places) },
];
const runs = await compileAll(
  programs.map(({ program }) => program),
  undefined,
  'cuda-emulator',
);
beforeEach(needCppCompiler);

test.each(programs.map((one, i) => ({ ...one, run: runs[i] })))('$name', ({ program, run }) => {
  const expected = outputsOf(program, 0, thirdsFor);
  expect(difference(expected, run?.(0, thirdsFor) ?? new Map())).toBeUndefined();
});

test('moons are learnt as through C', { timeout: 60_000 }, async () => {
  const { einc } = placeWith({});
  const file = resolve('examples/moons.ts');
  const [inC, emulated] = await Promise.all(
    ['cc', 'cuda-emulator'].map(async backend => {
      const args = ['run', '--backend', backend, file, '--', '--epochs', '1', '--json'];
      const { stdout } = await einc(args);
      return JSON.parse(stdout) as { finalEpochLoss: number; accuracy: number };
    }),
  );
  expect(emulated?.finalEpochLoss).toBeCloseTo(inC?.finalEpochLoss ?? NaN, 4);
  expect(emulated?.accuracy).toBe(inC?.accuracy);
});
