import { type CudaSource, cudaSource } from '../../../backends/cuda/source.ts';
import type { Program } from '../../../compiler/loop/ir.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu, type Target, withBulkCopies, withGroups } from '../../../compiler/schedule/target.ts';
import { attentionText } from '../../support/attention-text.ts';

export function cudaOf(program: Program, target = gpu as Target): CudaSource {
  return cudaSource(runPipeline(passesFor(target), program));
}

/** What sm_90a alone runs. */
export const hopper = withGroups(gpu);

/** The same, with copies by hardware. */
export const hopperWithTma = withBulkCopies(hopper);

const groupProduct = (name: string): string => `
    ${name}():
      device x: bf16[1024, 512], w: bf16[512, 1000], bias: bf16[1000], y: bf16[1024, 1000];
      local s: f32[1024, 1000];
      zero_out s;
      for b < 1024 { for o < 1000 { for i < 512 { s[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }
      for b < 1024 { for o < 1000 { y[b, o] := bf16(relu(s[b, o] + f32(bias[o]))); } }`;

/** Each with its target. */
export const groupPrograms: readonly (readonly [name: string, text: string, target: Target])[] = [
  ['group-product', groupProduct('group_layer'), hopper],
  ['bulk-product', groupProduct('bulk_layer'), hopperWithTma],
];
/** One for each way in which loops are bound. */
export const smallPrograms: Readonly<Record<string, string>> = {
  pointwise: `
    chain():
      device x: f32[1000, 300], scale: f32[300], y: f32[1000, 300];
      local t: f32[1000, 300];
      for b < 1000 { for i < 300 { t[b, i] := tanh(x[b, i] * scale[i]); } }
      for b < 1000 { for i < 300 { y[b, i] := relu(t[b, i]) + x[b, i]; } }`,
  sum: `
    mean_of_squares():
      device x: f32[4096, 1000], y: f32[1];
      local s: f32[1];
      zero_out s;
      for b < 4096 { for i < 1000 { s[0] += x[b, i] ** 2; } }
      y[0] := s[0] / 4096000;`,
  'column-sums': `
    bias_gradient():
      device g: f32[4096, 512], bias.grad: f32[512];
      zero_out bias.grad;
      for o < 512 { for b < 4096 { bias.grad[o] += g[b, o]; } }`,
  product: `
    layer():
      device x: f32[1024, 784], w: f32[784, 2048], bias: f32[2048], y: f32[1024, 2048];
      local s: f32[1024, 2048];
      zero_out s;
      for b < 1024 { for o < 2048 { for i < 784 { s[b, o] += x[b, i] * w[i, o]; } } }
      for b < 1024 { for o < 2048 { y[b, o] := relu(s[b, o] + bias[o]); } }`,
  'product-with-rests': `
    uneven_layer():
      device x: bf16[100, 50], w: f32[333, 50], y: f32[100, 333];
      zero_out y;
      for b < 100 { for o < 333 { for i < 50 { y[b, o] += f32(x[b, i]) * w[o, i]; } } }`,
  'deep-product': `
    gradient_of_weights():
      device x: f32[8192, 256], dy: f32[8192, 128], w: f32[128, 256], m: f32[128, 256];
      local w.grad: f32[128, 256];
      zero_out w.grad;
      for o < 128 { for i < 256 { for b < 8192 { w.grad[o, i] += dy[b, o] * x[b, i]; } } }
      for o < 128 { for i < 256 { m[o, i] := 0.9 * m[o, i] + w.grad[o, i]; } }
      for o < 128 { for i < 256 { w[o, i] -= 0.1 * m[o, i]; } }`,
  'narrow-product': `
    narrow_layer():
      device x: bf16[1024, 512], w: bf16[512, 2048], bias: bf16[2048], y: bf16[1024, 2048];
      local s: f32[1024, 2048];
      zero_out s;
      for b < 1024 { for o < 2048 { for i < 512 { s[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }
      for b < 1024 { for o < 2048 { y[b, o] := bf16(relu(s[b, o] + f32(bias[o]))); } }`,
  'large-product': `
    square():
      device x: bf16[4096, 4096], w: bf16[4096, 4096], y: bf16[4096, 4096];
      local s: f32[4096, 4096];
      zero_out s;
      for b < 4096 { for o < 4096 { for i < 4096 { s[b, o] += f32(x[b, i]) * f32(w[o, i]); } } }
      for b < 4096 { for o < 4096 { y[b, o] := bf16(s[b, o]); } }`,
  attention: attentionText({ heads: 4, rows: 2048, columns: 2048, width: 64 }),
  rows: `
    softmax():
      device x: f32[4096, 1000], y: f32[4096, 1000];
      local m: f32[4096];
      local e: f32[4096, 1000];
      local s: f32[4096];
      fill m, -3e38;
      for b < 4096 { for i < 1000 { m[b] max= x[b, i]; } }
      for b < 4096 { for i < 1000 { e[b, i] := exp(x[b, i] - m[b]); } }
      zero_out s;
      for b < 4096 { for i < 1000 { s[b] += e[b, i]; } }
      for b < 4096 { for i < 1000 { y[b, i] := e[b, i] / s[b]; } }`,
  steps: `
    recurrence(first : [0..9]):
      device x: f32[10, 100, 20000], h: f32[20000], seen: f32[20000];
      local r: f32[20000];
      for t < 100 {
        for o < 20000 { r[o] := tanh(x[first, t, o] + h[o]); }
        for o < 20000 { h[o] := r[-1*o + 19999]; }
        seen[t] := f32(t);
      }`,
  updates: `
    momentum():
      device w1: f32[3000, 400], m1: f32[3000, 400], g1: f32[3000, 400], w2: f32[3, 5, 640], m2: f32[3, 5, 640],
        g2: f32[3, 5, 640], b: f32[400], mb: f32[400], gb: f32[400], x: f32[500, 7], y: f32[500];
      for o < 3000 { for i < 400 { m1[o, i] := 0.9 * m1[o, i] + g1[o, i]; } }
      for o < 3000 { for i < 400 { w1[o, i] -= 0.1 * m1[o, i]; } }
      for h < 3 { for o < 5 { for i < 640 { m2[h, o, i] := 0.9 * m2[h, o, i] + g2[h, o, i]; } } }
      for h < 3 { for o < 5 { for i < 640 { w2[h, o, i] -= 0.1 * m2[h, o, i]; } } }
      for i < 400 { mb[i] := 0.9 * mb[i] + gb[i]; }
      for i < 400 { b[i] -= 0.1 * mb[i]; }
      for o < 500 { y[o] := 0; for i < 7 { y[o] += x[o, i]; } }`,
  scatter: `
    embedding_gradient():
      device ids: f32[512], table.grad: f32[1000, 64], y.grad: f32[512, 64];
      for k < 1000 { for d < 64 { table.grad[k, d] := 0; } }
      for b < 512 { for d < 64 { table.grad[at(ids[b]), d] += y.grad[b, d]; } }`,
  gather: `
    embedding():
      device ids: f32[512], table: f32[1000, 64], y: f32[512, 64];
      for b < 512 { for d < 64 { y[b, d] := table[at(ids[b]), d]; } }`,
};
