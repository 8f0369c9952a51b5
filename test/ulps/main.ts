/**
 * All 2³² floats through each function, in a minute or two for each.
 *
 *   npm run ulps [-- exp log …]
 */
import { functionOps, measure } from './harness.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !functionOps.some(op => op === name));
if (unknown.length > 0) throw new Error(`no functions of these names: ${unknown.join(', ')}`);
for (const op of functionOps.filter(op => asked.length === 0 || asked.includes(op))) {
  for (const { ulps, at, wrong, differing } of await measure([op], 1)) {
    process.stdout.write(
      `${op.padEnd(9)} ${ulps.toFixed(4)} ulp at ${at}; wrong: ${wrong}; vectors differ: ${differing}\n`,
    );
  }
}
