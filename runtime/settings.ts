import type { Compiled, Explainable, Program, Schedule } from '../compiler/index.ts';
import { isOn } from './switches.ts';

/** Settings of a whole process: read from the environment once, and set by the `einc` command. */
export interface Settings {
  /** The backend of contexts that name none. */
  readonly backend: string | undefined;
  /** The name of the processor to compile for, instead of this one. */
  readonly target: string | undefined;
  /** The GPU architecture to compile CUDA for, instead of the installed GPU's. */
  readonly architecture: string | undefined;
  /** Whether products of f32 may be computed as tf32, with 10 bits behind the point, on a GPU's tensor cores. */
  readonly allowsTf32: boolean;
  /** Whether a GPU of sm_90a copies what tensor cores multiply by hardware (TMA). */
  readonly copiesInBulk: boolean;
  /** How many threads the loops of a kernel share, as the environment says it. */
  readonly threads: string | undefined;
  /** Whether the emulator of a GPU looks at what kernels do to memory. */
  readonly checksEmulated: boolean;
  /** Whether a terminal is told what takes long. */
  readonly showsProgress: boolean;
  /** If false, routines are compiled to text but neither built nor run, and every array reads as zeros. */
  readonly executes: boolean;
  /** Whether schedules that `einc tune` found are taken. A target that is named takes none. */
  readonly takesTuned: boolean;
  /** The pass after which `onRoutine` is shown the program too. */
  readonly watchedPass: string | undefined;
  /** Called for every routine that a context compiles. */
  readonly onRoutine: ((routine: CompiledRoutine) => void) | undefined;
}

export interface CompiledRoutine {
  readonly compiled: Compiled;
  /** The text in the backend's language, when it has one. */
  readonly source: { readonly extension: string; readonly text: string } | undefined;
  /** The program after the watched pass: the last time, if it ran more than once. */
  readonly watched: Program | undefined;
  /** For each array that outlives a run, the reason. */
  readonly because: readonly string[];
  /** The schedule that the program requests. */
  readonly schedule: Schedule | undefined;
  /** The tensors that the routine computes. */
  readonly tensors: readonly Explainable[];
}

let current: Settings = {
  backend: environmentValue('EINC_BACKEND'),
  target: environmentValue('EINC_TARGET'),
  architecture: environmentValue('EINC_CUDA_ARCH'),
  allowsTf32: isOn('EINC_TF32'),
  copiesInBulk: isOn('EINC_TMA'),
  threads: environmentValue('EINC_THREADS'),
  checksEmulated: isOn('EINC_EMULATOR_CHECKS'),
  showsProgress:
    !isOn('EINC_QUIET') &&
    environmentValue('CI') === undefined &&
    environmentValue('TERM') !== 'dumb',
  executes: true,
  takesTuned: true,
  watchedPass: undefined,
  onRoutine: undefined,
};

/** An empty variable is as good as none. */
function environmentValue(variable: string): string | undefined {
  const value = process.env[variable];
  return value === '' ? undefined : value;
}

/** For an error about a setting that came from there. */
export function noteOnOrigin(variable: string, value: string | undefined): readonly string[] {
  return value !== undefined && environmentValue(variable) === value
    ? [`$${variable} says so`]
    : [];
}

export function settings(): Settings {
  return current;
}

export function configure(changes: Partial<Settings>): void {
  current = { ...current, ...changes };
}

/** Dumps for a target that is named are the same everywhere. */
export function takesTuned(): boolean {
  const { takesTuned: isWanted, target } = current;
  return isWanted && (target === undefined || target === 'native');
}
