/** Messages of shape errors: the operation, both shapes, both sizes and the reason for each. */
import { UserError } from '../../compiler/index.ts';
import { agreement, because, describeRow, hintsFor, nameOf, placesOf } from './explain-words.ts';
import { meantAsNames } from './explain-names.ts';
import { printBecause } from './print.ts';
import type { Dim, DimVar, Leaf, Row, Size, Use, Why } from './row.ts';
import { resolveRow } from './resolve.ts';

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

/** Two axes of the same size with different bases. */
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

/** Functions that take counts of cells, not indices. */
const countsCells: ReadonlySet<string> = new Set([
  'topk',
  'argtopk',
  'dynamic_slice',
  'dynamic_update_slice',
]);

/** An axis is too short for its subscript. */
export function indexTooLarge(axis: Size, variable: DimVar, why: Why | undefined): UserError {
  const { fixed, atLeast } = variable;
  const last = atLeast - 1;
  const index =
    typeof fixed === 'object' ? `\`${fixed.name}\`, up to ${last},` : `index ${fixed ?? last}`;
  const [operator, owner] = why ? [`\`${why.use.operator}\``, nameOf(why.use, why.right)] : [];
  const cells = `${atLeast} ${atLeast === 1 ? 'cell' : 'cells'}`;
  const taken = why && countsCells.has(why.use.operator) ? cells : index;
  return new UserError({
    code: 'EINC0301',
    message: `${operator ?? 'a slice'} takes ${taken} of an axis of ${owner ?? 'a tensor'} whose size is ${axis.size}`,
    ...placesOf(why),
    notes: [because(axis)],
  });
}

/** A row has axes that do not fit the other one. */
export function rankMismatch(a: Row, b: Row, why: Why): UserError {
  if (/^(?:\[|(?:flip|roll)$)/.test(why.use.operator)) return tooManyPicks(a, b, why);
  const isSlice = why.use.operator === '@|' && why.rows[0] === 'batch';
  const [shownA, shownB] = [a, b].map(row => describeRow(row, isWritten(why.use.spec)));
  const reasons = [a, b].flatMap(row => {
    const size = [...resolveRow(row).lead, ...resolveRow(row).trail].find(d => d.kind === 'size');
    return size ? [`${describeRow(row)} because ${printBecause(size.because)}`] : [];
  });
  return new UserError({
    code: 'EINC0302',
    message: isSlice
      ? `\`@|\` selects along the first batch axis, but ${nameOf(why.use, why.right)} has no batch axes`
      : `${agreement(why)}, but ${shownA ?? ''} and ${shownB ?? ''} cannot match`,
    ...placesOf(why),
    notes: reasons,
    help: [
      ...(isSlice ? ['for a cell of an output axis write `x[!@${i}]`'] : []),
      ...(why.left === why.right && !isSlice ? fittingSpec(why.use) : []),
      ...hintsFor(why, []),
    ],
  });
}

/** Functions such as `concat` use specs internally that the user has not written. */
function isWritten(spec: string | undefined): spec is string {
  return spec?.includes('=>') ?? false;
}

function fittingSpec({ spec }: Use): readonly string[] {
  if (!isWritten(spec)) return [];
  return [meantAsNames(spec) ?? 'name as many axes as there are, or write `...` for all of a row'];
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

/** Cyclic constraints add one more axis in every round. */
export function endlessRow(why: Why): UserError {
  return new UserError({
    code: 'EINC0302',
    message: `${agreement(why)}, but each turn of this circle of assignments adds an axis`,
    labels: why.use.span ? [{ span: why.use.span }] : [],
  });
}

/** Parameters whose size nothing in the program determines. */
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
