import { describe, type StaticSymbol, UserError } from '../compiler/index.ts';
import { callSite } from './language/call-site.ts';

/**
 * A static symbol: an integer passed to each run of a routine, such as a batch number.
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
  return { kind: 'static-symbol', name, range, made: callSite(symbol) };
}

/** Types do not reach callers in JavaScript. */
function complaintAbout(name: unknown, range: unknown): string | undefined {
  if (typeof name !== 'string') return `the name of a symbol is a string, not ${describe(name)}`;
  if (!/^[A-Za-z_]\w*$/.test(name))
    return `"${name}" cannot name a symbol: use letters, digits and _`;
  if (range === undefined) return undefined;
  if (typeof range !== 'number')
    return `the range of \`${name}\` must be a positive integer, not ${describe(range)}`;
  if (Number.isInteger(range) && range > 0 && range < 2 ** 31) return undefined;
  const most = range >= 2 ** 31 ? ' below 2147483648' : '';
  return `the range of \`${name}\` must be a positive integer${most}, not ${range}`;
}
