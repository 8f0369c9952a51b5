/** Keeps V8's code of a script in a file, or says whether V8 takes it: while functions are optimised late, or after. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { optimisingLate } from '../../../runtime/optimise-late.ts';

const [, , when, path = ''] = process.argv;
const text = '(function () { return 42; })';

function isTaken(): boolean {
  return new Script(text, { cachedData: readFileSync(path) }).cachedDataRejected === false;
}

if (when === 'before') writeFileSync(path, new Script(text).createCachedData());
if (when === 'while') console.log(optimisingLate(isTaken));
if (when === 'after') {
  optimisingLate(() => optimisingLate(() => undefined));
  console.log(isTaken());
}
