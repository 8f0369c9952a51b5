/**
 * How far the f32 functions that are printed as C are from what is right, in units in the last place:
 * a program of C that runs them over many floats, beside the functions of double in libm.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { flagsFor } from '../../backends/cc/backend.ts';
import { type FunctionOp, functionText } from '../../backends/cc/functions.ts';
import { vectorFunction } from '../../backends/cc/vector-functions.ts';
import { vectorType } from '../../backends/cc/vector-type.ts';
import { findCompiler } from '../../backends/native/compiler.ts';
import { functions } from '../../compiler/core/functions/index.ts';

export interface Measured {
  readonly op: string;
  /** The largest distance, half a unit being the least that there can be, and where it is. */
  readonly ulps: number;
  readonly at: string;
  /** Results whose kind or sign is wrong: NaN, infinities, zeros. */
  readonly wrong: number;
  /** Results of vectors that differ from those of one float at a time. */
  readonly differing: number;
}

export const functionOps = Object.keys(functions) as readonly FunctionOp[];

/**
 * Every `step`th float, all 2³² for a step of 1, and of `pow` as many pairs; whatever the step, the
 * floats around the powers of 2, where formulas change.
 */
export async function measure(
  ops: readonly FunctionOp[],
  step: number,
): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), 'einc-ulps-'));
  try {
    const [source, program] = [join(folder, 'ulps.c'), join(folder, 'ulps')];
    writeFileSync(source, sourceOf(ops));
    const run = promisify(execFile);
    await run(findCompiler().path, [...flagsFor([]), '-Wno-psabi', source, '-o', program, '-lm']);
    const { stdout } = await run(program, [String(step)]);
    return stdout.trim().split('\n').map(parse);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parse(line: string): Measured {
  const [op = '', ulps, at = '', wrong, differing] = line.split(' ');
  return { op, ulps: Number(ulps), at, wrong: Number(wrong), differing: Number(differing) };
}

const lanes = [4, 8, 16];

function sourceOf(ops: readonly FunctionOp[]): string {
  const texts = ops.flatMap(op => [functionText(op), ...lanes.map(n => vectorFunction(op, n))]);
  const needs = new Set([
    ...lanes.flatMap(n => vectorType('f32', n).needs),
    ...texts.flatMap(text => text.needs),
  ]);
  return [headers, ...needs, references, common, ...ops.map(loopsOf), mainOf(ops)].join('\n');
}

const headers = `#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>`;

const references = `static double sigmoid(double x) { return (x < 0 ? exp(x) : 1) / (1 + exp(-fabs(x))); }
static double softplus(double x) { return log1p(exp(-fabs(x))) + (x > 0 ? x : 0); }`;

const common = `enum { N = 4096 };
static float a[N], b[N], y[N], z[N];
static double worst; static float at[2]; static long wrong, differing;
static int same(float p, float q) { return memcmp(&p, &q, 4) == 0 || (p != p && q != q); }
static double distance(float y, double right) {
  if (y == (float)right && y != 0) return 0.5;
  if (right != right || y != y) return right != right && y != y ? 0 : HUGE_VAL;
  if (right == 0 || isinf(right) || y == 0) {
    if (!signbit(y) != !signbit(right)) return HUGE_VAL;
    if (right == 0 || isinf(right)) return y == right ? 0 : HUGE_VAL;
  }
  int e = ilogb(right);
  double unit = ldexp(1, (e < -126 ? -126 : e > 127 ? 127 : e) - 23);
  return fabs((isinf(y) ? copysign(0x1p128, y) : y) - right) / unit;
}
static void judge(int i, double right) {
  double apart = distance(y[i], right);
  if (apart == HUGE_VAL) wrong++;
  else if (apart > worst) { worst = apart; at[0] = a[i]; at[1] = b[i]; }
}
static void compare(void) { for (int i = 0; i < N; ++i) differing += !same(y[i], z[i]); }
static float of_bits(uint32_t u) { float x; memcpy(&x, &u, 4); return x; }
/* The next bits: floats around powers of 2 first, then every step-th. */
static uint64_t next(uint64_t k, uint64_t step) {
  return k < 512 * 64 ? (k / 64 << 23) + k % 64 - 32 : (k - 512 * 64) * step;
}`;

/** Powers of ordinary numbers, of any floats, and to integers in turn. */
const pairs = `uint64_t u = next(k + i, step) * 0x9e3779b97f4a7c15u;
      a[i] = i % 4 == 0 ? of_bits(u >> 32) : (int32_t)(u >> 32) * 0x1p-28f;
      b[i] = i % 4 < 2 ? of_bits(u) : i % 4 == 2 ? (int32_t)u * 0x1p-26f : (float)((int32_t)u >> 27);`;

function loopsOf(op: FunctionOp): string {
  const isPair = functions[op].parameters.length === 2;
  const args = isPair ? ['a', 'b'] : ['a'];
  const called = args.map(name => `${name}[i]`).join(', ');
  const vectors = lanes.map(n => {
    const type = `f32x${n}`;
    const loads = args.map(name => `*(${type} *)(${name} + i)`).join(', ');
    return `    for (int i = 0; i < N; i += ${n}) *(${type} *)(z + i) = ${op}_${type}(${loads});
    compare();`;
  });
  return `static void measure_${op}(uint64_t step) {
  worst = wrong = differing = 0;
  for (uint64_t k = 0; k < 512 * 64 + (1ull << 32) / step; k += N) {
    for (int i = 0; i < N; ++i) {
      ${isPair ? pairs : 'a[i] = of_bits(next(k + i, step));'}
    }
    for (int i = 0; i < N; ++i) y[i] = ${op}_f32(${called});
    for (int i = 0; i < N; ++i) judge(i, ${op}(${called}));
${vectors.join('\n')}
  }
  printf("${op} %.4f %a${isPair ? ',%a' : ''} %ld %ld\\n", worst, at[0]${isPair ? ', at[1]' : ''}, wrong, differing);
  fflush(stdout);
}`;
}

function mainOf(ops: readonly FunctionOp[]): string {
  const calls = ops.map(op => `  measure_${op}(step);`).join('\n');
  return `int main(int count, char **words) {
  uint64_t step = strtoull(words[1], 0, 10);
${calls}
  return count != 2;
}`;
}
