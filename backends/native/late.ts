/**
 * The native runtime while it may still be compiling, which happens on a cold cache. Parsing, shape inference, derivatives
 * and lowering do not need it. Until it is loaded, buffers hold their cells in
 * JavaScript and streams have nothing to do, since every kernel waits for it.
 */
import { invariant } from '../../compiler/index.ts';
import type { Native } from './addon.ts';

export class LateNative {
  readonly loaded: Promise<Native>;
  #native: Native | undefined;

  constructor(loaded: Promise<Native>) {
    this.loaded = loaded;
    loaded.then(
      native => (this.#native = native),
      () => undefined, // reported to whoever waits for it
    );
  }

  /** Waits if it only has to be loaded from the cache; not for a compiler. */
  async unlessItTakesLong(): Promise<void> {
    const turn = new Promise<void>(resolve => setImmediate(resolve));
    await Promise.race([this.loaded, turn]);
  }

  get ifLoaded(): Native | undefined {
    return this.#native;
  }

  /** For what needs the runtime, and so cannot happen before `loaded` resolves. */
  get native(): Native {
    invariant(this.#native !== undefined, () => 'the native runtime is used before it is there');
    return this.#native;
  }
}

/** What buffers and streams are created with. */
export type NativeSource = Native | LateNative;

export function ifLoaded(source: NativeSource): Native | undefined {
  return source instanceof LateNative ? source.ifLoaded : source;
}

export function loadedFrom(source: NativeSource): Native {
  return source instanceof LateNative ? source.native : source;
}
