import { invariant, type Origins } from '../../../compiler/index.ts';
import { addressOf } from '../../foreign/library.ts';
import type { Suspect } from '../driver/status.ts';
import type { DriverStream } from '../driver/stream.ts';
import type { KernelArgument, Launch, Step, WordArgument } from '../steps.ts';
import type { Module } from './module.ts';
import { encodedTensorMap } from './tensor-map.ts';

/**
 * The values that the launches of a routine take, 8 bytes each: buffers, arena, indices; then loop
 * variables and addresses in the arena. The driver copies them at each launch, so they may change right after. Tensor
 * maps are beside them, since the addresses in them do not change.
 */
export class ArgumentBlock {
  readonly #values: BigInt64Array;
  readonly #start: number;
  readonly #argumentCount: number;
  /** Slots of values that are not arguments of the routine. */
  readonly #slots: ReadonlyMap<string, number>;

  constructor(argumentCount: number, steps: readonly Step[], arena: number) {
    const others = new Map(othersOf(steps).map(other => [nameOf(other), other]));
    this.#argumentCount = argumentCount;
    this.#slots = new Map([...others.keys()].map((name, i) => [name, argumentCount + i]));
    this.#values = new BigInt64Array(argumentCount + others.size);
    this.#start = addressOf(this.#values);
    for (const other of others.values()) {
      if (other.kind === 'scratch') this.set(this.slotOf(other), arena + other.offset);
    }
  }

  set(slot: number, value: number): void {
    this.#values[slot] = BigInt(value);
  }

  valueAt(slot: number): number {
    return Number(this.#values[slot]);
  }

  slotOf(argument: WordArgument): number {
    const isOwn = argument.kind === 'argument' && argument.position < this.#argumentCount;
    const slot = isOwn ? argument.position : this.#slots.get(nameOf(argument));
    invariant(slot !== undefined, () => `a launch takes ${nameOf(argument)}, which there is not`);
    return slot;
  }

  addressOfSlot(slot: number): bigint {
    return BigInt(this.#start + 8 * slot);
  }
}

function othersOf(steps: readonly Step[]): readonly WordArgument[] {
  return steps.flatMap(step =>
    step.kind === 'loop'
      ? [variable(step.variable), ...othersOf(step.body)]
      : step.args.map(wordOf).filter(({ kind }) => kind === 'scratch'),
  );
}

/** The address that an argument is about; other arguments are words themselves. */
function wordOf(argument: KernelArgument): WordArgument {
  return argument.kind === 'tensor-map' ? argument.array : argument;
}

export function variable(name: string): WordArgument {
  return { kind: 'variable', name };
}

function nameOf(argument: WordArgument): string {
  switch (argument.kind) {
    case 'argument':
      return `argument ${argument.position}`;
    case 'scratch':
      return `scratch ${argument.offset}`;
    case 'variable':
      return `variable ${argument.name}`;
  }
}

/** A kernel with its arguments, ready to be launched as long as the argument block exists. */
export class PreparedLaunch implements Suspect {
  readonly kind = 'launch';
  readonly label: string;
  readonly origins: Origins;
  readonly slots: readonly number[];
  readonly #module: Module;
  readonly #function: number;
  readonly #launch: Launch;
  readonly #pointers: BigUint64Array;
  /** By the numbers of their arguments; the pointers point at them. */
  readonly #maps: readonly (readonly [number, BigUint64Array])[];

  constructor(module: Module, routine: string, launch: Launch, block: ArgumentBlock) {
    const { kernel } = launch;
    this.label = `kernel \`${kernel}\`${kernel === routine ? '' : ` of \`${routine}\``}`;
    this.origins = launch.origins;
    this.slots = launch.args.map(argument => block.slotOf(wordOf(argument)));
    this.#module = module;
    this.#function = module.functionOf(kernel, launch.sharedBytes);
    this.#launch = launch;
    this.#maps = launch.args.flatMap((argument, i) => {
      if (argument.kind !== 'tensor-map') return [];
      const address = block.valueAt(this.slots[i] ?? 0);
      return [[i, encodedTensorMap(module.device, argument, address, this)] as const];
    });
    this.#pointers = BigUint64Array.from(this.slots, slot => block.addressOfSlot(slot));
    for (const [i, map] of this.#maps) this.#pointers[i] = BigInt(addressOf(map));
  }

  run(stream: DriverStream): void {
    const { device } = this.#module;
    const { grid, block, sharedBytes } = this.#launch;
    const status = device.try(
      'cuLaunchKernel',
      this.#function,
      ...grid,
      ...block,
      sharedBytes,
      stream.handle,
      this.#pointers,
      null,
    );
    if (status === 0) return;
    const what = `launch ${this.label} as ${grid.join('x')} blocks of ${block.join('x')} threads`;
    throw device.driver.failure(what, 'cuLaunchKernel', status, this);
  }
}
