import { setImmediate, setTimeout } from 'node:timers/promises';

/** Most kernels finish within this time. */
const eagerMs = 2;

/**
 * Yields to the event loop between polls: at first for one turn, then for a
 * millisecond at a time.
 */
export function nextTurn(): () => Promise<void> {
  const start = performance.now();
  return async () => {
    if (performance.now() - start < eagerMs) await setImmediate();
    else await setTimeout(1);
  };
}
