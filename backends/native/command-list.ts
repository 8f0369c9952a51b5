import {
  type DType,
  type AnyCells,
  deviceView,
  fromDevice,
  invariant,
  toDevice,
  type Value,
} from '../../compiler/index.ts';
import { bytesOf } from '../../compiler/core/dtype.ts';
import type { CommandList, Done, StreamCommand } from '../../runtime/backend.ts';
import type { ListHandle, Native } from './addon.ts';
import { NativeBuffer } from './buffer.ts';
import { explained } from './failures.ts';
import { Ownership } from './ownership.ts';
import { NativePlan } from './plan.ts';
import { NativeStream } from './stream.ts';

/** The numbering of `runtime/lists.c`. */
const recordedKinds = { run: 0, wait: 1, copy: 2, fill: 3, get: 4 } as const;

const resultBytes = 8;

/** So many commands of a loop fit into the ring of a stream with room to spare, whichever streams they are for. */
const commandsOfLoop = 1024;

type Arrays = readonly [results: Float64Array, ...inputs: AnyCells[]];

/** Keeps its streams, plans and buffers from being garbage-collected. */
export class NativeCommandList implements CommandList {
  readonly #native: Native;
  readonly #handle: ListHandle;
  readonly #ownership: Ownership;
  readonly #commands: readonly StreamCommand[];
  readonly #streams: readonly NativeStream[];
  readonly #inputs: readonly DType[];
  /** The milliseconds of each stream, and eight bytes for each requested cell. */
  readonly #results: Float64Array;
  readonly #cells: readonly ResultCell[];
  /** The indices, and then the positions of the streams. */
  readonly #numbers: Float64Array;

  constructor(native: Native, commands: readonly StreamCommand[]) {
    const streams = [...new Set(commands.map(({ stream }) => ownStream(stream)))];
    const indices = commands.reduce(
      (sum, c) => sum + (c.kind === 'run' ? c.plan.indexCount : 0),
      0,
    );
    const handle = native.createList(encode(commands, streams));
    this.#native = native;
    this.#handle = handle;
    this.#commands = commands;
    this.#streams = streams;
    this.#inputs = inputsOf(commands);
    const asked = commands.flatMap(c => (c.kind === 'get' ? [c.from.dtype] : []));
    const bytes = new ArrayBuffer((streams.length + asked.length) * resultBytes);
    this.#results = new Float64Array(bytes);
    this.#cells = asked.map((dtype, i) => {
      return { dtype, cell: deviceView(dtype, bytes, (streams.length + i) * resultBytes) };
    });
    this.#numbers = new Float64Array(indices + streams.length);
    this.#ownership = new Ownership(this, 'a list of commands', () => native.destroyList(handle));
  }

  start(indices: readonly number[], inputs: readonly ArrayLike<Value>[]): Promise<Done> {
    this.#check(indices);
    for (let i = 0; i < indices.length; i++) this.#numbers[i] = indices[i] ?? NaN;
    const arrays = this.#arraysFor(this.#results, inputs);
    return this.#queue(this.#numbers, arrays).then(this.#found, rejectExplained);
  }

  loop(
    times: number,
    indices: readonly number[],
    growth: readonly number[],
    inputs: readonly ArrayLike<Value>[],
  ): Promise<Done> {
    this.#check(indices);
    const streams = this.#streams.length;
    const numbers = Float64Array.of(...indices, ...growth, ...this.#streams.map(() => NaN));
    const results = new Float64Array(streams + times * this.#cells.length);
    const arrays = this.#arraysFor(results, inputs);
    const found = (): Done => ({
      values: Array.from(results.subarray(streams), (_, i) => this.#valueIn(results, i)),
      milliseconds: [...results.subarray(0, streams)],
    });
    return this.#queue(numbers, arrays, times).then(found, rejectExplained);
  }

  get mostTimes(): number {
    // Before each, every stream waits for all others.
    const each = this.#commands.length + this.#streams.length;
    return Math.max(1, Math.floor(commandsOfLoop / each));
  }

  #check(indices: readonly number[]): void {
    this.#ownership.check();
    const count = this.#numbers.length - this.#streams.length;
    invariant(indices.length === count, () => `${indices.length} indices, not ${count}`);
  }

  #arraysFor(results: Float64Array, inputs: readonly ArrayLike<Value>[]): Arrays {
    const arrays: [Float64Array, ...AnyCells[]] = [results];
    for (let i = 0; i < this.#inputs.length; i++) {
      arrays.push(toDevice(this.#inputs[i] ?? 'f32', inputs[i] ?? []));
    }
    return arrays;
  }

  #queue(numbers: Float64Array, arrays: Arrays, times?: number): Promise<void> {
    const done = this.#begun(numbers, arrays, times);
    const first = numbers.length - this.#streams.length;
    for (let i = 0; i < this.#streams.length; i++) {
      this.#streams[i]?.hasCome(numbers[first + i] ?? NaN);
    }
    return done;
  }

  #begun(numbers: Float64Array, arrays: Arrays, times?: number): Promise<void> {
    try {
      if (times === undefined) return this.#native.start(this.#handle, numbers, arrays);
      return this.#native.start(this.#handle, numbers, arrays, times);
    } catch (error) {
      throw explained(error, this);
    }
  }

  /** Right after the end of a start: what the next one finds is in the same place. */
  readonly #found = (): Done => {
    const milliseconds: number[] = [];
    for (let i = 0; i < this.#streams.length; i++) milliseconds.push(this.#results[i] ?? NaN);
    const values: Value[] = [];
    for (const { dtype, cell } of this.#cells) values.push(fromDevice(dtype, cell)[0] ?? NaN);
    return { values, milliseconds };
  };

  /** The n-th cell that a loop has returned. */
  #valueIn(results: Float64Array<ArrayBuffer>, n: number): Value {
    const dtype = this.#cells[n % this.#cells.length]?.dtype ?? 'f32';
    const offset = (this.#streams.length + n) * resultBytes;
    return fromDevice(dtype, deviceView(dtype, results.buffer, offset))[0] ?? NaN;
  }

  /** Throws if a buffer or a stream has been disposed of; the list cannot be started any more. */
  checkBuffers(): void {
    encode(this.#commands, this.#streams);
    for (const c of this.#commands) if (c.kind === 'run') ownPlan(c.plan).checkBuffers();
  }

  /** Started runs continue. */
  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** In the format of `Native.createList`. */
function encode(
  commands: readonly StreamCommand[],
  streams: readonly NativeStream[],
): Float64Array {
  const numbers = [streams.length, ...streams.map(stream => stream.handle)];
  let indices = 0;
  for (const command of commands) {
    const stream = streams.indexOf(ownStream(command.stream));
    numbers.push(recordedKinds[command.kind], stream, ...argumentsOf(command, indices));
    if (command.kind === 'run') indices += command.plan.indexCount;
  }
  return Float64Array.from(numbers);
}

/** Three numbers. `indices`: how many indices the previous runs take. */
function argumentsOf(command: StreamCommand, indices: number): readonly number[] {
  switch (command.kind) {
    case 'run':
      return [ownPlan(command.plan).handle, indices, 0];
    case 'wait':
      return [command.for, 0, 0];
    case 'copy':
      return [ownBuffer(command.to).handle, ownBuffer(command.from).handle, 0];
    case 'fill': {
      const to = ownBuffer(command.to);
      return [to.handle, command.input, command.first * bytesOf[to.dtype]];
    }
    case 'get': {
      const from = ownBuffer(command.from);
      return [from.handle, 0, bytesOf[from.dtype]];
    }
  }
}

function inputsOf(commands: readonly StreamCommand[]): readonly DType[] {
  const dtypes: DType[] = [];
  for (const command of commands) {
    if (command.kind !== 'fill') continue;
    const known = (dtypes[command.input] ??= command.to.dtype);
    invariant(known === command.to.dtype, () => `input ${command.input} has two dtypes`);
  }
  return dtypes;
}

/** A cell among the results, stored in its dtype. */
interface ResultCell {
  readonly dtype: DType;
  readonly cell: AnyCells;
}

function rejectExplained(error: unknown): never {
  throw explained(error);
}

function ownStream(stream: object): NativeStream {
  invariant(stream instanceof NativeStream, () => 'a stream of another backend');
  return stream;
}

function ownPlan(plan: object): NativePlan {
  invariant(plan instanceof NativePlan, () => 'a plan of another backend');
  return plan;
}

function ownBuffer(buffer: object): NativeBuffer {
  invariant(buffer instanceof NativeBuffer, () => 'a buffer of another backend');
  return buffer;
}
