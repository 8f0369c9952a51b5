/** Each pass for GPUs on a program that shows what it is for: to be read, and to be seen when it changes. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu, withBulkCopies, withGroups } from '../../../compiler/schedule/target.ts';
import { groupTiles } from '../../support/group-tiles.ts';
import { fewArguments, tilesFor } from '../../support/small-gpu.ts';

const programs: Readonly<Record<string, string>> = {
  'spread-loops': `
    gradients():
      device x: f32[512, 64], y: f32[512], dy: f32[30, 40, 8], w: f32[8, 5, 8], dx: f32[30, 44, 8];
      for i < 64 { for b < 512 { y[b] += x[b, i]; } }
      for k < 5 { for b < 30 { for h < 40 { for o < 8 { for c < 8 {
        dx[b, h + k, c] += dy[b, h, o] * w[o, k, c];
      } } } } }`,
  'split-products': `
    gradients():
      device x: f32[4000, 60], dy: f32[4000, 50], w.grad: f32[50, 60], q: f32[2, 10, 1003], k: f32[1003, 20], y: f32[2, 10, 20];
      for o < 50 {
        for i < 60 {
          local s: f32 := w.grad[o, i];
          for b < 4000 { s += x[b, i] * dy[b, o]; }
          w.grad[o, i] := s;
        }
      }
      for b < 2 {
        for o < 20 {
          for r < 10 {
            local s2: f32 := 0;
            for i < 1003 { s2 += q[b, r, i] * k[i, o]; }
            y[b, r, o] := relu(s2);
          }
        }
      }`,
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
  'split-columns': `
    bias_gradients():
      device g: f32[4, 510, 768], b.grad: f32[768], x: f32[509, 90], s: f32[90];
      for o < 768 { for b < 4 { for t < 510 { b.grad[o] += g[b, t, o]; } } }
      for i < 90 { for r < 509 { s[i] += x[r, i] * x[r, i]; } }`,
  'share-scatters': `
    embedding_gradients():
      device ids: f32[512], tags: i32[512], w.grad: f32[1000, 64], t.grad: f32[30, 4], v: f32[512, 64];
      for d < 64 { for b < 512 { w.grad[at(ids[b]), d] += v[b, d]; } }
      for d < 4 { for b < 512 { t.grad[at(tags[b]), d] += v[b, d]; } }`,
  'fuse-to-cells': `
    adam():
      device w: f32[256, 128], g: f32[256, 128], mean: f32[256, 128], b: f32[128], x: f32[256], u: f32[256, 128], rate: f32;
      for o < 256 {
        for i < 128 { mean[o, i] := 0.9 * mean[o, i] + 0.1 * g[o, i]; }
        for i < 128 { w[o, i] -= rate * mean[o, i]; }
      }
      for i < 128 { b[i] := b[i] * 2; }
      for i < 128 { b[i] += x[i]; }
      for o < 256 { for i < 128 { u[o, i] += b[i]; } }`,
  'cut-expressions': `
    sums():
      device a: f32[300, 8], b: f32[300], c: f32[300, 8], d: f32[8], s1: f32, s2: f32, s3: f32, s4: f32, y: f32[300, 8],
        z: f32[300], norm: f32;
      for i < 300 { for j < 8 { y[i, j] := tanh(a[i, j] + b[i] * s1) * (c[i, j] - d[j] * b[i]); } }
      for i < 300 {
        local t: f32 := 0;
        for j < 8 { t += a[i, j] * b[i] + c[i, j] * d[j]; }
        z[i] := t;
      }
      norm := sqrt(s1 + s2 + s3 + s4);`,
  'launch-together': `
    step():
      device w: f32[4096], w.grad: f32[4096], b: f32[10], b.grad: f32[10], x: f32[500, 64], y: f32[500, 64], s: f32[64];
      /* update of w */
      for o < 4096 { w[o] -= 0.1 * w.grad[o]; }
      /* update of b */
      for o < 10 { b[o] -= 0.1 * b.grad[o]; }
      for r < 500 {
        local m: f32 := 0;
        for i < 64 { m += x[r, i]; }
        for i < 64 { y[r, i] := x[r, i] - m; }
      }
      for i < 64 { s[i] := b[0] * w[i]; }`,
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
  'coarsen-threads': `
    updates():
      device x: f32[8192, 1024], scale: f32[1024], y: f32[8192, 1024], h: f16[2097152], w: f32[1000000], v: f32[9999];
      for b < 8192 grid { for o < 1024 grid { y[b, o] := relu(x[b, o] * scale[o]); } }
      for i < 2097152 grid { h[i] := f16(f32(h[i]) * 2); }
      for b < 8192 grid { for o < 1024 grid { y[b, o] := x[b, -1*o + 1023]; } }
      for together < 1 launch {
        for i < 1000000 grid { w[i] -= 0.1; }
        for i < 9999 grid { v[i] -= 0.1; }
      }`,
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
  'copy-in-bulk': groupTiles,
};

const small = [
  ...passesFor(tilesFor(1)).filter(pass => pass.name === 'tile-blocks'),
  ...passesFor(fewArguments(4)).filter(pass => pass.name === 'cut-expressions'),
];
const hopper = withBulkCopies(withGroups(gpu));
const others = passesFor(hopper).filter(pass => small.every(({ name }) => name !== pass.name));
const passes = [...small, ...others];

test.each(Object.entries(programs))('%s', async (name, text) => {
  const before = parseProgram(text);
  verify(before);
  const pass = passes.filter(p => p.name === name);
  const after = runPipeline(pass, before);
  expect(after).not.toBe(before);
  const shown = `/* before */\n${printProgram(before)}\n/* after ${name} */\n${printProgram(after)}`;
  await expect(shown).toMatchFileSnapshot(`../../golden/passes/${name}.ll`);
});
