import type { BackendDevice } from '../runtime/backend.ts';

/** Devices that differ only in name, for a backend that runs on the calling thread: each is the whole machine. */
export function namedParts(whole: BackendDevice, count: number | 'all'): readonly BackendDevice[] {
  return Array.from({ length: count === 'all' ? 1 : count }, (_, i) => ({
    name: `${whole.name}:${i}`,
    allocate: (...given: Parameters<BackendDevice['allocate']>) => whole.allocate(...given),
    openStream: () => whole.openStream(),
    [Symbol.dispose]: () => undefined,
  }));
}
