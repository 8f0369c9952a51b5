/**
 * Random routines: what a compiler makes of the optimised program against the meaning of the unoptimised
 * one, for this processor and for a GPU, which is emulated. All of a test go into one library, because compiling is what takes the time; one that differs
 * is then compiled by itself, again and again, until nothing more can be left out of it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DType } from '../../compiler/core/dtype.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Cells } from '../../compiler/loop/interpret.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { paralleliseFrom } from '../../compiler/passes/parallelise.ts';
import { type Pass, runPipeline } from '../../compiler/passes/pipeline.ts';
import { placeLocalsAbove } from '../../compiler/passes/place-locals.ts';
import { planMemory } from '../../compiler/passes/plan-memory.ts';
import { openCache } from '../../runtime/cache.ts';
import { choices } from '../support/choices.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { exactPassesFor, fewKernels, manyKernels, tilesFor } from '../support/small-gpu.ts';
import { allPasses, exactPasses } from '../support/small-target.ts';
import { randomRoutine } from '../support/random-routine.ts';
import { compileAll, type Run } from '../support/run-compiled.ts';
import { cornersFor, difference, inputFor, outputsOf } from '../support/run-program.ts';
import { asIfLarge } from '../support/shared-memory.ts';
import { type Compiling, compiling, compilingForGpu } from '../support/tested-backends.ts';
import { temporaryFolder } from './native/support.ts';

const count = Number(process.env['EINC_RUNS'] ?? 60);
const seed = Number(process.env['EINC_SEED'] ?? Date.now() % 2 ** 31);
const cache = openCache({ env: { EINC_CACHE_DIR: temporaryFolder() } });
const answers = choices(250);

interface Plan {
  readonly name: string;
  readonly dtype: DType;
  readonly passes: readonly Pass[];
  /** Whose meaning the code must have, to the last bit. */
  readonly meaning: 'unoptimised' | 'optimised';
  /** Where it runs; through C where nothing else is said. */
  readonly backend?: Compiling;
}

/** Random loops have little to do, so here the least is enough. */
const parallel = [...exactPasses.filter(({ name }) => name !== 'parallelise'), paralleliseFrom(0)];

/** All arrays of one run are in an arena, where they share memory. */
const inArena = [placeLocalsAbove(0), planMemory];
const parallelInArena = asIfLarge(parallel);

const allPlans: readonly Plan[] = [
  { name: 'f32, exact passes', dtype: 'f32', passes: exactPasses, meaning: 'unoptimised' },
  { name: 'f64, exact passes', dtype: 'f64', passes: exactPasses, meaning: 'unoptimised' },
  { name: 'bf16, exact passes', dtype: 'bf16', passes: exactPasses, meaning: 'unoptimised' },
  { name: 'i8, exact passes', dtype: 'i8', passes: exactPasses, meaning: 'unoptimised' },
  { name: 'f32, parallel', dtype: 'f32', passes: parallel, meaning: 'unoptimised' },
  { name: 'i8, parallel', dtype: 'i8', passes: parallel, meaning: 'unoptimised' },
  { name: 'f32, no pass', dtype: 'f32', passes: [], meaning: 'unoptimised' },
  { name: 'f32, in an arena', dtype: 'f32', passes: inArena, meaning: 'unoptimised' },
  { name: 'i8, in an arena', dtype: 'i8', passes: inArena, meaning: 'unoptimised' },
  {
    name: 'f64, parallel in an arena',
    dtype: 'f64',
    passes: parallelInArena,
    meaning: 'unoptimised',
  },
  {
    name: 'f32, all passes in an arena',
    dtype: 'f32',
    passes: asIfLarge(allPasses),
    meaning: 'optimised',
  },
  { name: 'f32, all passes', dtype: 'f32', passes: allPasses, meaning: 'optimised' },
  { name: 'f64, all passes', dtype: 'f64', passes: allPasses, meaning: 'optimised' },
  ...onGpu('f32, bound as lowered', 'f32', []),
  ...onGpu('f32, a kernel for each nest', 'f32', exactPassesFor(manyKernels)),
  ...onGpu('i8, a kernel for each nest', 'i8', exactPassesFor(manyKernels)),
  ...onGpu('f64, what is small in one block', 'f64', exactPassesFor(fewKernels)),
  ...onGpu('bf16, what is small in one block', 'bf16', exactPassesFor(fewKernels)),
  ...onGpu('f32, products in tiles', 'f32', exactPassesFor(tilesFor(1))),
];
const plans = allPlans.filter(({ backend = 'cc' }) => compiling.includes(backend));

function onGpu(name: string, dtype: DType, passes: readonly Pass[]): readonly Plan[] {
  return compilingForGpu.map(backend => ({
    name,
    dtype,
    passes,
    meaning: 'unoptimised',
    backend,
  }));
}

interface Pair {
  readonly dtype: DType;
  readonly unoptimised: Program;
  readonly expected: Program;
  readonly compiled: Program;
}

function pairOf(a: readonly number[], { dtype, passes, meaning }: Plan): Pair {
  // JavaScript's power and libm's may differ in the last place, so here it is a product.
  const text = printProgram(lower(randomRoutine(a, dtype))).replaceAll('**', '*');
  const unoptimised = parseProgram(text);
  const compiled = runPipeline(passes, unoptimised);
  return {
    dtype,
    unoptimised,
    compiled,
    expected: meaning === 'optimised' ? compiled : unoptimised,
  };
}

/** What fusing may move: the rounding of products of small numbers. */
function isClose(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * (1 + Math.abs(a));
}

function differenceOf(pair: Pair, run: Run | undefined): string | undefined {
  const { dtype, unoptimised, expected } = pair;
  const compiled = run?.(1) ?? new Map<string, Cells>();
  const far = dtype === 'f64' && difference(outputsOf(unoptimised, 1), compiled, isClose);
  if (typeof far === 'string') return far;
  for (const input of [inputFor, cornersFor]) {
    const found = difference(outputsOf(expected, 1, input), run?.(1, input) ?? new Map());
    if (found !== undefined) return found;
  }
  return undefined;
}

async function checkAlone(a: readonly number[], plan: Plan): Promise<void> {
  const pair = pairOf(a, plan);
  const [run] = await compileAll([pair.compiled], cache, plan.backend);
  const shown = [pair.expected, pair.compiled].map(printProgram).join('\n-- compiled --\n');
  expect(differenceOf(pair, run), shown).toBeUndefined();
}

describe(`with EINC_SEED=${seed}`, () => {
  test.concurrent.for(plans)('$name', { timeout: 120_000 }, async (plan, context) => {
    needCompilerOf(plan.backend ?? 'cc', context);
    const numRuns = plan.backend !== undefined ? Math.ceil(count / 3) : count;
    const given = fc.sample(answers, { numRuns, seed });
    const pairs = given.map(a => pairOf(a, plan));
    const runs = await compileAll(
      pairs.map(pair => pair.compiled),
      cache,
      plan.backend,
    );
    const wrong = given.find((_, i) => {
      const pair = pairs[i];
      return pair && differenceOf(pair, runs[i]) !== undefined;
    });
    if (wrong === undefined) return;
    const property = fc.asyncProperty(answers, a => checkAlone(a, plan));
    await fc.assert(property, { examples: [[wrong]], numRuns: 1 });
    expect.fail('differs beside others, but not alone');
  });
});
