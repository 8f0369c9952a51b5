/** The result of a case, as a line of JSON and as a row of a table. */
import type { Case } from './benchmark.ts';
import { boundIn, type Machine } from './machine.ts';

/** What does not apply is left out. */
export interface Result {
  readonly name: string;
  readonly case: string;
  readonly threads: number;
  readonly ms: number;
  readonly gflops?: number;
  readonly gbps?: number;
  /** What it would take at what the machine can do: in multiply-adds, in memory bandwidth, or by a bound of its own. */
  readonly predictedMs?: number;
  /** `predictedMs` by `ms`. */
  readonly peakShare?: number;
  /** How many times faster than the fastest peer. */
  readonly ratio?: number;
  readonly peer?: string;
  /** The times of all peers, in milliseconds. */
  readonly peers?: Readonly<Record<string, number>>;
  /** Of all arrays that are there at once during a step, at most. */
  readonly peakBytes?: number;
  readonly peerPeakBytes?: Readonly<Record<string, number>>;
}

export interface Times {
  readonly threads: number;
  readonly machine: Machine | undefined;
  /** Of a step. */
  readonly seconds: number;
  readonly peerSeconds: readonly (readonly [name: string, seconds: number])[];
  /** Of a step at what the machine can do, where that was timed. */
  readonly boundSeconds?: number | undefined;
  /** For what trains. */
  readonly memory?: Memory | undefined;
}

export interface Memory {
  readonly peakBytes: number;
  readonly ofPeers: readonly (readonly [name: string, bytes: number])[];
}

export function resultOf(
  name: string,
  given: Case,
  { threads, machine, seconds, peerSeconds, boundSeconds, memory }: Times,
): Result {
  const { name: caseName, flops, bytes } = given;
  const gflops = flops === undefined ? undefined : flops / seconds / 1e9;
  const gbps = bytes === undefined ? undefined : bytes / seconds / 1e9;
  const predicted = boundSeconds ?? (machine && predictedSeconds(given, machine));
  const [fastest] = peerSeconds.toSorted(([, a], [, b]) => a - b);
  return {
    name,
    case: caseName,
    threads,
    ms: rounded(seconds * 1e3),
    ...(gflops === undefined ? {} : { gflops: rounded(gflops) }),
    ...(gbps === undefined ? {} : { gbps: rounded(gbps) }),
    ...(predicted === undefined
      ? {}
      : { predictedMs: rounded(predicted * 1e3), peakShare: rounded(predicted / seconds) }),
    ...(fastest === undefined
      ? {}
      : {
          ratio: rounded(fastest[1] / seconds),
          peer: fastest[0],
          peers: Object.fromEntries(peerSeconds.map(([peer, s]) => [peer, rounded(s * 1e3)])),
        }),
    ...(memory === undefined ? {} : { peakBytes: memory.peakBytes }),
    ...(memory === undefined || memory.ofPeers.length === 0
      ? {}
      : { peerPeakBytes: Object.fromEntries(memory.ofPeers) }),
  };
}

/** Of a step; undefined where nothing bounds it that has been measured. */
function predictedSeconds(given: Case, { gflops, gbps }: Machine): number | undefined {
  const bound = boundIn(given);
  const { steps = 1 } = given;
  return bound && bound.amount / steps / (bound.unit === 'bytes' ? gbps : gflops) / 1e9;
}

const columns = [
  'benchmark',
  'ms',
  'GFLOP/s',
  'GB/s',
  'of peak',
  'ratio',
  'peer',
  'its ms',
] as const;
const widths = [38, 10, 8, 7, 8, 7, 26, 10];

export const header = row(columns);

export function tableRow(result: Result): string {
  const { name, ms, gflops, gbps, peakShare, ratio, peer, peers = {} } = result;
  return row([
    `${name}/${result.case}`,
    String(ms),
    gflops === undefined ? '' : String(gflops),
    gbps === undefined ? '' : String(gbps),
    peakShare === undefined ? '' : `${Math.round(100 * peakShare)} %`,
    ratio === undefined ? '' : `${ratio} ×`,
    peer ?? '',
    peer === undefined ? '' : String(peers[peer]),
  ]);
}

/** Words to the left of their column, numbers to the right. */
function row(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = widths[i] ?? 0;
    return columns[i] === 'benchmark' || columns[i] === 'peer'
      ? cell.padEnd(width)
      : cell.padStart(width);
  });
  return padded.join('  ').trimEnd();
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
