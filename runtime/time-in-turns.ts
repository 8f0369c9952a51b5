/** How long things take, each timed in turn with the others: what slows the machine slows them all. */

/** Milliseconds of one run of each. */
export type TimeInTurns = (runs: readonly (() => void)[]) => readonly number[];

const rounds = 15;

/** The approximate length of a turn, long enough for the clock's resolution. */
const turnMs = 4;

/** The fastest of several turns counts, since disturbances only slow code down. */
export const timeInTurns: TimeInTurns = runs => {
  const counts = runs.map(run => Math.max(1, Math.ceil(turnMs / Math.max(1e-4, once(run, 2)))));
  const best = runs.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    runs.forEach((run, i) => {
      best[i] = Math.min(best[i] ?? Infinity, once(run, counts[i] ?? 1));
    });
  }
  return best;
};

function once(run: () => void, count: number): number {
  const start = performance.now();
  for (let i = 0; i < count; i++) run();
  return (performance.now() - start) / count;
}
