/** Timing that can be trusted on a busy machine: medians, and a peer beside it in the same run. */

/** One line of JSON per result; the fields that do not apply are left out. */
export interface Result {
  readonly name: string;
  readonly case: string;
  readonly microseconds: number;
  readonly peer?: string;
  readonly peerMicroseconds?: number;
  /** How many times faster than the peer. */
  readonly ratio?: number;
}

/** The median over `rounds` rounds of the time one of `count` calls of `body` takes. */
export function medianMicroseconds(count: number, body: () => void, rounds = 9): number {
  body();
  return median(
    Array.from({ length: rounds }, () => {
      const start = performance.now();
      for (let i = 0; i < count; i++) body();
      return ((performance.now() - start) * 1000) / count;
    }),
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export function print(result: Result): void {
  const round = (x: number): number => Number(x.toPrecision(4));
  const { peerMicroseconds, microseconds } = result;
  const ratio =
    peerMicroseconds === undefined ? {} : { ratio: round(peerMicroseconds / microseconds) };
  console.log(
    JSON.stringify({ ...result, ...ratio }, (_, value: unknown) =>
      typeof value === 'number' ? round(value) : value,
    ),
  );
}
