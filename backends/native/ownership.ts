import { UserError } from '../../compiler/index.ts';

/** A net under a forgotten `dispose`, nothing to rely on: it may act late or never. */
const forgotten = new FinalizationRegistry<() => void>(release => release());

/** That `owner` has something native, until it is disposed of. */
export class Ownership {
  readonly #what: string;
  #release: (() => void) | undefined;

  /** `release` must not hold on to `owner`. */
  constructor(owner: object, what: string, release: () => void) {
    this.#what = what;
    this.#release = release;
    forgotten.register(owner, release, this);
  }

  get isLive(): boolean {
    return this.#release !== undefined;
  }

  /** Throws when what is owned is gone. */
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
