/**
 * Several ranks in one process, over the buffers of any backend: for tests of programs, and the
 * meaning of `Collective`, which other transports are compared with. What ranks do together is done
 * when the last of them has come, on the host.
 */
import type { AnyCells, Value } from '../../compiler/index.ts';
import type { DeviceBuffer } from '../backend.ts';
import { checkAlike, checkRank, checkShare } from './check-call.ts';
import {
  type Collective,
  type ReduceOptions,
  type SendRecvOptions,
  shareOf,
} from './collective.ts';
import { combine } from './combine.ts';
import { HostBuffer } from './host-buffer.ts';
import { disagreement, printTerms, type Terms } from './disagreement.ts';
import { type Comer, Meetings } from './meetings.ts';

/** Makes `size` ranks in this process, one for each participant. */
export function inProcess(size: number): readonly Collective[] {
  const meetings = new Meetings<Party>(size, checkAgreement);
  const letters = new Meetings<Letter>(2);
  return Array.from({ length: size }, (_, rank) => new InProcess(rank, size, meetings, letters));
}

interface Party extends Comer {
  readonly terms: string;
  readonly from: DeviceBuffer;
  readonly to: DeviceBuffer;
}

/** A sender's has `values`, a receiver's `into`. */
interface Letter extends Comer {
  readonly values?: AnyCells;
  readonly into?: DeviceBuffer;
}

function checkAgreement(name: string, all: readonly Party[]): void {
  const [first, ...others] = all;
  const other = others.find(({ terms }) => terms !== first?.terms);
  if (first && other) throw disagreement(Number(name), [first, other]);
}

class InProcess implements Collective {
  readonly rank: number;
  readonly size: number;
  readonly #meetings: Meetings<Party>;
  readonly #letters: Meetings<Letter>;
  #calls = 0;
  /** How many letters have gone to each rank, and come from each. */
  readonly #sent = new Map<number, number>();
  readonly #received = new Map<number, number>();

  constructor(rank: number, size: number, meetings: Meetings<Party>, letters: Meetings<Letter>) {
    this.rank = rank;
    this.size = size;
    this.#meetings = meetings;
    this.#letters = letters;
  }

  async allReduce(buffer: DeviceBuffer, { op = 'sum' }: ReduceOptions = {}): Promise<void> {
    const { dtype, cells } = buffer;
    await this.#come({ call: 'allReduce', dtype, cells, op }, buffer, buffer, all => {
      const values = combine(op, dtype, partsOf(all));
      for (const { to } of all) to.write(values);
    });
  }

  async reduceScatter(
    from: DeviceBuffer,
    to: DeviceBuffer,
    { op = 'sum' }: ReduceOptions = {},
  ): Promise<void> {
    checkShare('reduceScatter', from, to, this);
    const { dtype, cells } = from;
    await this.#come({ call: 'reduceScatter', dtype, cells, op }, from, to, all => {
      const values = combine(op, dtype, partsOf(all));
      for (const party of all) {
        const { first, count } = shareOf(cells, party.rank, this.size);
        party.to.write(values.slice(first, first + count));
      }
    });
  }

  async allGather(from: DeviceBuffer, to: DeviceBuffer): Promise<void> {
    checkShare('allGather', to, from, this);
    const { dtype, cells } = to;
    await this.#come({ call: 'allGather', dtype, cells }, from, to, all => {
      const values = partsOf(all).flatMap(part => Array.from<Value>(part));
      for (const party of all) party.to.write(values);
    });
  }

  async broadcast(buffer: DeviceBuffer, root: number): Promise<void> {
    checkRank('broadcast', 'root', root, this.size);
    const { dtype, cells } = buffer;
    await this.#come({ call: 'broadcast', dtype, cells, root }, buffer, buffer, all => {
      const values = all[root]?.from.read() ?? [];
      for (const { to } of all) to.write(values);
    });
  }

  async barrier(): Promise<void> {
    const none = new HostBuffer('u8', new Uint8Array(0));
    await this.#come({ call: 'barrier', dtype: none.dtype, cells: 0 }, none, none, () => {
      // Meeting is all that a barrier does.
    });
  }

  async sendRecv(
    out: DeviceBuffer,
    into: DeviceBuffer,
    { to, from }: SendRecvOptions,
  ): Promise<void> {
    checkRank('sendRecv', 'to', to, this.size);
    checkRank('sendRecv', 'from', from, this.size);
    checkAlike('sendRecv', out, into);
    const { rank } = this;
    const sent = `${rank} to ${to}: ${next(this.#sent, to)}`;
    const received = `${from} to ${rank}: ${next(this.#received, from)}`;
    await Promise.all([
      this.#letters.come(sent, { rank, values: out.read() }, deliver),
      this.#letters.come(received, { rank, into }, deliver),
    ]);
  }

  [Symbol.dispose](): void {
    // There is nothing of its own.
  }

  #come(
    terms: Terms,
    from: DeviceBuffer,
    to: DeviceBuffer,
    work: (all: readonly Party[]) => void,
  ): Promise<void> {
    const party = { rank: this.rank, terms: printTerms(terms), from, to };
    return this.#meetings.come(String(++this.#calls), party, work);
  }
}

/** The arrays of all ranks, read before anything is written. */
function partsOf(all: readonly Party[]): readonly AnyCells[] {
  return all.map(({ from }) => from.read());
}

function deliver(letters: readonly Letter[]): void {
  const values = letters.find(letter => letter.values)?.values;
  if (values) letters.find(letter => letter.into)?.into?.write(values);
}

function next(counts: Map<number, number>, of: number): number {
  const count = (counts.get(of) ?? 0) + 1;
  counts.set(of, count);
  return count;
}
