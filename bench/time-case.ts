/** Runs one case: checks its result, then times it and its peers. */
import type { Benchmark, Case, Peer, Subject } from './benchmark.ts';
import type { Machine } from './machine.ts';
import { type Effort, medianSeconds, timed } from './measure.ts';
import { disagreement } from './parity.ts';
import { type PythonPeers, withC } from './peers.ts';
import { type Result, resultOf, type Times } from './result.ts';

export interface Surroundings {
  readonly threads: number;
  readonly effort: Effort;
  readonly machine: Machine | undefined;
  readonly python: PythonPeers | undefined;
  readonly hasPeers: boolean;
}

/** Rejects, and gives no time, when the outcome is not that of a peer or of einc in f64. */
export async function timeCase(
  { name }: Benchmark,
  given: Case,
  surroundings: Surroundings,
): Promise<Result> {
  const { python, hasPeers } = surroundings;
  const inPython = (await python?.of(name, given)) ?? [];
  if (!hasPeers || given.c === undefined) return timeBeside(name, given, inPython, surroundings);
  return withC(given, inC => timeBeside(name, given, [...inPython, ...inC], surroundings));
}

async function timeBeside(
  name: string,
  given: Case,
  external: readonly Peer[],
  { threads, effort, machine }: Surroundings,
): Promise<Result> {
  using subject = await given.prepare('f32');
  const peers = [...(subject.beside ?? []), ...external];
  const wrong = await whatIsWrong(given, subject, peers);
  if (wrong !== undefined) throw new Error(`${name}/${given.name} is not timed: ${wrong}`);
  const { steps = 1, rounds = effort.rounds } = given;
  const limit = subject.bound ?? machine?.boundOf?.(given);
  const bounds = limit ? [limit] : [];
  const [own = NaN, ...others] = await medianSeconds(
    [subject.timed ?? timed(subject.call), ...peers.map(peer => peer.timed), ...bounds],
    { ...effort, rounds: Math.min(effort.rounds, rounds) },
  );
  const [theirs, bound] = [others.slice(0, peers.length), others[peers.length]];
  const peerSeconds = peers.map((peer, i) => [peer.name, (theirs[i] ?? NaN) / steps] as const);
  const memory = await memoryOf(subject, peers);
  const boundSeconds = bound && bound / steps;
  const seconds = own / steps;
  return resultOf(name, given, { threads, machine, seconds, peerSeconds, boundSeconds, memory });
}

/** Undefined for a subject that does not say. */
async function memoryOf({ peakBytes }: Subject, peers: readonly Peer[]): Promise<Times['memory']> {
  if (!peakBytes) return undefined;
  const ofPeers: [name: string, bytes: number][] = [];
  for (const { name, peakBytes: ofPeer } of peers) {
    const bytes = await ofPeer?.();
    if (bytes !== undefined) ofPeers.push([name, bytes]);
  }
  return { peakBytes: peakBytes(), ofPeers };
}

/** Compares with all peers; without any, with the same program in f64. */
async function whatIsWrong(
  given: Case,
  { outcome }: Subject,
  peers: readonly Peer[],
): Promise<string | undefined> {
  const { within } = given;
  if (!within || !outcome) return undefined;
  const ours = outcome();
  const references =
    peers.length > 0 ? peers : [{ name: 'einc in f64', outcome: await inDoubles(given) }];
  for (const { name, outcome: theirs } of references) {
    const wrong = disagreement(ours, theirs, within);
    if (wrong !== undefined) return `beside ${name}, ${wrong}`;
  }
  return undefined;
}

async function inDoubles(given: Case): Promise<readonly number[]> {
  using subject = await given.prepare('f64');
  return subject.outcome?.() ?? [];
}
