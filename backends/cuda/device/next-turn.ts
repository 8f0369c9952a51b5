import { setImmediate, setTimeout } from 'node:timers/promises';

/** Most kernels are done by then. */
const eagerMs = 2;

/**
 * Waits for other things to happen, so that one can look again: at first for whatever is due, then for a
 * millisecond at a time.
 */
export function nextTurn(): () => Promise<void> {
  const start = performance.now();
  return async () => {
    if (performance.now() - start < eagerMs) await setImmediate();
    else await setTimeout(1);
  };
}
