/** Each barrier of generated kernels is needed, and each wait for copies: without it the emulator finds what it was for. */
import { beforeEach, expect, test } from 'vitest';
import { type CudaSource, cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram, passesFor } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { gpu } from '../../../compiler/schedule/target.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { compileSources } from '../../support/run-compiled.ts';
import { thirdsFor } from '../../support/run-program.ts';
import { walksFor } from '../../support/small-gpu.ts';

const texts = [
  `layer(): device x: f32[128, 64], w: f32[64, 128], y: f32[128, 128];
    zero_out y;
    for b < 128 { for o < 128 { for i < 64 { y[b, o] += x[b, i] * w[i, o]; } } }`,
  `steps(): device x: f32[90], h: f32[90], y: f32[90];
    local r: f32[90];
    for t < 3 {
      for o < 90 { r[o] := x[o] + h[-1*o + 89]; }
      for o < 90 { h[o] := r[-1*o + 89] * 0.5; }
    }
    for o < 90 { y[o] := h[-1*o + 89]; }`,
  `narrow(): device x: bf16[64, 64], w: bf16[64, 64], y: f32[64, 64];
    zero_out y;
    for b < 64 { for o < 64 { for i < 64 { y[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }`,
  `far(): device x: bf16[32, 160], w: bf16[160, 64], y: f32[32, 64];
    zero_out y;
    for b < 32 { for o < 64 { for i < 160 { y[b, o] += f32(x[b, i]) * f32(w[i, o]); } } }`,
];
const barrier = /__sync(threads|warp)\(\);|einc_copy_async_wait<\d>\(\);/g;

/** Sums over a matrix that is not stored: of its rows, and of products. */
const walking = `
  weighted(): device q: f32[20, 20], k: f32[130, 20], v: f32[130, 6], y: f32[20, 6];
    local scores: f32[20, 130]; local most: f32[20];
    for s < 20 { for t < 130 {
      local score: f32 := 0; for d < 20 { score += q[s, d] * k[t, d]; } scores[s, t] := score;
    } }
    for s < 20 { local m: f32 := -3e38; for t < 130 { m max= scores[s, t]; } most[s] := m; }
    for s < 20 { for d < 6 {
      local sum: f32 := 0; for t < 130 { sum += (scores[s, t] - most[s]) * v[t, d]; } y[s, d] := sum;
    } }`;

const programs = [
  ...texts.map(text => runPipeline(passesFor(gpu), parseProgram(text))),
  runPipeline(passesFor(walksFor(1)), parseProgram(walking)),
];
const variants = programs.flatMap((program, i) => {
  const named = { ...program, name: `program_${i}` };
  const source = cudaSource(named);
  const count = [...source.text.matchAll(barrier)].length;
  return [-1, ...Array.from({ length: count }, (_, without) => without)].map(without => ({
    program: named,
    without,
    source: withoutBarrier(source, without),
  }));
});

function withoutBarrier(source: CudaSource, without: number): CudaSource {
  let at = 0;
  return {
    ...source,
    text: source.text.replaceAll(barrier, all => (at++ === without ? ';' : all)),
  };
}

/** Waits for all groups of copies but one more than may be missing. */
const wait = /einc_copy_async_wait<(\d)>/;
const early = programs.flatMap((program, i) => {
  const named = { ...program, name: `early_${i}` };
  const source = cudaSource(named);
  const later = source.text.replace(wait, (_, groups) => {
    return `einc_copy_async_wait<${Number(groups) + 1}>`;
  });
  const waits = Number(wait.exec(source.text)?.[1] ?? NaN);
  return later === source.text
    ? []
    : [{ program: named, waits, source: { ...source, text: later } }];
});

const all = await compileSources([...variants, ...early]);
const runs = all.slice(0, variants.length);
beforeEach(needCppCompiler);

test.each(variants.map((one, i) => ({ ...one, name: one.program.name, run: runs[i] })))(
  '$name without barrier $without',
  ({ without, run }) => {
    const go = expect(() => run?.(0, thirdsFor));
    if (without < 0) go.not.toThrow();
    else go.toThrow(/EINC094[34]/);
  },
);

test('copies run one turn ahead, and three', () => {
  expect(new Set(early.map(({ waits }) => waits))).toEqual(new Set([0, 2]));
});

test.each(
  early.map((one, i) => ({ ...one, name: one.program.name, run: all[variants.length + i] })),
)('$name, which waits for one group less than all but $waits', ({ run }) => {
  expect(() => run?.(0, thirdsFor)).toThrow(/EINC0943/);
});
