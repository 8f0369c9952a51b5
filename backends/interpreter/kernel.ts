import {
  interpret,
  invariant,
  type LoopVar,
  type Program,
  type TensorNode,
} from '../../compiler/index.ts';
import type { BoundKernel, DeviceBuffer, Kernel } from '../../runtime/backend.ts';
import { Ownership } from '../native/ownership.ts';
import { HostBuffer } from './buffer.ts';

export class InterpretedKernel implements Kernel {
  readonly #program: Program;
  readonly #ownership: Ownership;

  constructor(program: Program) {
    this.#program = program;
    this.#ownership = new Ownership(this, `kernel \`${program.name}\``, () => undefined);
  }

  /** The interpreter allocates local arrays in each run, so it needs no arena. */
  bind(buffers: readonly DeviceBuffer[]): BoundKernel {
    this.#ownership.check();
    const memory = new Map<TensorNode, HostBuffer>();
    this.#program.params.forEach((node, i) => {
      const buffer = buffers[i];
      invariant(buffer instanceof HostBuffer, () => `no buffer for ${node.name}`);
      memory.set(node, buffer);
    });
    return new InterpretedRun(this.#program, memory);
  }

  [Symbol.dispose](): void {
    this.#ownership.dispose();
  }
}

/** A program bound to its arrays. */
export class InterpretedRun implements BoundKernel {
  readonly #program: Program;
  readonly #buffers: ReadonlyMap<TensorNode, HostBuffer>;

  constructor(program: Program, buffers: ReadonlyMap<TensorNode, HostBuffer>) {
    this.#program = program;
    this.#buffers = buffers;
  }

  run(indices: readonly number[]): void {
    const memory = new Map([...this.#buffers].map(([node, buffer]) => [node, buffer.values]));
    const symbols = new Map<LoopVar, number>(
      this.#program.symbols.map(({ loop }, i) => [loop, indices[i] ?? NaN]),
    );
    interpret(this.#program, memory, symbols);
  }
}
