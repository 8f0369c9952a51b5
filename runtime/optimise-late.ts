/**
 * V8 makes fast code of a function that has run for some tenths of a millisecond. That takes it several, on another
 * core if one is free, and it throws the code away when the function is given something that it had not been given by
 * then. To compile a program takes thousands of functions, few of which run for long: half of the time went into that.
 */
import { setFlagsFromString } from 'node:v8';

/** In bytes of code that have run. Of Node 20: what another V8 has for it, it does not tell. */
const usual = 67_584;

/** So many times as long. */
const patience = 8;

const isUsual =
  process.versions.v8.startsWith('11.') &&
  ![...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some(given => given.includes('budget'));

let isLate = false;

/** While `work` runs, functions have to run longer for that. Before and after, all is as it was: training steps are called often. */
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
