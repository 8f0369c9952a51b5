/**
 * Makes V8 wait longer before it optimises a function, while einc compiles. V8 optimises functions after some tenths of a millisecond of
 * running; that costs several milliseconds each, on another core if one is free, and the code is discarded when the function meets a new type of
 * object. Compiling a program runs thousands of functions, few of them for long, so half of the time went into optimising them.
 */
import { setFlagsFromString } from 'node:v8';

/** V8's default in Node 20, in bytes of bytecode executed. V8 does not tell its default, so other versions are left alone. */
const usual = 67_584;

/** The factor by which the budget is increased. */
const patience = 8;

const isUsual =
  process.versions.v8.startsWith('11.') &&
  ![...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some(given => given.includes('budget'));

let isLate = false;

/** Runs `work` with the longer budget, then restores the default: training steps should be optimised soon. */
export function optimisingLate<T>(work: () => T): T {
  if (!isUsual || isLate) return work();
  isLate = true;
  setFlagsFromString(`--interrupt-budget=${patience * usual}`);
  try {
    return work();
  } finally {
    setFlagsFromString(`--interrupt-budget=${usual}`);
    isLate = false;
  }
}
