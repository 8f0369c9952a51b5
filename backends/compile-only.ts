/** A backend that generates code but runs none: every array keeps its initial contents. */
import type { Target } from '../compiler/index.ts';
import type { Backend, BackendDevice, DeviceBuffer, Kernel, Stream } from '../runtime/backend.ts';
import { HostBuffer } from './interpreter/buffer.ts';
import { namedParts } from './named-parts.ts';

/** `source` generates the source of a program in the language of the backend that is emulated. */
export class CompileOnlyBackend implements Backend {
  readonly name: string;
  readonly target: Target;
  readonly sharesMemory = true;
  readonly source: Backend['source'];

  constructor(name: string, target: Target, source: Backend['source']) {
    this.name = name;
    this.target = target;
    this.source = source;
  }

  compile(): Promise<Kernel> {
    return Promise.resolve({ bind: () => ({}), [Symbol.dispose]: () => undefined });
  }

  allocate(...[dtype, cells]: Parameters<Backend['allocate']>): DeviceBuffer {
    return new HostBuffer(dtype, cells);
  }

  openStream(): Stream {
    const nothing = (): void => undefined;
    return {
      plan: () => ({ indexCount: 0, [Symbol.dispose]: nothing }),
      launch: nothing,
      run: nothing,
      loop: nothing,
      record: () => ({}),
      waitFor: nothing,
      copy: nothing,
      finished: () => Promise.resolve(),
      idle: () => Promise.resolve(),
      wait: nothing,
      [Symbol.dispose]: nothing,
    };
  }

  devices(count: number | 'all'): readonly BackendDevice[] {
    return namedParts(this, count);
  }

  [Symbol.dispose](): void {
    // No resources to release.
  }
}
