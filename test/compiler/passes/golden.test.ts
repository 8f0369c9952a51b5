/** Each pass on a program that shows what it is for: to be read, and to be seen when it changes. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { allPasses } from '../../support/small-target.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { ofPictures } from './golden-pictures.ts';

const programs: Readonly<Record<string, string>> = {
  ...ofPictures,
  'drop-dead': `
    step():
      device x: f32[4], w: f32[4], loss: f32;
      local unused: f32[4];
      local margin: f32[4];
      zero_out unused;
      for i < 4 { unused[i] += x[i] * w[i]; }
      zero_out margin;
      for i < 4 { margin[i] := 1 - x[i] * w[i]; }
      for i < 0 { loss += 1; }
      zero_out loss;
      for i < 4 { loss += margin[i]; }`,
  'fuse-epilogues': `
    update():
      device dy: f32[4, 16], x: f32[4, 20], w: f32[16, 20], momentum: f32[16, 20];
      local delta: f32[16, 20];
      for o < 16 { for i < 20 {
        local sum: f32 := 0;
        for b < 4 { sum += dy[b, o] * x[b, i]; }
        delta[o, i] := sum + 0.01 * w[o, i];
      } }
      for o < 16 { for i < 20 { momentum[o, i] := 0.9 * momentum[o, i] + delta[o, i]; } }
      for o < 16 { for i < 20 { delta[o, i] := momentum[o, i]; } }
      for o < 16 { for i < 20 { w[o, i] += -0.1 * delta[o, i]; } }`,
  'sum-by-rows': `
    bias_gradient():
      device y.grad: f32[128, 6], bias.grad: f32[6];
      zero_out bias.grad;
      for o < 6 { for b < 128 { bias.grad[o] += y.grad[b, o]; } }`,
  'inline-constants': `
    scalar_loss_gradient():
      device margin.grad: f32[10], label: f32[10];
      local scale: f32 := 1 / 80;
      local sum.grad: f32[1];
      fill sum.grad, 1;
      local each.grad: f32[10];
      for b < 10 { each.grad[b] := sum.grad[0] * scale; }
      for b < 10 { margin.grad[b] := each.grad[b] * label[b]; }`,
  'gather-one-hot': `
    embedding():
      device ids: f32[9], table: f32[50, 4], y: f32[9, 4], y.grad: f32[9, 4], table.grad: f32[50, 4];
      local hot: f32[9, 50];
      for b < 9 { for k < 50 { hot[b, k] := f32(ids[b] == f32(k)); } }
      zero_out y;
      for b < 9 { for d < 4 { for k < 50 { y[b, d] += hot[b, k] * table[k, d]; } } }
      zero_out table.grad;
      for k < 50 { for d < 4 { for b < 9 { table.grad[k, d] += y.grad[b, d] * hot[b, k]; } } }`,
  'inline-virtual': `
    layer(batch : [0..79]):
      device data: f32[80, 10, 2], w: f32[16, 2], bias: f32[16], y: f32[10, 16];
      local x: f32[10, 2];
      local matmul: f32[10, 16];
      local sum: f32[10, 16];
      for b < 10 { for i < 2 { x[b, i] := data[batch, b, i]; } }
      zero_out matmul;
      for b < 10 { for o < 16 { for i < 2 { matmul[b, o] += w[o, i] * x[b, i]; } } }
      for b < 10 { for o < 16 { sum[b, o] := bias[o] + matmul[b, o]; } }
      for b < 10 { for o < 16 { y[b, o] := relu(sum[b, o]); } }`,
  simplify: `
    sgd(step):
      device w: f32[4], w.grad: f32[4], y: f32[4];
      for i < 4 { y[i] := 1 * relu(w[i]) * (2 / 4) + -0; }
      for i < 4 { y[i] += w[i] - neg(w.grad[i] / 8) + 0; }
      for i < 4 { w[i] -= 0.1 * (200 - f32(step)) / (10 * 20) * w.grad[i] ** 2; }`,
  interchange: `
    input_gradient():
      device y.grad: f32[2, 8, 5], w: f32[5, 3, 4], pad.grad: f32[2, 10, 4];
      zero_out pad.grad;
      for b < 2 { for h < 8 { for k < 3 { for c < 4 {
        for o < 5 { pad.grad[b, h + k, c] += y.grad[b, h, o] * w[o, k, c]; }
      } } } }`,
  'accumulate-in-registers': `
    gradient():
      device add.grad: f32[10, 16], x: f32[10, 2], w.grad: f32[16, 2], largest: f32[10];
      zero_out w.grad;
      for o < 16 { for i < 2 { for b < 10 { w.grad[o, i] += add.grad[b, o] * x[b, i]; } } }
      for b < 10 { for o < 16 { largest[b] max= add.grad[b, o]; } }
      for b < 10 { for i < 2 { w.grad[0, i] += x[b, i]; } }`,
  'tile-registers': `
    layer():
      device w: f32[6, 5], x: f32[5, 5], bias: f32[6], y: f32[5, 6];
      for b < 5 {
        for o < 6 {
          local sum: f32 := 0;
          for i < 5 { sum += w[o, i] * x[b, i]; }
          y[b, o] := relu(sum + bias[o]);
        }
      }`,
  'share-sums': `
    norm():
      device x: f32[1000, 300], total: f32;
      local sum: f32 := 0;
      for b < 1000 { for i < 300 { sum += x[b, i] * x[b, i]; } }
      total := sqrt(sum);`,
  'split-reductions': `
    squares():
      device x: f32[3, 203], y: f32[3];
      for b < 3 {
        local sum: f32 := 0;
        for i < 203 { sum += x[b, i] * x[b, i]; }
        y[b] := sum;
      }`,
  'separate-sums': `
    distance():
      device w: f32[8, 5], x: f32[6, 5], t: f32[6, 8], total: f32;
      total := 0;
      for b < 6 {
        for o < 8 {
          local s: f32 := 0;
          for i < 5 { s += w[o, i] * x[b, i]; }
          total += abs(s - t[b, o]);
        }
      }`,
  'block-rows': `
    attention():
      device q: f32[2, 32, 4], k: f32[2, 6, 4], v: f32[2, 6, 4], y: f32[32, 2, 4];
      local scores: f32[2, 32, 6];
      local p: f32[2, 32, 6];
      for h < 2 {
        for s < 32 {
          for t < 6 {
            local score: f32 := 0;
            for d < 4 { score += q[h, s, d] * k[h, t, d]; }
            scores[h, s, t] := score;
          }
        }
      }
      for h < 2 { for s < 32 { for t < 6 { p[h, s, t] := exp(scores[h, s, t] - scores[h, s, 0]); } } }
      for s < 32 {
        for h < 2 {
          for d < 4 {
            local sum: f32 := 0;
            for t < 6 { sum += p[h, s, t] * v[h, t, d]; }
            y[s, h, d] := sum;
          }
        }
      }`,
  'hoist-copies': `
    rows():
      device x: f32[64, 3], w: f32[16, 3], v: f32[16, 4], y: f32[64, 16], z: f32[64, 4];
      for b_block < 8 {
        for i < 4 {
          local w_panel: f32[3, 4];
          for k < 3 { for o < 4 { w_panel[k, o] := w[4*i + o, k]; } }
          for b < 8 { for o < 4 {
            local sum: f32 := 0;
            for k < 3 { sum += x[8*b_block + b, k] * w_panel[k, o]; }
            y[8*b_block + b, 4*i + o] := sum;
          } }
        }
        local v_panel: f32[4, 4];
        for t < 4 { for d < 4 { v_panel[t, d] := v[t, d]; } }
        for b < 8 { for d < 4 {
          local sum: f32 := 0;
          for t < 4 { sum += y[8*b_block + b, t] * v_panel[t, d]; }
          z[8*b_block + b, d] := sum;
        } }
        for t_block < 3 {
          for t < 4 { for d < 4 { v_panel[t, d] := v[4*t_block + t + 4, d]; } }
          for b < 8 { for d < 4 {
            local sum: f32 := z[8*b_block + b, d];
            for t < 4 { sum += y[8*b_block + b, 4*t_block + t + 4] * v_panel[t, d]; }
            z[8*b_block + b, d] := sum;
          } }
        }
      }`,
  'fuse-loops': `
    softmax():
      device x: f32[4, 9], y: f32[4, 9];
      local largest: f32[4, 1];
      local e: f32[4, 9];
      local sum: f32[4, 1];
      for b < 4 {
        local m: f32 := -Infinity;
        for i < 9 { m max= x[b, i]; }
        largest[b, 0] := m;
      }
      for b2 < 4 { for i < 9 { e[b2, i] := exp(x[b2, i] - largest[b2, 0]); } }
      for b < 4 {
        local s: f32 := 0;
        for i < 9 { s += e[b, i]; }
        sum[b, 0] := s;
      }
      for b < 4 { for i < 9 { y[b, i] := e[b, i] / sum[b, 0]; } }`,
  'fuse-cells': `
    layer_norm():
      device x: f32[3, 15], mean: f32[3], scale: f32[15], y: f32[3, 15], energy: f32[3];
      for b < 3 {
        local d: f32[15];
        local scaled: f32[15];
        local sum: f32 := 0;
        for o < 15 { d[o] := x[b, o] - mean[b]; }
        for i < 15 { sum += d[i] * d[i]; }
        energy[b] := sum;
        for o2 < 15 { scaled[o2] := d[o2] * scale[o2]; }
        for o3 < 15 { y[b, o3] := scaled[o3] + x[b, o3]; }
      }`,
  vectorise: `
    scaled():
      device x: f32[3, 15], y: f32[3, 15];
      for b < 3 {
        for i < 15 { y[b, i] := exp(x[b, i]) * x[b, 0]; }
      }`,
  'fuse-vectors': `
    layer_norm():
      device x: f32[3, 16], mean: f32[3], y: f32[3, 16], scale: f32[16];
      for b < 3 {
        local d: f32[16];
        local variance: f32 := 0;
        local parts: f32[4];
        for l < 4 vector { parts[l] := 0; }
        for o < 4 { for l < 4 vector { d[4*o + l] := x[b, 4*o + l] - mean[b]; } }
        for i < 4 { for l < 4 vector { parts[l] += d[4*i + l] * d[4*i + l]; } }
        variance += parts[0];
        for o < 4 { for l < 4 vector { y[b, 4*o + l] := scale[4*o + l] * variance; } }
      }`,
  'prefetch-rows': `
    normalise():
      device x: f32[3, 256], y: f32[3, 256];
      for b < 3 {
        local parts: f32[4];
        for l < 4 vector { parts[l] := 0; }
        for i < 64 { for l < 4 vector { parts[l] += x[b, 4*i + l]; } }
        for o < 64 { for l < 4 vector { y[b, 4*o + l] := x[b, 4*o + l] / parts[0]; } }
      }`,
  'unroll-terms': `
    product():
      device x: f32[2, 9], w: f32[9, 4], y: f32[2, 4];
      local s: f32[2, 4];
      for b < 2 unrolled { for l < 4 vector { s[b, l] := 0; } }
      for i < 9 { for b < 2 unrolled { for l < 4 vector { s[b, l] += x[b, i] * w[i, l]; } } }
      for b < 2 unrolled { for l < 4 vector { y[b, l] := s[b, l]; } }`,
  'prefetch-ahead': `
    swish():
      device x: f32[1024], y: f32[1024];
      for o < 128 { for v < 2 unrolled { for l < 4 vector {
        y[8*o + 4*v + l] := x[8*o + 4*v + l] * sigmoid(x[8*o + 4*v + l]);
      } } }`,
  'contract-fma': `
    layer():
      device w: f32[16, 2], x: f32[10, 2], bias: f32[16], y: f32[10, 16];
      for b < 10 {
        for o < 16 {
          local sum: f32 := 0;
          for i < 2 { sum += w[o, i] * x[b, i]; }
          y[b, o] := 1 - 0.5 * (sum + bias[o]);
        }
      }`,
  recompute: `
    softmax_gradient():
      device x: f32[1024, 1024], y: f32[1024, 1024], x.grad: f32[1024, 1024];
      local e: f32[1024, 1024];
      local sum: f32[1024];
      local p: f32[1024, 1024];
      local y.grad: f32[1024, 1024];
      for b < 1024 { for i < 1024 { e[b, i] := exp(x[b, i]); } }
      zero_out sum;
      for b < 1024 { for i < 1024 { sum[b] += e[b, i]; } }
      for b < 1024 { for i < 1024 { p[b, i] := e[b, i] / sum[b]; } }
      for b < 1024 { for i < 1024 { y[b, i] := p[b, i] * p[b, 0]; } }
      for b < 1024 { for i < 1024 { y.grad[b, i] := tanh(y[b, i]); } }
      for b < 1024 { for i < 1024 { x.grad[b, i] := y.grad[b, i] * p[b, i]; } }
      for b < 1024 { for i < 1024 { x.grad[b, i] += e[b, i]; } }`,
  'place-locals': `
    layer():
      device x: f32[64, 80], y: f32[80];
      local hidden: f32[64, 80];
      local total: f32[80];
      local half: f32[80];
      for b < 64 { for i < 80 { hidden[b, i] := relu(x[b, i]); } }
      zero_out total;
      for b < 64 { for i < 80 { total[i] += hidden[b, i]; } }
      for i < 80 { half[i] := 0.5 * total[i]; }
      for i < 80 { y[i] := half[i] * total[i]; }`,
  parallelise: `
    layer():
      device w: f32[256, 128], x: f32[64, 128], y: f32[64, 256], sums: f32[64], total: f32;
      for b < 64 {
        for o < 256 {
          local matmul: f32 := 0;
          for i < 128 { matmul := fma(w[o, i], x[b, i], matmul); }
          y[b, o] := relu(matmul);
        }
      }
      for b < 64 {
        local sum: f32 := 0;
        for o < 256 { sum += y[b, o]; }
        sums[b] := sum;
      }
      local sum2: f32 := 0;
      for b < 64 { for o < 256 { for i < 128 { sum2 += w[o, i] * x[b, i]; } } }
      total := sum2;`,
  'plan-memory': `
    layers(step):
      device x: f32[64, 80], y: f32[64, 80], y.grad: f32[64, 80];
      scratch h1: f32[64, 80], h2: f32[64, 80], h2.grad: f32[64, 80], h1.grad: f32[64, 80], half: f32[32, 80];
      for b < 64 { for i < 80 { h1[b, i] := relu(x[b, i]); } }
      for b < 64 { for i < 80 { h2[b, i] := h1[b, 79] * h1[b, i]; } }
      for b < 64 { for i < 80 { y[b, i] := h2[b, i]; } }
      for b < 64 { for i < 80 { h2.grad[b, i] := relu_gate(h2[b, i], y.grad[b, 0]); } }
      for b < 64 { for i < 80 { h1.grad[b, i] := h2.grad[b, 79] * h1[b, i]; } }
      for t < 3 {
        for b < 32 { for i < 80 { half[b, i] := h1.grad[b, i]; } }
        for b < 32 { for i < 80 { y.grad[b, i] += half[-1*b + 31, i]; } }
      }`,
};

test.each([...new Set(allPasses)])('$name', async pass => {
  const before = parseProgram(programs[pass.name] ?? '');
  verify(before);
  const after = runPipeline([pass], before);
  expect(after).not.toBe(before);
  const text = `/* before */\n${printProgram(before)}\n/* after ${pass.name} */\n${printProgram(after)}`;
  await expect(text).toMatchFileSnapshot(`../../golden/passes/${pass.name}.ll`);
});
