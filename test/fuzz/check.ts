/**
 * One random program, four ways: by definition in f32 and f64, and compiled with and without the
 * passes; of those in f32 for a processor, all arrays are in one memory that they share. How far f32 strays from f64,
 * with roundings to the nearest and to either side, tells how much a rounding matters in a cell, and so
 * how far the others may.
 */
import { op, type Tensor } from '../../dsl/index.ts';
import { forward } from '../../dsl/code.ts';
import { gradUpdate } from '../../dsl/train/index.ts';
import {
  BackendError,
  type Cells,
  type DType,
  type LinkableRoutine,
  localsOf,
  type Program,
  UserError,
} from '../../compiler/index.ts';
import { lower } from '../../compiler/lower/lower.ts';
import { passesFor } from '../../compiler/passes/index.ts';
import { type Pass, runPipeline } from '../../compiler/passes/pipeline.ts';
import type { Target } from '../../compiler/schedule/target.ts';
import type { Cache } from '../../runtime/cache.ts';
import { fewKernels, manyKernels, partsFor } from '../support/small-gpu.ts';
import { allPasses } from '../support/small-target.ts';
import { compileAll, type Run } from '../support/run-compiled.ts';
import { inputFor, outputsOf } from '../support/run-program.ts';
import { asIfLarge } from '../support/shared-memory.ts';
import type { Compiling } from '../support/tested-backends.ts';
import { randomProgram } from './program.ts';
import { randomRounding } from './random-rounding.ts';

type Outputs = ReadonlyMap<string, Cells>;

/** A program ready to be run: as lowered in both dtypes, and what is compiled. */
export interface Subject {
  readonly text: string;
  readonly plain: Readonly<Record<'f32' | 'f64', Program>>;
  readonly compiled: readonly Variant[];
}

interface Variant {
  readonly name: string;
  readonly dtype: 'f32' | 'f64';
  readonly mayDropNaN: boolean;
  readonly program: Program;
}

/** Undefined where a size is left open that the language asks for; throws other refusals. */
export function subjectUnlessOpen(
  answers: readonly number[],
  backend?: Compiling,
): Subject | undefined {
  try {
    return subjectOf(answers, backend);
  } catch (error) {
    if (error instanceof UserError && asksForSize.has(error.code)) return undefined;
    throw error;
  }
}

/** A cell that is taken of an axis does not say how long it is; a scan has to know at once. */
const asksForSize: ReadonlySet<string> = new Set(['EINC0303', 'EINC0311']);

/** Throws what the language says when it refuses the program. */
export function subjectOf(answers: readonly number[], backend: Compiling = 'cc'): Subject {
  const { text, make } = randomProgram(answers);
  const { last } = make();
  const isGradient = last.requiresGrad && (answers[0] ?? 0) % 2 === 0;
  const plain = { f32: lowered(last, isGradient, 'f32'), f64: lowered(last, isGradient, 'f64') };
  // Data of another dtype makes f32 of all that is computed with it, whatever the context has.
  const isWide = [...plain.f64.params, ...localsOf(plain.f64)].every(p => p.dtype === 'f64');
  const widest = isWide ? 'f64' : 'f32';
  const after = { mayDropNaN: true };
  const { called, wide, narrow } = pipelines[backend];
  const compiled: readonly Variant[] = [
    { name: `${called} as lowered, f64`, dtype: widest, mayDropNaN: false, program: plain.f64 },
    {
      name: `${called} after all passes, f64`,
      dtype: widest,
      ...after,
      program: runPipeline(wide(answers), plain.f64),
    },
    {
      name: `${called} after all passes, f32`,
      dtype: 'f32',
      ...after,
      program: runPipeline(narrow(answers), plain.f32),
    },
  ];
  return { text: isGradient ? `${text}\nand its gradients` : text, plain, compiled };
}

function lowered(last: Tensor, isGradient: boolean, dtype: DType): Program {
  return lower(routineOf(last, isGradient, dtype).routine);
}

function routineOf(last: Tensor, isGradient: boolean, dtype: DType): LinkableRoutine {
  if (!isGradient) {
    return forward(last).settle({ dtype, keep: [last], name: 'random' });
  }
  const loss = op<Tensor>`loss = ${last} ++ "...|...->... => 0"`;
  const keep = [loss, ...Object.values(loss.params).map(p => p.grad)];
  return gradUpdate(loss).settle({ dtype, keep, name: 'random' });
}

type Passes = (answers: readonly number[]) => readonly Pass[];

/** What is done to programs in f64, and to those in f32. */
interface Pipelines {
  readonly called: string;
  readonly wide: Passes;
  readonly narrow: Passes;
}

const forGpu: Pipelines = {
  called: 'CUDA',
  wide: () => passesFor(manyKernels),
  narrow: ([, choice = 0]) => passesFor(targetFor(choice)),
};

/** What is small in one block, or products in tiles of some size, or in parts. */
function targetFor(choice: number): Target {
  if (choice % 2 === 0) return fewKernels;
  return choice % 4 === 1 ? partsFor(1 + (choice % 3), 1, 2) : partsFor(24, 1, 2);
}

const pipelines: Readonly<Record<Compiling, Pipelines>> = {
  cc: {
    called: 'C',
    wide: () => allPasses,
    // Arrays are small: as if they were not.
    narrow: () => asIfLarge(allPasses),
  },
  'cuda-emulator': forGpu,
  cuda: forGpu,
};

export function runsOf(
  subjects: readonly Subject[],
  cache: Cache,
  backend?: Compiling,
): Promise<readonly Run[]> {
  const programs = subjects.flatMap(s => s.compiled.map(variant => variant.program));
  return compileAll(programs, cache, backend);
}

/** What differs, in words; undefined when nothing does, for any of some inputs. */
export function differenceOf(subject: Subject, runs: readonly Run[]): string | undefined {
  // Where a comparison hangs on a rounding one input may differ by right; two do not.
  const found = [1, 2, 3].map(salt => differenceAt(subject, runs, salt));
  const wrong = found.filter(difference => difference !== undefined);
  return wrong.length > 1 ? wrong[0] : undefined;
}

function differenceAt(subject: Subject, runs: readonly Run[], salt: number): string | undefined {
  const meaning = new Meaning(subject.plain, salt);
  for (const [i, variant] of subject.compiled.entries()) {
    const left = leftBy(runs[i], salt);
    const found = typeof left === 'string' ? left : farApart(meaning, left, variant);
    if (found !== undefined) return `${variant.name}: ${found}`;
  }
  return undefined;
}

/** Or what is wrong with how it ran. */
function leftBy(run: Run | undefined, salt: number): Outputs | string {
  try {
    return run?.(salt) ?? new Map<string, Cells>();
  } catch (error) {
    if (error instanceof BackendError) return error.message;
    throw error;
  }
}

/** What a program comes to by definition, and what it might with other roundings. */
class Meaning {
  readonly exact: Outputs;
  readonly rounded: Outputs;
  readonly #program: Program;
  readonly #salt: number;
  #strayed: readonly Outputs[] | undefined;

  constructor(plain: Subject['plain'], salt: number) {
    this.exact = outputsOf(plain.f64, salt);
    this.rounded = outputsOf(plain.f32, salt);
    this.#program = plain.f32;
    this.#salt = salt;
  }

  /** How far f32 may be from f64 in one cell. Few cells need to know, and it takes two more runs. */
  strayed(name: string, cell: number): number {
    this.#strayed ??= [1, 2].map(seed =>
      outputsOf(this.#program, this.#salt, inputFor, randomRounding(seed)),
    );
    const exact = cellOf(this.exact, name, cell);
    const others = [this.rounded, ...this.#strayed].map(o => cellOf(o, name, cell));
    return Math.max(...others.map(other => Math.abs(other - exact)));
  }
}

function cellOf(outputs: Outputs, name: string, cell: number): number {
  return outputs.get(name)?.[cell] ?? NaN;
}

function farApart(
  meaning: Meaning,
  actual: Outputs,
  { dtype, mayDropNaN }: Variant,
): string | undefined {
  for (const [name, cells] of meaning.exact) {
    for (const [i, exact] of cells.entries()) {
      const expected = dtype === 'f64' ? exact : cellOf(meaning.rounded, name, i);
      const ours = actual.get(name)?.[i];
      if (ours === undefined) return `${name}[${i}] was not computed`;
      if (Object.is(ours, expected) || isNear(ours, expected, dtype)) continue;
      // Rows that a one-hot product does not select are not read, and what is NaN there does not show.
      if (Number.isNaN(expected) && mayDropNaN) continue;
      const strayed = meaning.strayed(name, i);
      if (Math.abs(ours - expected) <= strayed * strays[dtype]) continue;
      // Where f32 overflows it may do so elsewhere.
      if (dtype === 'f32' && !Number.isFinite(strayed)) continue;
      return `${name}[${i}] is ${ours}, not ${expected}`;
    }
  }
  return undefined;
}

function isNear(ours: number, expected: number, dtype: 'f32' | 'f64'): boolean {
  const scale = 1 + Math.abs(expected);
  return Number.isFinite(scale) && Math.abs(ours - expected) <= precision[dtype] * scale;
}

/** What any cell may be off by, relative to itself or to 1. */
const precision = { f64: 1e-9, f32: 1e-4 };

/** Errors grow alike in both dtypes, from roundings that are 2^29 apart. */
const strays = { f64: 2 ** -20, f32: 32 };
