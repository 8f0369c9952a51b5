/**
 * Where an array of a routine lives. `virtual`: nowhere, it is computed where it is read. `local`:
 * in memory of one run. `device`: in a context, from run to run.
 */
export interface Placement {
  readonly mode: 'virtual' | 'local' | 'device';
  /** In words for a person; shown when a dump is asked why. */
  readonly because: string;
  readonly costs?: Costs | undefined;
}

/** What there is to choose between, next to one addition. */
export interface Costs {
  readonly reads: number;
  readonly cells: number;
  /** To compute one cell. */
  readonly each: number;
  /** To compute it at each read. */
  readonly recomputing: number;
  /** To compute it once, store and load it. */
  readonly storing: number;
}
