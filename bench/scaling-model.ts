/**
 * Predicts the time of a training step on several devices, and the memory of each: the model of `docs/scaling.md`.
 */

export interface Link {
  /** Of a message, in seconds. */
  readonly latency: number;
  /** That one device sends and, at the same time, receives. */
  readonly bytesPerSecond: number;
}

export interface Job {
  readonly ranks: number;
  /** For each of them. */
  readonly rows: number;
  /** Of the gradients. */
  readonly bytes: number;
  /** How many ranks can compute at once: the cores where they are fewer, else all. */
  readonly cores: number;
  readonly link: Link;
  /** Forward, backward and update, for one row of the batch. */
  readonly secondsPerRow: number;
  /** What a step takes whatever the batch: the update, and reading the parameters. */
  readonly fixedSeconds: number;
}

/** Of the latencies of a call: the greeting, the parts, the chunks. */
const rounds = 3;
/** To hand one message to the library, which a rank does for each of the others in turn. */
const perMessage = 0.3e-6;

/** Each rank sends its part of every chunk, and the sum of its own to everyone. */
export function allReduceSeconds({ ranks, bytes, cores, link }: Job): number {
  if (ranks === 1) return 0;
  const others = ranks - 1;
  const alone = rounds * (link.latency + others * perMessage);
  const moved = (2 * others * bytes) / ranks / link.bytesPerSecond;
  return (alone + moved) * Math.max(1, ranks / cores);
}

export function computeSeconds({ ranks, rows, cores, secondsPerRow, fixedSeconds }: Job): number {
  return (fixedSeconds + rows * secondsPerRow) * Math.max(1, ranks / cores);
}

export function stepSeconds(job: Job): number {
  return computeSeconds(job) + allReduceSeconds(job);
}

/**
 * With the optimiser divided (ZeRO-1): gradients go to the ranks in charge and parameters come back, in two
 * calls instead of one. `aloneBytes`: of parameters larger than a rank's share, which all add up and one sends back.
 */
export function zeroSeconds(job: Job, aloneBytes: number): number {
  const { ranks, bytes, cores, link } = job;
  if (ranks === 1) return stepSeconds(job);
  const others = ranks - 1;
  const calls = (aloneBytes > 0 ? 4 : 2) * rounds * (link.latency + others * perMessage);
  const moved = ((2 * others * bytes) / ranks + aloneBytes) / link.bytesPerSecond;
  return computeSeconds(job) + (calls + moved) * Math.max(1, ranks / cores);
}

/**
 * With an axis divided that nearly all of the work is along: every rank takes all rows, and does its share of
 * each. `sumBytes`: of what is added up over ranks, one array for each of them.
 */
export function axisSeconds(job: Job, sumBytes: readonly number[]): number {
  const { ranks } = job;
  const sums = sumBytes.map(bytes => allReduceSeconds({ ...job, bytes }));
  return computeSeconds(job) / ranks + sums.reduce((all, one) => all + one, 0);
}

export interface Sizes {
  readonly parameters: number;
  /** What the optimiser keeps for each: 0 for SGD, 1 with momentum, 2 for Adam. */
  readonly states: number;
  /** What the forward pass leaves for the backward one, of one row of the batch. */
  readonly activationBytesPerRow: number;
}

/** Of one device, in f32; with `isSharded` the optimiser's arrays are divided among the ranks (ZeRO-1). */
export function deviceBytes(
  { parameters, states, activationBytesPerRow }: Sizes,
  { ranks, rows }: Pick<Job, 'ranks' | 'rows'>,
  isSharded: boolean,
): number {
  const kept = (parameters * states) / (isSharded ? ranks : 1);
  return 4 * (2 * parameters + kept) + rows * activationBytesPerRow;
}

/** The same with an axis divided that so much of parameters and activations is along, of 1; the rest each has whole. */
export function axisBytes(
  sizes: Sizes,
  { ranks, rows }: Pick<Job, 'ranks' | 'rows'>,
  along: number,
): number {
  return deviceBytes(sizes, { ranks, rows }, false) * (1 - along + along / ranks);
}
