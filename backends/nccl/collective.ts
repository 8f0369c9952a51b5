/**
 * Collectives between ranks with a GPU each, over NCCL. NCCL reduces in the order of its own rings and trees: the same in every
 * run on the same machines, and the same bits on all ranks, but different from other transports.
 */
import { BackendError, bytesOf } from '../../compiler/index.ts';
import type { DeviceBuffer } from '../../runtime/backend.ts';
import {
  type CallOptions,
  checkAlike,
  checkRank,
  checkShare,
  type Collective,
  HostBuffer,
  type ReduceOptions,
  type SendRecvOptions,
  shareOf,
} from '../../runtime/index.ts';
import { byte, check, dtypeNumber, type Nccl, opNumbers } from './library.ts';

/** The GPU of a rank, supplied by its backend. */
export interface NcclDevice {
  /** The device address of a buffer. */
  readonly addressOf: (buffer: DeviceBuffer) => number;
  /** Makes its context current on this thread: NCCL asks CUDA for the current GPU. */
  readonly enter: () => void;
  /** The CUDA stream that calls are queued on. */
  readonly stream: number;
  /** Resolves when everything queued there is done. */
  readonly idle: () => Promise<void>;
}

/**
 * `ranks`, over MPI, is used to set up the group. It also reports which rank is missing when a call
 * takes longer than `seconds`.
 */
export async function joinNccl(
  nccl: Nccl,
  ranks: Collective,
  device: NcclDevice,
  seconds: number,
): Promise<Collective> {
  const id = new Uint8Array(128);
  if (ranks.rank === 0) check(nccl, 'ncclGetUniqueId', nccl.ncclGetUniqueId(id));
  const shared = new HostBuffer('u8', id);
  await ranks.broadcast(shared, 0, { about: 'the name of the group of GPUs' });
  const bytes = Uint8Array.from(shared.read() as Uint8Array);
  const communicator = new BigUint64Array(1);
  const { rank, size } = ranks;
  device.enter();
  const result = nccl.ncclCommInitRank(communicator, size, { bytes }, rank);
  check(nccl, 'ncclCommInitRank', result);
  return new NcclCollective(nccl, ranks, device, Number(communicator[0]), seconds);
}

class NcclCollective implements Collective {
  readonly rank: number;
  readonly size: number;
  readonly #nccl: Nccl;
  readonly #ranks: Collective;
  readonly #device: NcclDevice;
  readonly #seconds: number;
  #communicator: number;

  constructor(
    nccl: Nccl,
    ranks: Collective,
    device: NcclDevice,
    communicator: number,
    seconds: number,
  ) {
    this.rank = ranks.rank;
    this.size = ranks.size;
    this.#nccl = nccl;
    this.#ranks = ranks;
    this.#device = device;
    this.#communicator = communicator;
    this.#seconds = seconds;
  }

  async allReduce(buffer: DeviceBuffer, { op = 'sum' }: ReduceOptions = {}): Promise<void> {
    const at = this.#device.addressOf(buffer);
    const [dtype, by] = [dtypeNumber(buffer.dtype), opNumbers[op]];
    await this.#queue('allReduce', () => {
      const { stream } = this.#device;
      this.#check(
        'ncclAllReduce',
        this.#nccl.ncclAllReduce(at, at, buffer.cells, dtype, by, this.#communicator, stream),
      );
    });
  }

  /** Shares may differ in length, which NCCL's own function does not support. */
  async reduceScatter(
    from: DeviceBuffer,
    to: DeviceBuffer,
    { op = 'sum' }: ReduceOptions = {},
  ): Promise<void> {
    checkShare('reduceScatter', from, to, this);
    const { addressOf, stream } = this.#device;
    const [out, into] = [addressOf(from), addressOf(to)];
    const [dtype, by] = [dtypeNumber(from.dtype), opNumbers[op]];
    await this.#queue('reduceScatter', () => {
      for (let root = 0; root < this.size; root++) {
        const { first, count } = shareOf(from.cells, root, this.size);
        const part = out + first * bytesOf[from.dtype];
        this.#check(
          'ncclReduce',
          this.#nccl.ncclReduce(part, into, count, dtype, by, root, this.#communicator, stream),
        );
      }
    });
  }

  async allGather(from: DeviceBuffer, to: DeviceBuffer): Promise<void> {
    checkShare('allGather', to, from, this);
    const { addressOf } = this.#device;
    const [out, into] = [addressOf(from), addressOf(to)];
    const bytes = bytesOf[to.dtype];
    await this.#queue('allGather', () => {
      for (let root = 0; root < this.size; root++) {
        const { first, count } = shareOf(to.cells, root, this.size);
        this.#broadcast(out, into + first * bytes, count * bytes, root);
      }
    });
  }

  async broadcast(buffer: DeviceBuffer, root: number): Promise<void> {
    checkRank('broadcast', 'root', root, this.size);
    const at = this.#device.addressOf(buffer);
    await this.#queue('broadcast', () => this.#broadcast(at, at, buffer.bytes, root));
  }

  async barrier(options: CallOptions = {}): Promise<void> {
    await this.#finish('barrier');
    await this.#ranks.barrier(options);
  }

  async sendRecv(
    out: DeviceBuffer,
    into: DeviceBuffer,
    { to, from }: SendRecvOptions,
  ): Promise<void> {
    checkRank('sendRecv', 'to', to, this.size);
    checkRank('sendRecv', 'from', from, this.size);
    checkAlike('sendRecv', out, into);
    const { addressOf, stream } = this.#device;
    const [source, target] = [addressOf(out), addressOf(into)];
    await this.#queue('sendRecv', () => {
      const { ncclSend, ncclRecv } = this.#nccl;
      const communicator = this.#communicator;
      this.#check('ncclSend', ncclSend(source, out.bytes, byte, to, communicator, stream));
      this.#check('ncclRecv', ncclRecv(target, into.bytes, byte, from, communicator, stream));
    });
  }

  [Symbol.dispose](): void {
    if (this.#communicator === 0) return;
    this.#device.enter();
    this.#check('ncclCommDestroy', this.#nccl.ncclCommDestroy(this.#communicator));
    this.#communicator = 0;
  }

  #broadcast(from: number, to: number, bytes: number, root: number): void {
    const { stream } = this.#device;
    this.#check(
      'ncclBroadcast',
      this.#nccl.ncclBroadcast(from, to, bytes, byte, root, this.#communicator, stream),
    );
  }

  /** The messages of a call form a group: issued alone, one would wait for another rank's next one. */
  async #queue(call: string, messages: () => void): Promise<void> {
    this.#device.enter();
    this.#check('ncclGroupStart', this.#nccl.ncclGroupStart());
    try {
      messages();
    } finally {
      this.#check('ncclGroupEnd', this.#nccl.ncclGroupEnd());
    }
    await this.#finish(call);
  }

  /** A GPU that waits cannot say for which rank; the host ranks can. */
  async #finish(call: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(resolve => {
      timer = setTimeout(() => resolve('late'), this.#seconds * 1000);
    });
    const outcome = await Promise.race([this.#device.idle(), late]);
    clearTimeout(timer);
    if (outcome !== 'late') return;
    this.#device.enter();
    this.#nccl.ncclCommAbort(this.#communicator);
    this.#communicator = 0;
    await this.#ranks.barrier({ about: `\`${call}\` of the GPUs has not ended` });
    throw new BackendError({
      code: 'EINC0963',
      message: `\`${call}\` of the GPUs has not ended within ${this.#seconds} s, and no rank is missing`,
      help: ['NCCL_DEBUG=INFO has NCCL say more'],
    });
  }

  #check(call: string, result: number): void {
    check(this.#nccl, call, result);
  }
}
