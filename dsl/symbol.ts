import { type StaticSymbol, UserError } from '../compiler/index.ts';
import { callSite } from './language/call-site.ts';

/**
 * A static symbol: an integer given with each run of a routine, such as a batch number.
 *
 *   const batch = symbol('batch', 80);        0 <= batch < 80
 *   const input = op`input = ${data} @| ${batch}`;
 *   step.run({ batch: 3 });
 *
 * Without a range it may be any 32-bit integer but cannot select a slice.
 */
export function symbol(name: string, range?: number): StaticSymbol {
  const wrong = complaintAbout(name, range);
  if (wrong !== undefined) {
    throw new UserError({ code: 'EINC0503', message: wrong, labels: [{ span: callSite(symbol) }] });
  }
  return { kind: 'static-symbol', name, range };
}

function complaintAbout(name: string, range: number | undefined): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name))
    return `"${name}" cannot name a symbol: use letters, digits and _`;
  if (range === undefined || (Number.isInteger(range) && range > 0 && range < 2 ** 31))
    return undefined;
  return `the range of \`${name}\` must be a positive integer, not ${range}`;
}
