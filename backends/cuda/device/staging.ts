import { bytesAt } from '../../foreign/library.ts';
import type { Device } from '../driver/device.ts';
import { resultOf } from '../driver/driver.ts';
import { Event, type DriverStream } from '../driver/stream.ts';

const chunkBytes = 4 << 20;

/**
 * Pinned host memory that a GPU copies from and to by DMA. It has two chunks, so that one is filled or emptied
 * while the other is being transferred.
 */
export class Staging {
  readonly #device: Device;
  readonly #stream: DriverStream;
  readonly #chunks: Chunk[] = [];
  #turn = 0;

  constructor(device: Device, stream: DriverStream) {
    this.#device = device;
    this.#stream = stream;
  }

  /** Queues the copy. `from` may be changed as soon as this returns. */
  upload(to: number, from: Uint8Array): void {
    for (let at = 0; at < from.length; at += chunkBytes) {
      const piece = from.subarray(at, at + chunkBytes);
      const { address, bytes, passed } = this.#freeChunk();
      bytes.set(piece);
      const args = [to + at, address, piece.length, this.#stream.handle] as const;
      this.#device.call('copy to the GPU', 'cuMemcpyHtoDAsync_v2', ...args);
      passed.record(this.#stream);
    }
  }

  /** Blocks until it is done. */
  download(to: Uint8Array, from: number): void {
    let arrive = (): void => undefined;
    for (let at = 0; at < to.length; at += chunkBytes) {
      const piece = to.subarray(at, at + chunkBytes);
      const { address, bytes, passed } = this.#freeChunk();
      const args = [address, from + at, piece.length, this.#stream.handle] as const;
      this.#device.call('copy from the GPU', 'cuMemcpyDtoHAsync_v2', ...args);
      passed.record(this.#stream);
      arrive();
      arrive = () => {
        passed.wait();
        piece.set(bytes.subarray(0, piece.length));
      };
    }
    arrive();
  }

  /** The chunk used less recently. */
  #freeChunk(): Chunk {
    this.#turn = 1 - this.#turn;
    const chunk = (this.#chunks[this.#turn] ??= createChunk(this.#device));
    chunk.passed.wait();
    return chunk;
  }
}

interface Chunk {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** When the last copy is complete. */
  readonly passed: Event;
}

function createChunk(device: Device): Chunk {
  const what = 'get memory of the host to copy through';
  const address = resultOf(out => device.call(what, 'cuMemAllocHost_v2', out, chunkBytes));
  device.owns(() => device.try('cuMemFreeHost', address));
  const bytes = new Uint8Array(bytesAt(address, chunkBytes));
  return { address, bytes, passed: new Event(device) };
}
