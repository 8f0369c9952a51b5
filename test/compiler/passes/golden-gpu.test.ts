/** Each pass for GPUs on a program that shows what it is for: to be read, and to be seen when it changes. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { tilesFor } from '../../support/small-gpu.ts';

const programs: Readonly<Record<string, string>> = {
  'spread-loops': `
    gradients():
      device x: f32[512, 64], y: f32[512], dy: f32[30, 40, 8], w: f32[8, 5, 8], dx: f32[30, 44, 8];
      for i < 64 { for b < 512 { y[b] += x[b, i]; } }
      for k < 5 { for b < 30 { for h < 40 { for o < 8 { for c < 8 {
        dx[b, h + k, c] += dy[b, h, o] * w[o, k, c];
      } } } } }`,
  'tile-blocks': `
    layer():
      device x: f32[30, 18], w: f32[18, 32], bias: f32[32], y: f32[30, 32];
      for b < 30 {
        for o < 32 {
          local s: f32 := 0;
          for i < 18 { s += x[b, i] * w[i, o]; }
          y[b, o] := relu(s + bias[o]);
        }
      }`,
  'split-sums': `
    sums():
      device x: f32[100, 1000], m: f32[100], total: f32;
      for b < 100 {
        local sum: f32 := 0;
        for i < 1000 { sum += x[b, i]; }
        m[b] := sum / 1000;
      }
      local sum2: f32 := 0;
      for b < 100 { for i < 1000 { sum2 += x[b, i] * x[b, i]; } }
      total := sum2;`,
  'bind-threads': `
    steps():
      device x: f32[100, 5000], h: f32[5000], s: f32[16], w: f32[16, 16], last: f32;
      fill s, 1;
      for t < 100 { for o < 5000 { h[o] := tanh(x[t, o] + h[o]); } }
      for t < 10 {
        local r: f32[16];
        for o < 16 { r[o] := w[o, t] * s[o]; }
        for o < 16 { s[o] := r[-1*o + 15]; }
        last := s[0];
      }
      for o < 16 { for i < 16 { w[o, i] -= 0.1 * s[o]; } }`,
  'place-between-kernels': `
    two_layers():
      device x: f32[64], y: f32[64], z: f32[64];
      local h: f32[64];
      local own: f32[8];
      for o < 64 grid { h[o] := relu(x[o]); }
      for once < 1 block {
        for k < 8 thread { own[k] := h[k]; }
        for o < 64 thread { y[o] := h[o] * own[0]; }
      }
      for o < 64 grid { z[o] := h[-1*o + 63]; }`,
};

const tiling = passesFor(tilesFor(1)).filter(pass => pass.name === 'tile-blocks');
const passes = [...tiling, ...passesFor(gpu).filter(pass => pass.name !== 'tile-blocks')];

test.each(Object.entries(programs))('%s', async (name, text) => {
  const before = parseProgram(text);
  verify(before);
  const pass = passes.filter(p => p.name === name);
  const after = runPipeline(pass, before);
  expect(after).not.toBe(before);
  const shown = `/* before */\n${printProgram(before)}\n/* after ${name} */\n${printProgram(after)}`;
  await expect(shown).toMatchFileSnapshot(`../../golden/passes/${name}.ll`);
});
