/** Runs at most `limit` jobs at a time; the others wait in order of arrival. */
export function atMost(limit: number): <T>(job: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  const turn = () =>
    new Promise<void>(resolve => {
      if (free > 0) {
        free -= 1;
        resolve();
      } else {
        waiting.push(resolve);
      }
    });
  return async job => {
    await turn();
    try {
      return await job();
    } finally {
      // A finished job passes its slot to the next in line, or returns it.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
