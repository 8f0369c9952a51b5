/** Several devices that work at the same time: sets of cores, or GPUs. */
import type { DType, RoutineSource } from '../compiler/index.ts';
import { checkOptions, described, wrong } from './arguments.ts';
import type { Backend, BackendDevice } from './backend.ts';
import { AtOnce } from './at-once.ts';
import { type Command, type Inputs, type QueuedRun, queueEach } from './command.ts';
import { compileAll, type CompiledCode, type CompileRoutineOptions } from './compiled-code.ts';
import { DeviceStream, Sharing } from './device-stream.ts';
import { OneByOne } from './one-by-one.ts';
import type { Recording } from './recording.ts';
import type { Indices } from './routine.ts';

export interface DevicesOptions {
  /** How many parts to make of the machine; `all`: as many as it has, on a CPU one for each core. */
  readonly count?: number | 'all';
}

export interface CompileForDevicesOptions extends CompileRoutineOptions {
  /** The dtype of the contexts that will be linked. */
  readonly dtype?: DType;
}

/** All devices of a program. Disposing of them ends their streams. */
export class Devices implements Iterable<Device>, Disposable {
  readonly backend: Backend;
  readonly all: readonly Device[];

  /** Takes over the backend. Throws a `UserError` for an invalid count. */
  constructor(backend: Backend, options: DevicesOptions = {}) {
    checkDevicesOptions(options);
    const sharing = new Sharing(backend);
    this.backend = backend;
    this.all = backend.devices(options.count ?? 'all').map(device => new Device(device, sharing));
  }

  [Symbol.iterator](): Iterator<Device> {
    return this.all[Symbol.iterator]();
  }

  /** Compiles code once, for any number of contexts to be linked to. */
  async compile(
    source: RoutineSource,
    options: CompileForDevicesOptions = {},
  ): Promise<CompiledCode> {
    const [code] = await this.compileAll([source], options);
    if (code) return code;
    throw new RangeError('one source, no code');
  }

  /** Compiles several in parallel, by as many compilers as there are cores. */
  async compileAll(
    sources: readonly RoutineSource[],
    { dtype = 'f32', ...options }: CompileForDevicesOptions = {},
  ): Promise<readonly CompiledCode[]> {
    return compileAll(sources, options, { backend: this.backend, dtype });
  }

  /** Calls `queue`; what it queues begins on all devices at about the same time. */
  together(queue: () => void): void {
    if (this.backend.together) this.backend.together(queue);
    else queue();
  }

  /** The same for commands. */
  queueTogether(
    commands: readonly Command[],
    indices: Indices,
    inputs: Inputs,
  ): readonly QueuedRun[] {
    let queued: readonly QueuedRun[] = [];
    this.together(() => {
      queued = queueEach(commands, indices, inputs);
    });
    return queued;
  }

  /**
   * Commands that are done over and over, of whatever devices, to be started as one: by one call where the backend
   * knows how. Their contexts live longer than it does; what merge buffers hold stays what it is now.
   */
  record(commands: readonly Command[]): Recording {
    const { backend } = this;
    if (!backend.record) return new OneByOne(commands);
    return new AtOnce(commands, backend.record.bind(backend));
  }

  [Symbol.dispose](): void {
    for (const device of this.all) device[Symbol.dispose]();
    this.backend[Symbol.dispose]();
  }
}

export class Device implements Disposable {
  readonly name: string;
  readonly #device: BackendDevice;
  readonly #sharing: Sharing;
  readonly #streams: DeviceStream[] = [];

  constructor(device: BackendDevice, sharing: Sharing) {
    this.name = device.name;
    this.#device = device;
    this.#sharing = sharing;
  }

  /** Opens a stream: its runs happen in order, concurrently with those of other streams. */
  stream(): DeviceStream {
    const name = `${this.name}/${this.#streams.length}`;
    const stream = new DeviceStream(name, this.#device, this.#sharing);
    this.#streams.push(stream);
    return stream;
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream[Symbol.dispose]();
    this.#device[Symbol.dispose]();
  }
}

const most = 1024;

export function checkDevicesOptions(options: unknown, others: readonly string[] = []): void {
  checkOptions('EINC0520', 'devices', options, [...others, 'count']);
  const { count } = options as { readonly count?: unknown };
  if (count === undefined || count === 'all') return;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= most) return;
  const message = `\`devices\` are a number from 1 to ${most}, or 'all', not ${described(count)}`;
  throw wrong('EINC0520', message, 'write devices({ count: 2 })');
}
