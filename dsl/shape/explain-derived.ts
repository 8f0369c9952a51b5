/** Errors about axes derived from others: sums of a spec, slices, `reshape`. */
import { UserError } from '../../compiler/index.ts';
import { because, nameOf, placesOf } from './explain-words.ts';
import { printDim } from './print.ts';
import type { DimSlice, DimSum, DimVar, SameCells, Dim, Size } from './row.ts';
import { resolveDim, resolveRow } from './resolve.ts';

/** A derived axis has another size than its spec implies. */
export function sumMismatch(sum: DimSum): UserError {
  const made = sum.terms.reduce((n, { coeff, dim }) => n + coeff * sizeNow(dim), sum.constant);
  const whole = `${sizeNow(sum.whole)} cells`;
  return wrongSum(
    sum,
    `makes ${made} cells, but the axis of ${nameOf(sum.why.use, sum.why.right)} has ${whole}`,
  );
}

/** No size of one axis satisfies the sum. */
export function noSizeFits(sum: DimSum, unknown: DimVar, size: number): UserError {
  if (sum.why.use.operator === 'split') return unequalParts(sum);
  const label = unknown.label === undefined ? 'an axis' : `\`${unknown.label}\``;
  const { coeff = 0 } = sum.terms.find(term => resolveDim(term.dim) === unknown) ?? {};
  const whole = sizeNow(sum.whole);
  const nearest = [Math.floor(size), Math.ceil(size)].filter(n => n >= 1);
  const fits = nearest.map(n => whole + coeff * (n - size));
  const help = coeff > 1 && fits.length > 0 ? [`an axis of ${fits.join(' or ')} would fit`] : [];
  return wrongSum(sum, `fits no size of ${label}`, help);
}

/** Nothing determines the size of the windows of a pooling. */
export function noWindow({ text, why }: DimSum, { label = 'k' }: DimVar): UserError {
  return new UserError({
    code: 'EINC0303',
    message: `nothing says how many cells \`${label}\` has in \`${text}\``,
    ...placesOf(why),
    help: [`write its size in the spec: \`${label}:2\``],
  });
}

function unequalParts({ whole, terms, why }: DimSum): UserError {
  const cells = sizeNow(whole);
  const axis = resolveDim(whole);
  return new UserError({
    code: 'EINC0306',
    message: `\`split\` makes ${terms.length} equal parts, but ${terms.length} does not divide the ${cells} cells of the axis of ${nameOf(why.use, why.right)}`,
    ...placesOf(why),
    notes: axis.kind === 'size' ? [because(axis)] : [],
    help: ['parts of other sizes are slices: op`${x}[:2]`'],
  });
}

/** A slice reaches beyond its axis. */
export function sliceTooLong({ slice, why }: DimSlice, whole: Size): UserError {
  return new UserError({
    code: 'EINC0313',
    message: `\`${slice.text}\` reaches beyond an axis of ${nameOf(why.use, why.right)} whose size is ${whole.size}`,
    ...placesOf(why),
    notes: [because(whole)],
  });
}

/** A slice has another length than the axis it is used with. */
export function sliceMismatch({ slice, why }: DimSlice, count: number, met: Size): UserError {
  const cells = count === 1 ? '1 cell' : `${count} cells`;
  return new UserError({
    code: 'EINC0313',
    message: `\`${slice.text}\` takes ${cells} of an axis of ${nameOf(why.use, why.right)}, not ${met.size}`,
    ...placesOf(why),
    notes: [because(met)],
  });
}

/** A slice that stops where it starts is empty, which is allowed; one that stops before is an error. */
export function backwardSlice({ slice, why }: DimSlice, whole?: Size): UserError {
  const size = whole ? ` whose size is ${whole.size}` : '';
  return new UserError({
    code: 'EINC0313',
    message: `\`${slice.text}\` stops before it starts, on an axis of ${nameOf(why.use, why.right)}${size}`,
    ...placesOf(why),
    notes: whole ? [because(whole)] : [],
    help: slice.step < 0 ? ['a negative step starts behind where it stops'] : [],
  });
}

/** The new axes do not hold the existing number of cells. */
export function cellsMismatch({ from, to, why }: SameCells): UserError {
  const { operator, operands } = why.use;
  const [old, given] = [from, to].map(rows => {
    const dims = rows.map(resolveRow).flatMap(({ lead, trail }) => [...lead, ...trail]);
    const cells = dims.reduce((n, dim) => n * sizeNow(dim), 1);
    const text = dims.map(printDim).join(', ').replaceAll('?', '_');
    return { text: `[${text}]`, cells };
  });
  const has = `${operands[0] ? nameOf(why.use, 0) : 'its operand'} has ${counted(old)}`;
  return new UserError({
    code: 'EINC0314',
    message: `\`${operator}\` keeps the number of cells, but ${has} and ${given?.text ?? ''} ${
      Number.isNaN(given?.cells) ? 'fits no size of `_`' : `has ${given?.cells}`
    }`,
    ...placesOf(why),
  });
}

function counted(part: { readonly text: string; readonly cells: number } | undefined): string {
  if (!part || Number.isNaN(part.cells)) return 'an axis that no size fits';
  return `${part.cells}, ${part.text},`;
}

function wrongSum(sum: DimSum, what: string, help: readonly string[] = []): UserError {
  const sizes = [sum.whole, ...sum.terms.map(t => t.dim)].map(resolveDim);
  const known = sizes.filter(d => d.kind === 'size');
  return new UserError({
    code: 'EINC0306',
    message: `\`${sum.text}\` ${what}`,
    ...placesOf(sum.why),
    notes: known.map(because),
    help,
  });
}

function sizeNow(dim: Dim): number {
  const d = resolveDim(dim);
  return d.kind === 'size' ? d.size : NaN;
}
