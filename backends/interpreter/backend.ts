/**
 * The backend without a compiler: it interprets the loop IR. Slow; the oracle for the others, and the way
 * to use einc without a C compiler.
 */
import { type DType, type Program, targets } from '../../compiler/index.ts';
import type {
  Backend,
  BackendDevice,
  DeviceBuffer,
  Kernel,
  Stream,
} from '../../runtime/backend.ts';
import { namedParts } from '../named-parts.ts';
import { HostBuffer } from './buffer.ts';
import { InterpretedKernel } from './kernel.ts';
import { InterpretedStream } from './stream.ts';

export class InterpreterBackend implements Backend {
  readonly name = 'interp';
  /** No schedule: scheduled programs are compared with this backend. */
  readonly target = targets.scalar;
  readonly sharesMemory: boolean = true;

  source(): undefined {
    return undefined;
  }

  compile(program: Program): Promise<Kernel> {
    return Promise.resolve(new InterpretedKernel(program));
  }

  allocate(dtype: DType, cells: number): DeviceBuffer {
    return new HostBuffer(dtype, cells);
  }

  openStream(): Stream {
    return new InterpretedStream();
  }

  devices(count: number | 'all'): readonly BackendDevice[] {
    return namedParts(this, count);
  }

  [Symbol.dispose](): void {
    // Everything here is garbage-collected.
  }
}
