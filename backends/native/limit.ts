/** Lets at most `limit` jobs run at a time; the others wait in the order they came. */
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
      // A turn that is over goes to the next in line, or back.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
