/** Records which files each of two threads has taken. */
export class Shares {
  readonly memory: SharedArrayBuffer;
  readonly #isTaken: Int32Array;

  constructor(files: number | SharedArrayBuffer) {
    this.memory =
      typeof files === 'number'
        ? new SharedArrayBuffer(files * Int32Array.BYTES_PER_ELEMENT)
        : files;
    this.#isTaken = new Int32Array(this.memory);
  }

  /** Takes a file for the first thread that asks; says whether that is the caller. */
  take(file: number): boolean {
    return Atomics.exchange(this.#isTaken, file, 1) === 0;
  }
}
