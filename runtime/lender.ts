/** Memory of a context in the hands of a checkpoint, or of other ranks. */
import { type ArrayHandle, UserError } from '../compiler/index.ts';
import { handleOf } from './arguments.ts';
import type { DeviceBuffer } from './backend.ts';
import type { DeviceStream } from './device-stream.ts';
import type { HeldArray } from './held-array.ts';
import type { Memory, StateArray } from './memory.ts';

/** Lends arrays to one call at a time; until that is done the context takes no other. */
export class Lender {
  readonly #memory: Memory;
  readonly #stream: DeviceStream;
  #lentTo: string | undefined;

  constructor(memory: Memory, stream: DeviceStream) {
    this.#memory = memory;
    this.#stream = stream;
  }

  /** Throws a `UserError` while something is lent. */
  check(): void {
    if (this.#lentTo === undefined) return;
    throw new UserError({
      code: 'EINC0961',
      message: `\`${this.#lentTo}\` is still at work on arrays of this context`,
      help: [`await \`${this.#lentTo}\` before the next call`],
    });
  }

  lend<T>(
    handles: readonly ArrayHandle[],
    call: string,
    use: (buffers: readonly DeviceBuffer[]) => Promise<T>,
  ): Promise<T> {
    const all = handles.map(handle => this.#memory.arrayFor(handleOf(handle, call), call));
    return this.#lendWhile(call, all, () => use(all.map(({ buffer }) => buffer)));
  }

  /** Lends the arrays that routines keep from run to run. Throws a `UserError` if there are none. */
  lendState<T>(call: string, use: (state: readonly StateArray[]) => Promise<T>): Promise<T> {
    const state = this.#memory.state();
    if (state.length === 0) {
      throw new UserError({
        code: 'EINC0962',
        message: `\`${call}\` finds nothing that routines of this context carry from run to run`,
        help: ['compile the routine that updates the parameters first'],
      });
    }
    const arrays = state.map(({ name, dims, held: { buffer } }) => ({ name, dims, buffer }));
    const all = state.map(({ held }) => held);
    return this.#lendWhile(call, all, () => use(arrays));
  }

  async #lendWhile<T>(call: string, all: readonly HeldArray[], use: () => Promise<T>): Promise<T> {
    this.#lentTo = call;
    try {
      if (this.#stream.sharing.isActive) for (const held of all) held.beforeWrite(this.#stream);
      await this.#stream.queue.idle();
      const result = await use();
      for (const held of all) {
        held.fill();
        held.settle();
      }
      return result;
    } finally {
      this.#lentTo = undefined;
    }
  }
}
