import { type Label, UserError } from '../../compiler/index.ts';
import { axisAt, lacksAxis, rowOf, scanAxes, type ScanAxis } from '../shape/turns.ts';
import type { Part, ScanCall } from './scan-call.ts';

/** All scanned tensors must have the axis, with equal sizes where these are known. */
export function checkAxes(call: ScanCall, axis: ScanAxis): void {
  const { operator, xs } = call;
  if (!scanAxes.includes(axis)) {
    throw wrongAxis(`\`${axis}\` is no axis of \`${operator}\``, call, [], [whichAxis]);
  }
  checkLength(call);
  const bare = xs.find(x => lacksAxis(x.tensor.shape, axis));
  if (bare) {
    const missing = `${nameOf(bare)} has no ${rowOf(axis)} axes`;
    const message = `\`${operator}\` runs along the ${axisName(axis)}, but ${missing}`;
    throw wrongAxis(message, call, [bare], operator === 'scan' ? [whichAxis] : []);
  }
  checkSizes(call, axis);
}

function checkLength(call: ScanCall): void {
  const { operator, xs, options } = call;
  const { length } = options;
  if (length === undefined) {
    if (xs.length > 0) return;
    const help = ['give it `xs`, or a `length`'];
    throw wrongAxis(`\`${operator}\` has nothing to run along`, call, [], help);
  }
  if (Number.isInteger(length) && length >= 0) return;
  const message = `the length of a \`${operator}\` is an integer, 0 or more, not ${length}`;
  throw wrongAxis(message, call, []);
}

function checkSizes(call: ScanCall, axis: ScanAxis): void {
  const { operator, xs, options } = call;
  const [first, ...others] = xs.flatMap(x => {
    const dim = axisAt(x.tensor.shape, axis);
    return dim?.kind === 'size' ? [{ x, size: dim.size }] : [];
  });
  if (!first) return;
  const has = `${nameOf(first.x)} has ${first.size} cells`;
  const other = others.find(o => o.size !== first.size);
  if (other) {
    const all = `\`${operator}\` runs along the ${axisName(axis)} of all it scans`;
    const both = `${has} and ${nameOf(other.x)} ${other.size}`;
    throw wrongAxis(`${all}, but ${both}`, call, [first.x, other.x]);
  }
  if (options.length === undefined || first.size === options.length) return;
  const turns = `\`${operator}\` is to take ${options.length} turns`;
  throw wrongAxis(`${turns}, but ${has}`, call, [first.x]);
}

function axisName(axis: ScanAxis): string {
  return axis === 'last' ? 'last output axis' : `first ${axis} axis`;
}

const whichAxis =
  "say which: scan(step, { init, xs, axis: 'batch' }), or 'input', 'output', 'last' (output axis)";

function nameOf({ tensor, name, text }: Part): string {
  return `\`${tensor.label ?? text ?? name}\``;
}

function wrongAxis(
  message: string,
  { span }: ScanCall,
  at: readonly Part[],
  help: readonly string[] = [],
): UserError {
  const labels: Label[] = [{ span }];
  for (const part of at) {
    const place = part.span ?? part.tensor.span;
    if (place) labels.push({ span: place });
  }
  return new UserError({ code: 'EINC0311', message, labels, help });
}
