/**
 * Where an array of a routine lives. `virtual`: nowhere, it is computed where it is read. `local`:
 * in memory of one run. `device`: in a context, from run to run.
 */
export interface Placement {
  readonly mode: 'virtual' | 'local' | 'device';
  /** In words for a person; shown when a dump is asked why. */
  readonly because: string;
}
