/** The type of a benchmark: einc programs, their amount of work, and the settings of their peers. */

import type { Timed } from './measure.ts';

export interface Benchmark {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** The first is the smallest: the one that `--quick` runs. */
  readonly cases: readonly Case[];
  /**
   * Of the same kind, in shapes that nothing was measured by while it was made: what is fast for `cases`
   * alone would show. The first is the smallest, too.
   */
  readonly otherShapes?: readonly Case[];
}

export interface Case {
  readonly name: string;
  /** What `peers/NAME.py` is told, NAME being that of the benchmark; without it there is no such peer. */
  readonly settings?: Readonly<Record<string, number | string | boolean>>;
  /** A peer in C, a file in `peers/`. */
  readonly c?: string;
  /** How many processes that one is, which `mpicc` builds and `mpirun` starts; 1, and `cc`, when left out. */
  readonly ranks?: number;
  /** What the peer in C is started with. */
  readonly arguments?: readonly string[];
  /** Arithmetic of one step, where that is what bounds it. */
  readonly flops?: number;
  /** Whether that is done by units for narrow numbers, about which `Machine` says nothing. */
  readonly isNarrow?: boolean;
  /** What one step has to move at least, where memory bounds it. */
  readonly bytes?: number;
  /** How many steps a call takes, 1 when left out: times are those of a step. */
  readonly steps?: number;
  /** For what takes very long: fewer than others. */
  readonly rounds?: number;
  /** How far outcomes may lie apart. */
  readonly within?: Tolerance;
  readonly prepare: (dtype: 'f32' | 'f64') => Promise<Subject>;
}

/** The largest difference, or that by the largest value. */
export type Tolerance = { readonly absolute: number } | { readonly relative: number };

/** A program that is ready to be timed. */
export interface Subject extends Disposable {
  /** What is timed, until it is done. */
  readonly call: () => void | Promise<void>;
  /** Times so many calls, in place of `call`, for what runs elsewhere. */
  readonly timed?: Timed;
  /** What does the same in this process, to be timed in turns with it. */
  readonly beside?: readonly Peer[];
  /** What the machine can do at most just then, where `flops` and `bytes` do not say it: timed in turns with the others. */
  readonly bound?: Timed;
  /** What it computes, or some cells of it, for comparison: asked once, before anything is timed. */
  readonly outcome?: () => readonly number[];
  /** The bytes of all arrays that are there at once during a call, at most. */
  readonly peakBytes?: () => number;
}

/** What does the same work. */
export interface Peer {
  readonly name: string;
  /** What it computes, in the order of `Subject.outcome`; empty if there is nothing to compare. */
  readonly outcome: readonly number[];
  readonly timed: Timed;
  /** As that of a `Subject`; undefined if the peer cannot tell. */
  readonly peakBytes?: () => Promise<number | undefined>;
}

/** Training is compared by the losses of its first steps, which part slowly by rounding alone. */
export const lossSteps = 24;
export const lossTolerance: Tolerance = { absolute: 2e-3 };
