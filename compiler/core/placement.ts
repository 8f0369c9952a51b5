/**
 * Where an array of a routine lives. `virtual`: nowhere, it is computed where it is read. `local`:
 * in memory of one run. `device`: in a context, from run to run.
 */
export interface Placement {
  readonly mode: 'virtual' | 'local' | 'device';
  /** The reason in words, shown by `einc dump --why`. */
  readonly because: string;
  readonly costs?: Costs | undefined;
}

/** The costs of the alternatives, relative to one addition. */
export interface Costs {
  readonly reads: number;
  readonly cells: number;
  /** Computing one cell. */
  readonly each: number;
  /** Computing it at each read. */
  readonly recomputing: number;
  /** Computing it once, storing and loading it. */
  readonly storing: number;
}
