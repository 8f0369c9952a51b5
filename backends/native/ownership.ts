import { UserError } from '../../compiler/index.ts';

/** A safety net for a forgotten `dispose`, not to be relied on: it may act late or never. */
const forgotten = new FinalizationRegistry<() => void>(release => release());

/** Marks that `owner` holds a native resource until it is disposed of. */
export class Ownership {
  readonly #what: string;
  #release: (() => void) | undefined;

  /** `release` must not refer to `owner`. */
  constructor(owner: object, what: string, release: () => void) {
    this.#what = what;
    this.#release = release;
    forgotten.register(owner, release, this);
  }

  get isLive(): boolean {
    return this.#release !== undefined;
  }

  /** Throws if the resource has been released. */
  check(): void {
    if (this.#release !== undefined) return;
    throw new UserError({
      code: 'EINC0911',
      message: `${this.#what} is used after it was disposed of`,
    });
  }

  /** Releases once, however often it is called. */
  dispose(): void {
    const release = this.#release;
    this.#release = undefined;
    forgotten.unregister(this);
    release?.();
  }
}
