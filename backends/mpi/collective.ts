/** Collectives between processes, on this machine or on several, over the user's MPI. */
import { BackendError } from '../../compiler/index.ts';
import type { DeviceBuffer, Plan } from '../../runtime/backend.ts';
import {
  type CallOptions,
  checkAlike,
  checkRank,
  checkShare,
  type Collective,
  type ReduceOptions,
  type SendRecvOptions,
  type Terms,
} from '../../runtime/index.ts';
import type { Native } from '../native/addon.ts';
import { NativeBuffer } from '../native/buffer.ts';
import type { NativeKernel } from '../native/kernel.ts';
import type { NativeStream } from '../native/stream.ts';
import { type Attempt, brokenBefore, differing, tooLate } from './failures.ts';
import {
  decode,
  encode,
  greetingBytes,
  type Order,
  orderBytes,
  type Outcome,
  outcomes,
} from './order.ts';

/** The result of `openMpi`. */
export interface Connection {
  readonly native: Native;
  /** The only thread that calls MPI. */
  readonly stream: NativeStream;
  readonly collect: NativeKernel;
  readonly leave: NativeKernel;
  readonly rank: number;
  readonly size: number;
  readonly seconds: number;
}

interface Task extends Order {
  readonly about: string | undefined;
  readonly out: DeviceBuffer;
  readonly into: DeviceBuffer;
}

export class MpiCollective implements Collective {
  readonly rank: number;
  readonly size: number;
  readonly #connection: Connection;
  readonly #order: NativeBuffer;
  readonly #heard: NativeBuffer;
  readonly #late: NativeBuffer;
  readonly #nothing: NativeBuffer;
  /** The last copy of each dtype, reused if the size is the same: pages of new memory are expensive. */
  readonly #outStages = new Map<string, NativeBuffer>();
  readonly #intoStages = new Map<string, NativeBuffer>();
  /** The previous call; the next one starts when it is done. */
  #last: Promise<void> = Promise.resolve();
  #sequence = 0;
  #failure: Error | undefined;
  #hasLeft = false;

  constructor(connection: Connection) {
    const { native, rank, size } = connection;
    this.#connection = connection;
    this.rank = rank;
    this.size = size;
    this.#order = new NativeBuffer(native, 'u8', orderBytes);
    this.#heard = new NativeBuffer(native, 'u8', greetingBytes * size);
    this.#late = new NativeBuffer(native, 'u8', size);
    this.#nothing = new NativeBuffer(native, 'u8', 0);
  }

  allReduce(buffer: DeviceBuffer, { op = 'sum', about }: ReduceOptions = {}): Promise<void> {
    const { dtype, cells } = buffer;
    return this.#call({ call: 'allReduce', dtype, cells, op }, buffer, buffer, { about });
  }

  async reduceScatter(
    from: DeviceBuffer,
    to: DeviceBuffer,
    { op = 'sum', about }: ReduceOptions = {},
  ): Promise<void> {
    checkShare('reduceScatter', from, to, this);
    const { dtype, cells } = from;
    await this.#call({ call: 'reduceScatter', dtype, cells, op }, from, to, { about });
  }

  async allGather(from: DeviceBuffer, to: DeviceBuffer, options: CallOptions = {}): Promise<void> {
    checkShare('allGather', to, from, this);
    const { dtype, cells } = to;
    await this.#call({ call: 'allGather', dtype, cells }, from, to, options);
  }

  async broadcast(buffer: DeviceBuffer, root: number, options: CallOptions = {}): Promise<void> {
    checkRank('broadcast', 'root', root, this.size);
    const { dtype, cells } = buffer;
    await this.#call({ call: 'broadcast', dtype, cells, root }, buffer, buffer, options);
  }

  barrier(options: CallOptions = {}): Promise<void> {
    const nothing = this.#nothing;
    return this.#call({ call: 'barrier', dtype: 'u8', cells: 0 }, nothing, nothing, options);
  }

  async sendRecv(out: DeviceBuffer, into: DeviceBuffer, options: SendRecvOptions): Promise<void> {
    const { to, from, about } = options;
    checkRank('sendRecv', 'to', to, this.size);
    checkRank('sendRecv', 'from', from, this.size);
    checkAlike('sendRecv', out, into);
    const { dtype, cells } = out;
    await this.#call({ call: 'sendRecv', dtype, cells }, out, into, { about }, { to, from });
  }

  /** Waits for all ranks to finish, no longer than any other collective. */
  [Symbol.dispose](): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    if (this.#failure) return;
    const { stream, leave, seconds } = this.#connection;
    const terms: Terms = { call: 'end', dtype: 'u8', cells: 0 };
    const [out, into] = [this.#nothing, this.#nothing];
    this.#sequence++;
    using meet = this.#plan({ terms, seconds, about: undefined, out, into });
    using goodbye = stream.plan([{ kernel: leave.bind([]), symbols: [] }]);
    try {
      stream.launch(meet, []);
      stream.launch(goodbye, []);
      stream.wait();
    } catch (error) {
      throw this.#explain(error, { terms, seconds, about: undefined });
    }
  }

  async #call(
    terms: Terms,
    out: DeviceBuffer,
    into: DeviceBuffer,
    { about }: CallOptions,
    partners: { readonly to?: number; readonly from?: number } = {},
  ): Promise<void> {
    const { seconds } = this.#connection;
    const before = this.#last;
    const call = before.then(() => this.#run({ terms, seconds, about, out, into, ...partners }));
    // A failure is reported to the caller of this call; the next call detects it by itself.
    this.#last = call.catch(() => undefined);
    await call;
  }

  async #run(task: Task): Promise<void> {
    if (this.#failure) throw brokenBefore(this.#failure);
    const { stream } = this.#connection;
    if (task.terms.call !== 'sendRecv') this.#sequence++;
    const staged = this.#staged(task);
    using plan = this.#plan(staged);
    try {
      stream.launch(plan, []);
      await stream.idle();
    } catch (error) {
      const failure = this.#explain(error, task);
      this.#failure = failure;
      throw failure;
    }
    if (staged.into !== task.into) task.into.write(staged.into.read());
  }

  /** Copies buffers of backends whose memory C cannot access. */
  #staged(task: Task): Task & { readonly out: NativeBuffer; readonly into: NativeBuffer } {
    const out = this.#native(task.out, this.#outStages);
    const into = task.into === task.out ? out : this.#native(task.into, this.#intoStages);
    return { ...task, out, into };
  }

  #native(buffer: DeviceBuffer, stages: Map<string, NativeBuffer>): NativeBuffer {
    if (buffer instanceof NativeBuffer) return buffer;
    const { dtype, cells } = buffer;
    const kept = stages.get(dtype);
    if (kept?.cells !== cells) kept?.[Symbol.dispose]();
    const stage =
      kept?.cells === cells ? kept : new NativeBuffer(this.#connection.native, dtype, cells);
    stages.set(dtype, stage);
    stage.write(buffer.read());
    return stage;
  }

  #plan(task: Task & { readonly out: NativeBuffer; readonly into: NativeBuffer }): Plan {
    const { stream, collect } = this.#connection;
    this.#order.write(encode(task));
    this.#late.write(new Uint8Array(this.size));
    const buffers = [this.#order, this.#heard, this.#late, task.out, task.into];
    return stream.plan([{ kernel: collect.bind(buffers), symbols: [] }]);
  }

  #explain(error: unknown, task: Pick<Attempt, 'terms' | 'about' | 'seconds'>): Error {
    const { rank, size } = this;
    const heardBytes = Uint8Array.from(this.#heard.read() as Uint8Array);
    const late = Array.from(this.#late.read(), Number);
    const attempt: Attempt = {
      rank,
      sequence: this.#sequence,
      ...task,
      others: late.flatMap((flag, other) => (flag === 0 ? [] : [other])),
      heard: Array.from({ length: size }, (_, other) =>
        decode(heardBytes.subarray(other * greetingBytes, (other + 1) * greetingBytes)),
      ),
    };
    const outcome = outcomeOf(error);
    if (outcome === 'late') return tooLate(attempt);
    if (outcome === 'disagreed') return differing(attempt);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The `outcome` returned by `collective.c`, if it was that which failed. */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (!(error instanceof BackendError)) return undefined;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? Number(cause.code) : NaN;
  return outcomes[code];
}
