/**
 * The whole backend `cuda`, with the kernels it writes: on the stub of a driver, which runs them emulated.
 * What it gives them, in which order and where scratch lies is what a GPU would get.
 */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CudaBackend } from '../../../backends/cuda/backend.ts';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { gpu, parseProgram, passesFor } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { compileOn } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { openStub } from './support.ts';

const texts = {
  'rows, sums of columns and a whole array': `
    norms(): device x: f32[300, 129], y: f32[300, 129], columns: f32[129], all: f32[1];
      local s: f32[300];
      zero_out s; zero_out columns; zero_out all;
      for b < 300 { for i < 129 { s[b] += x[b, i]; } }
      for b < 300 { for i < 129 { y[b, i] := x[b, i] / s[b]; } }
      for i < 129 { for b < 300 { columns[i] += x[b, i]; } }
      for b < 300 { for i < 129 { all[0] += x[b, i]; } }`,
  'a loop of launches, an index and scratch': `
    recurrence(first : [0..9]): device x: f32[10, 5, 2000], h: f32[2000], seen: f32[2000];
      local r: f32[2000];
      for t < 5 {
        for o < 2000 { r[o] := x[first, t, o] + h[o] / 3; }
        for o < 2000 { h[o] := r[-1*o + 1999]; }
        seen[t] := f32(t);
      }`,
  'a product': `
    layer(): device x: f32[128, 64], w: f32[64, 128], bias: f32[128], y: f32[128, 128];
      local s: f32[128, 128];
      zero_out s;
      for b < 128 { for o < 128 { for i < 64 { s[b, o] += x[b, i] * w[i, o]; } } }
      for b < 128 { for o < 128 { y[b, o] := relu(s[b, o] + bias[o]); } }`,
};

test('kernels get what they are written for', { timeout: 60_000 }, async () => {
  const stub = await openStub();
  const nvcc = fileURLToPath(new URL('emulator-as-nvcc', import.meta.url));
  const env = { ...stub.env, EINC_NVCC: nvcc };
  const programs = Object.values(texts).map(t => runPipeline(passesFor(gpu), parseProgram(t)));
  {
    using backend = new CudaBackend({ ordinal: 0, target: gpu, source: cudaSource, env });
    const runs = await compileOn(backend, programs);
    for (const [i, program] of programs.entries()) {
      const expected = outputsOf(program, 0, thirdsFor);
      expect(difference(expected, runs[i]?.(0, thirdsFor) ?? new Map())).toBeUndefined();
    }
  }
  stub.reset();
});
