/** Timing that is reliable on a busy machine: medians of rounds, interleaved with the peers. */

/** What a round does: so many calls, and the seconds they took. */
export type Timed = (calls: number) => number | Promise<number>;

export interface Effort {
  readonly rounds: number;
  /** What a round takes at least. */
  readonly seconds: number;
}

/**
 * The median seconds of a call of each. They take turns, round by round, so that what slows the
 * machine for a while slows all of them.
 */
export async function medianSeconds(
  all: readonly Timed[],
  { rounds, seconds }: Effort,
): Promise<readonly number[]> {
  const contests: { timed: Timed; calls: number; times: number[] }[] = [];
  for (const timed of all)
    contests.push({ timed, calls: await callsFor(timed, seconds), times: [] });
  for (let round = 0; round < rounds; round++) {
    for (const { timed, calls, times } of contests) times.push((await timed(calls)) / calls);
  }
  return contests.map(({ times }) => median(times));
}

/** How many calls take that long. */
async function callsFor(timed: Timed, seconds: number): Promise<number> {
  // The first call finds nothing in the caches; it says enough where a call is longer than a round.
  let [calls, taken] = [1, await timed(1)];
  while (taken < seconds / 2) {
    // A few calls may be shorter than the clock can see.
    calls = Math.ceil(calls * Math.min(10, Math.max(2, seconds / Math.max(taken, 1e-9))));
    taken = await timed(calls);
  }
  return Math.max(1, Math.ceil((calls * seconds) / taken));
}

/** What is awaited, until it is done. */
export function timed(call: () => void | Promise<void>): Timed {
  return async calls => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) {
      const pending = call();
      if (pending) await pending;
    }
    return (performance.now() - start) / 1000;
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
