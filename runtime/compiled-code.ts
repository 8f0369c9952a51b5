/** Code that is compiled, for any context of its backend: linking ties it to the arrays of one. */
import {
  arenaBytes,
  type ArrayHandle,
  compile,
  type Compiled,
  type DType,
  type LinkableRoutine,
  once,
  type Program,
  type RoutineSource,
  type Schedule,
} from '../compiler/index.ts';
import { checkOptions, handlesToKeep, sourceOf } from './arguments.ts';
import type { Backend, Kernel } from './backend.ts';
import { checkSchedule } from './check-schedule.ts';
import { keptTranslation, translationKey, type Wanted } from './kept-translation.ts';
import { optimisingLate } from './optimise-late.ts';
import { settings, takesTuned } from './settings.ts';
import { orTooDeep } from './too-deep.ts';
import { hasTuned, tunedSchedule } from './tuned.ts';

export interface CompileRoutineOptions {
  /** Tensors whose values, or `.grad`s, must be available after a run, for the host or other routines. */
  readonly keep?: readonly ArrayHandle[];
  /** Replaces the name derived from the code's sections. */
  readonly name?: string;
  /**
   * Schedules that replace the compiler's choices, by the names of the arrays
   * that the nests compute, as shown by `einc dump --stage schedule`. The results are the same.
   */
  readonly schedule?: Schedule;
}

export class CompiledCode implements Disposable {
  readonly linkable: LinkableRoutine;
  /** The dtype of arrays for which the program determines none. */
  readonly dtype: DType;
  readonly backend: Backend;
  readonly kernel: Kernel;
  /** The memory that a run needs for its scratch arrays. */
  readonly arenaBytes: number;
  readonly #compiled: () => Compiled;

  constructor(
    { linkable, dtype, backend }: Settled,
    { kernel, arenaBytes, compiled }: Translation,
  ) {
    this.linkable = linkable;
    this.dtype = dtype;
    this.backend = backend;
    this.kernel = kernel;
    this.arenaBytes = arenaBytes;
    this.#compiled = compiled;
  }

  /** Every stage of it; where its translation was kept, the passes run now. */
  get compiled(): Compiled {
    return this.#compiled();
  }

  get name(): string {
    return this.linkable.routine.name;
  }

  /** Routines that are linked keep running. */
  [Symbol.dispose](): void {
    this.kernel[Symbol.dispose]();
  }
}

interface Translation {
  readonly kernel: Kernel;
  readonly arenaBytes: number;
  readonly compiled: () => Compiled;
}

/** Code whose shapes and dtypes are decided. */
export interface Settled {
  readonly linkable: LinkableRoutine;
  readonly schedule: Schedule | undefined;
  readonly dtype: DType;
  readonly backend: Backend;
}

/** Throws a `UserError` for a program that is wrong. */
export function settleCode(
  source: RoutineSource,
  options: CompileRoutineOptions,
  { backend, dtype }: { readonly backend: Backend; readonly dtype: DType },
): Settled {
  const code = sourceOf(source);
  checkOptions('EINC0509', 'compile', options, ['keep', 'name', 'schedule']);
  const { keep = [], name, schedule } = options;
  if (schedule !== undefined) checkSchedule(schedule);
  const asked = { dtype, keep: handlesToKeep(keep), name };
  try {
    const linkable = optimisingLate(() => code.settle(asked));
    return { linkable, schedule, dtype, backend };
  } catch (error) {
    throw orTooDeep(error, name);
  }
}

/**
 * Several, by as many compilers at the same time as there are cores. Rejects when one of them does; then
 * none are left.
 */
export async function compileAll(
  sources: readonly RoutineSource[],
  options: CompileRoutineOptions,
  wanted: { readonly backend: Backend; readonly dtype: DType },
): Promise<readonly CompiledCode[]> {
  const settled = sources.map(source => settleCode(source, options, wanted));
  const ended = await Promise.allSettled(settled.map(compileCode));
  const codes = ended.flatMap(end => (end.status === 'fulfilled' ? [end.value] : []));
  const failed = ended.find(end => end.status === 'rejected');
  if (!failed) return codes;
  for (const code of codes) code[Symbol.dispose]();
  throw failed.reason;
}

let anyCompiled = false;

/** Whether this process has compiled a routine. */
export function hasCompiled(): boolean {
  return anyCompiled;
}

/** Rejects with a `BackendError` when the compiler of the backend fails. */
export async function compileCode(settled: Settled): Promise<CompiledCode> {
  try {
    return await compileSettled(settled);
  } catch (error) {
    throw orTooDeep(error, settled.linkable.routine.name);
  }
}

async function compileSettled(settled: Settled): Promise<CompiledCode> {
  anyCompiled = true;
  const { backend } = settled;
  const compiled = once(() => optimisingLate(() => compileAndShow(settled)));
  const { translator } = backend;
  const key = translator && isUnseen() ? translationKey(wantedOf(settled)) : undefined;
  if (translator === undefined || key === undefined) {
    const { program } = compiled();
    const kernel = await backend.compile(program);
    return new CompiledCode(settled, { kernel, arenaBytes: arenaBytes(program.scratch), compiled });
  }
  const translate = () => optimisingLate(() => translator.translate(compiled().program));
  const translated = await keptTranslation(key, translate);
  const kernel = await translator.build(translated);
  return new CompiledCode(settled, { kernel, arenaBytes: translated.arenaBytes, compiled });
}

/** Whether nobody looks at what the passes do, and nothing on disk has a say in it. */
function isUnseen(): boolean {
  const { watchedPass, onRoutine } = settings();
  return onRoutine === undefined && watchedPass === undefined && !(takesTuned() && hasTuned());
}

function wantedOf({ linkable, schedule, backend }: Settled): Wanted {
  return { routine: linkable.routine, schedule, backend };
}

function compileAndShow({ linkable, schedule, backend }: Settled): Compiled {
  const { routine, tensors, because } = linkable;
  const { watchedPass, onRoutine } = settings();
  const { target } = backend;
  let watched: Program | undefined;
  const compiled = compile(routine, {
    target,
    schedule,
    suggest: takesTuned() ? program => tunedSchedule(program, target) : undefined,
    observe: (pass, after) => {
      if (pass.name === watchedPass) watched = after;
    },
    explains: onRoutine !== undefined,
  });
  if (onRoutine) {
    const source = backend.source(compiled.program);
    onRoutine({ compiled, source, watched, because, schedule, tensors });
  }
  return compiled;
}
