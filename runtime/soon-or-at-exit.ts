const soonMs = 5000;

/**
 * Tries to keep something for the next start: after some seconds, and at the end of the process if that comes first or nothing
 * was kept then. The end of a long process is too late for V8's code, which it forgets when it has not run for
 * long, and a process that is killed has no end. `attempt` says whether it is done.
 */
export function soonOrAtExit(attempt: () => boolean): void {
  let isDone = false;
  const tryNow = (): void => {
    isDone ||= attempt();
    if (isDone) process.off('exit', tryNow);
  };
  setTimeout(tryNow, soonMs).unref();
  process.once('exit', tryNow);
}
