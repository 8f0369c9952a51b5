/** What other devices have sent to a context, in a separate buffer for each array. */
import { type DeviceArray, UserError } from '../compiler/index.ts';
import type { HeldArray } from './held-array.ts';

export class MergeBuffers implements Disposable {
  readonly #allocate: (array: DeviceArray) => HeldArray;
  /** The contents of each: an array of the sender, or a copy. */
  readonly #contents = new Map<DeviceArray, HeldArray>();
  readonly #copies = new Map<DeviceArray, HeldArray>();

  constructor(allocate: (array: DeviceArray) => HeldArray) {
    this.#allocate = allocate;
  }

  /** What was sent last. Throws a `UserError` if it was disposed of with its context. */
  find(array: DeviceArray): HeldArray | undefined {
    const held = this.#contents.get(array);
    if (held?.isGone !== true) return held;
    throw new UserError({
      code: 'EINC0526',
      message: `\`${array.label}\` points at an array of a context that has been disposed of`,
      help: ["send it as a copy: deviceToDevice(…, { intoMergeBuffer: 'copy', … })"],
    });
  }

  /** Memory for a copy, which from now on is what is there. */
  copyOf(array: DeviceArray): HeldArray {
    const copy = this.#copies.get(array) ?? this.#allocate(array);
    copy.isFilled = true;
    this.#copies.set(array, copy);
    this.#contents.set(array, copy);
    return copy;
  }

  /** Copies nothing: readers of the merge buffer read the sender's array. */
  point(array: DeviceArray, at: HeldArray): void {
    this.#contents.set(array, at);
  }

  get own(): readonly HeldArray[] {
    return [...this.#copies.values()];
  }

  nothingSent(what: string, { label }: DeviceArray): UserError {
    const others = [...this.#contents.keys()].map(array => `\`${array.label}\``);
    return new UserError({
      code: 'EINC0227',
      message: `${what}, and nothing has been sent there`,
      notes: others.length === 0 ? [] : [`what has been sent is in ${others.join(', ')}`],
      help: [`another device sends it, or the host: ctx.write(${label}, values)`],
    });
  }

  [Symbol.dispose](): void {
    for (const copy of this.#copies.values()) copy[Symbol.dispose]();
    this.#copies.clear();
    this.#contents.clear();
  }
}
