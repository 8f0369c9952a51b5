/** What shape errors say: which operation, both shapes, both sizes and why each is what it is. */
import { type Diagnostic, type Label, UserError } from '../../compiler/index.ts';
import { printBecause, printDim, printRow, printShape, printSize } from './print.ts';
import {
  type Dim,
  type DimSlice,
  type DimSum,
  type DimVar,
  type Leaf,
  resolveDim,
  resolveRow,
  type Row,
  type RowKind,
  type SameCells,
  type Shape,
  type Size,
  type Use,
  type Why,
} from './row.ts';

/** Two dims that must be equal are not. */
export function sizeMismatch(a: Size, b: Size, why: Why | undefined): UserError {
  const sizes = `sizes ${a.size} and ${b.size} differ`;
  return new UserError({
    code: 'EINC0301',
    message: why ? `${agreement(why)}, but ${sizes}` : sizes,
    ...placesOf(why),
    notes: [because(a), because(b)],
    help: hintsFor(why, [a, b]),
  });
}

/** Two axes of one size that are measured in different things. */
export function basisMismatch(a: Size, b: Size, why: Why): UserError {
  const [first = '', second = ''] = [a.basis, b.basis];
  return new UserError({
    code: 'EINC0224',
    message: `${agreement(why)}, but the bases \`${first}\` and \`${second}\` differ`,
    ...placesOf(why),
    notes: [because(a), because(b)],
    help: ['axes of different bases do not meet; an axis without a basis meets any'],
  });
}

/** An axis is too short for what subscripts it. */
export function indexTooLarge(axis: Size, variable: DimVar, why: Why | undefined): UserError {
  const { fixed, atLeast } = variable;
  const last = atLeast - 1;
  const index =
    typeof fixed === 'object' ? `\`${fixed.name}\`, up to ${last},` : `index ${fixed ?? last}`;
  const [operator, owner] = why ? [`\`${why.use.operator}\``, nameOf(why.use, why.right)] : [];
  return new UserError({
    code: 'EINC0301',
    message: `${operator ?? 'a slice'} takes ${index} of an axis of ${owner ?? 'a tensor'} whose size is ${axis.size}`,
    ...placesOf(why),
    notes: [because(axis)],
  });
}

/** An axis that a spec makes of others has another size than they make. */
export function sumMismatch(sum: DimSum): UserError {
  const made = sum.terms.reduce((n, { coeff, dim }) => n + coeff * sizeNow(dim), sum.constant);
  const whole = `${sizeNow(sum.whole)} cells`;
  return wrongSum(
    sum,
    `makes ${made} cells, but the axis of ${nameOf(sum.why.use, sum.why.right)} has ${whole}`,
  );
}

/** No size of one axis makes the sum come out. */
export function noSizeFits(sum: DimSum, unknown: DimVar, size: number): UserError {
  const label = unknown.label === undefined ? 'an axis' : `\`${unknown.label}\``;
  const { coeff = 0 } = sum.terms.find(term => resolveDim(term.dim) === unknown) ?? {};
  const whole = sizeNow(sum.whole);
  const nearest = [Math.floor(size), Math.ceil(size)].filter(n => n >= 1);
  const fits = nearest.map(n => whole + coeff * (n - size));
  const help = coeff > 1 && fits.length > 0 ? [`an axis of ${fits.join(' or ')} would fit`] : [];
  return wrongSum(sum, `fits no size of ${label}`, help);
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

/** A slice has another length than what meets it. */
export function sliceMismatch({ slice, why }: DimSlice, count: number, met: Size): UserError {
  const cells = count === 1 ? '1 cell' : `${count} cells`;
  return new UserError({
    code: 'EINC0313',
    message: `\`${slice.text}\` takes ${cells} of an axis of ${nameOf(why.use, why.right)}, not ${met.size}`,
    ...placesOf(why),
    notes: [because(met)],
  });
}

/** What stops where it starts takes nothing, which is fine; what stops before is a mistake. */
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

/** New axes that do not hold the cells there are. */
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

/** A row has axes that the other one has no place for. */
export function rankMismatch(a: Row, b: Row, why: Why): UserError {
  if (/^(?:\[|(?:flip|roll)$)/.test(why.use.operator)) return tooManyPicks(a, b, why);
  const isSlice = why.use.operator === '@|' && why.rows[0] === 'batch';
  const reasons = [a, b].flatMap(row => {
    const size = [...resolveRow(row).lead, ...resolveRow(row).trail].find(d => d.kind === 'size');
    return size ? [`${describeRow(row)} because ${printBecause(size.because)}`] : [];
  });
  return new UserError({
    code: 'EINC0302',
    message: isSlice
      ? `\`@|\` selects along the first batch axis, but ${nameOf(why.use, why.right)} has no batch axes`
      : `${agreement(why)}, but ${describeRow(a)} and ${describeRow(b)} cannot match`,
    ...placesOf(why),
    notes: reasons,
    help: [
      ...(why.left === why.right && !isSlice
        ? ['name as many axes as there are, or write `...` for all of a row']
        : []),
      ...hintsFor(why, []),
    ],
  });
}

/** A bracket has more items than its tensor has axes. */
function tooManyPicks(a: Row, b: Row, why: Why): UserError {
  const counts = [a, b].map(row => axesIn(row).length);
  const [items, axes] = [Math.max(...counts), Math.min(...counts)];
  const [row] = why.rows;
  const has = axes === 0 ? 'none' : axes;
  const takes = why.use.operator.startsWith('[') ? 'indexes' : 'is about';
  return new UserError({
    code: 'EINC0313',
    message: `\`${why.use.operator}\` ${takes} ${items} ${row} ${items === 1 ? 'axis' : 'axes'}, but ${nameOf(why.use, why.right)} has ${has}`,
    ...placesOf(why),
    help:
      row === 'output' && axes === 0
        ? ['for a batch axis write `[… |]`, for an input axis `[… ->]`']
        : [],
  });
}

function axesIn(row: Row): readonly Dim[] {
  const { lead, trail } = resolveRow(row);
  return [...lead, ...trail];
}

/** Constraints that run in a circle ask for one more axis at every turn. */
export function endlessRow(why: Why): UserError {
  return new UserError({
    code: 'EINC0302',
    message: `${agreement(why)}, but each turn of this circle of assignments adds an axis`,
    labels: why.use.span ? [{ span: why.use.span }] : [],
  });
}

/** Parameters whose size nothing in the program says. */
export function hiddenDimensions(leaves: readonly Leaf[]): UserError {
  const [first] = leaves;
  const names = leaves.map(l => `the ${l.row} axes of \`${l.tensor}\``);
  const listed = [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ');
  const field = first?.row.charAt(0) ?? 'o';
  return new UserError({
    code: 'EINC0303',
    message: `nothing says the size of ${listed}`,
    labels: leaves.flatMap(l => (l.span ? [{ span: l.span, text: `${l.row} axes unknown` }] : [])),
    help: [`give the hidden dimension:  { ${first?.tensor ?? 'w'}; ${field} = [16] }`],
  });
}

function because(size: Size): string {
  return `${printSize(size)} because ${printBecause(size.because)}`;
}

function describeRow(row: Row): string {
  return hasAxes(row) || resolveRow(row).rest ? `[${printRow(row)}]` : 'no axes';
}

/** `` `*` needs the input axes of `w2` to equal the output axes of `relu(x)` `` */
function agreement({ use, left, right, rows: [row, other], peer }: Why): string {
  const isUnnamed = left < 0 && use.result.text === undefined;
  const [a, b] = isUnnamed && peer !== undefined ? [peer, right].toSorted() : [left, right];
  const first = nameOf(use, a ?? left);
  const second = nameOf(use, b ?? right);
  const needs = `\`${use.operator}\` needs the ${row} axes of ${first}`;
  if (left === right)
    return `${needs} to fit ${use.operator === 'concat' ? 'the others' : 'its spec'}`;
  if (row !== other) return `${needs} to equal the ${other} axes of ${second}`;
  return `${needs} and ${second} to agree`;
}

function nameOf({ operands, result }: Use, slot: number): string {
  const text = slot < 0 ? result.text : operands[slot]?.text;
  if (text !== undefined) return `\`${text}\``;
  if (slot < 0) return 'its result';
  if (operands.length > 2) return `its operand ${slot + 1}`;
  return operands.length === 1 ? 'its operand' : slot === 0 ? 'its left side' : 'its right side';
}

/** The operator, then everything that has a shape, each with what is known of it. */
function placesOf(why: Why | undefined): Pick<Diagnostic, 'labels'> {
  if (!why?.use.span) return {};
  const { span, operands, result } = why.use;
  const labels: Label[] = [{ span }];
  for (const { span: place, shape } of [result, ...operands]) {
    if (place) labels.push({ span: place, text: printShape(knownRows(shape)) });
  }
  return { labels };
}

/** Rows of which nothing is known say nothing in an error. */
export function knownRows(shape: Shape): Shape {
  const known = (row: RowKind): Row =>
    hasAxes(shape[row]) ? shape[row] : { lead: [], rest: undefined, trail: [] };
  return { batch: known('batch'), input: known('input'), output: shape.output };
}

function hasAxes(row: Row): boolean {
  const { lead, trail } = resolveRow(row);
  return lead.length + trail.length > 0;
}

function hintsFor(why: Why | undefined, sizes: readonly Size[]): readonly string[] {
  const isProduct = why?.use.operator === '*' && why.left === 0;
  const isSpec = why?.left === why?.right;
  const isWrittenOne = sizes.some(({ size, broadcasts }) => size === 1 && !broadcasts);
  return [
    ...(isProduct ? ['for an element-wise product write `*.`'] : []),
    ...(isWrittenOne && !isSpec
      ? ['a size of 1 that you write does not broadcast: leave the axis out']
      : []),
  ];
}
