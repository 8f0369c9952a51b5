/** Inline definitions: `{ w }`, `{ b = 0.; o = [16] }`. */
import { dtypes, type Initial, isDType, product, type Span } from '../../compiler/index.ts';
import type { Decision } from '../dtype/dtype-var.ts';
import type { GivenRows } from '../graph/make.ts';
import type { Expr, Hole, Inline, InlineRow, Name, NumberLit } from '../language/ast.ts';
import { type Dim, type RowKind, rowKinds, sizeOf } from '../shape/row.ts';
import { fail, wrongHole } from './errors.ts';
import { describe, type NestedNumbers } from './hole.ts';
import { initialiserIn } from './initialiser.ts';
import { literalValues } from './tensor-literal.ts';

/** What a hole of the template holds, or a setting is; `others` are names that could stand there too. */
export type HoleValue = (place: Hole | Name, others?: readonly string[]) => unknown;

/** What parameters hold when nothing is said: small and on both sides of zero. */
const defaultInitial: Initial = { kind: 'uniform', low: -0.25, high: 0.25 };

export interface InlineParts {
  readonly rows: GivenRows;
  readonly initial: Initial;
  /** Undefined where inference is to find it. */
  readonly dtype: Decision | undefined;
}

export function inlineParts(inline: Inline, holeValue: HoleValue): InlineParts {
  return { ...shapeAndValues(inline, holeValue), dtype: dtypeOf(inline, holeValue) };
}

function dtypeOf(
  { name, dtypes: given, span }: Inline,
  holeValue: HoleValue,
): Decision | undefined {
  const [word, again] = given;
  if (again) throw fail('EINC0208', `the dtype of \`${name.text}\` is given twice`, again.span);
  if (!word) return undefined;
  const dtype = word.kind === 'name' && isDType(word.name) ? word.name : holeValue(word, dtypes);
  if (typeof dtype === 'string' && isDType(dtype)) {
    return { dtype, text: `\`${name.text}\` is declared ${dtype}`, span };
  }
  throw fail('EINC0208', `${describe(dtype)} is not a dtype`, word.span, { help: [dtypeHelp] });
}

export const dtypeHelp = `the dtypes are ${dtypes.join(' ')}`;

function shapeAndValues(
  { name, init, rows, span }: Inline,
  holeValue: HoleValue,
): Omit<InlineParts, 'dtype'> {
  const given = rowsOf(name.text, rows, holeValue);
  if (!init) return { rows: given, initial: defaultInitial };
  const random = initialiserIn(init, e => numberIn(e, holeValue));
  if (random) return { rows: given, initial: random };
  const literal = init.kind === 'tensor' ? literalValues(init) : undefined;
  if (literal && rows.length === 0) {
    return { rows: literal.rows, initial: { kind: 'values', values: literal.values } };
  }
  const value = literal?.values ?? initialValue(init, holeValue);
  if (typeof value === 'number') return { rows: given, initial: { kind: 'fill', value } };
  const values = flatten(value);
  const initial = { kind: 'values', values } as const;
  const closed = { batch: [], input: [], output: [] };
  if (values.length === 0)
    throw fail('EINC0209', `\`${name.text}\` starts from no values`, init.span);
  if (rows.length > 0) {
    checkCount(name.text, values.length, given, span);
    return { rows: { ...closed, ...given }, initial };
  }
  const because = { text: `\`${name.text}\` starts from an array of these dims`, span };
  const output = dimsOf(value, init.span).map(n => sizeOf(n, because));
  return { rows: { ...closed, output }, initial };
}

// ── Axes ────────────────────────────────────────────────────────────────────────────────────────

/** By their first letters, as OCANNL writes them. */
const rowLetters: Readonly<Record<string, RowKind>> = { o: 'output', i: 'input', b: 'batch' };

function rowsOf(tensor: string, written: readonly InlineRow[], holeValue: HoleValue): GivenRows {
  const rows: Partial<Record<RowKind, readonly Dim[]>> = {};
  for (const { row, dims, span } of written) {
    const kind = rowLetters[row.text] ?? rowKinds.find(k => k === row.text);
    if (!kind) {
      throw fail('EINC0208', `\`${row.text}\` is not a row of axes`, row.span, {
        help: ['the rows are `o` (output), `i` (input) and `b` (batch): { w; o = [16] }'],
      });
    }
    if (rows[kind])
      throw fail('EINC0208', `the ${kind} axes of \`${tensor}\` are given twice`, span);
    const because = { text: `\`${tensor}\` is declared with ${row.text} = […]`, span };
    rows[kind] = dims.flatMap(dim => sizesIn(dim, holeValue)).map(n => sizeOf(n, because));
  }
  return rows;
}

function sizesIn(dim: NumberLit | Hole | Name, holeValue: HoleValue): readonly number[] {
  const value = dim.kind === 'number' ? dim.value : holeValue(dim);
  const sizes: readonly unknown[] = Array.isArray(value) ? value : [value];
  return sizes.map(size => {
    if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size;
    const shown = typeof size === 'number' ? size : describe(size);
    throw fail('EINC0208', `the size of an axis is a positive integer, not ${shown}`, dim.span);
  });
}

// ── Initial values ──────────────────────────────────────────────────────────────────────────────

type InitialValue = NestedNumbers | Float32Array | Float64Array;

function initialValue(init: Expr, holeValue: HoleValue): InitialValue {
  if (init.kind === 'number') return init.value;
  if (init.kind === 'prefix' && init.op !== '!@') {
    const operand = initialValue(init.operand, holeValue);
    if (typeof operand === 'number') return init.op === '-' ? -operand : operand;
  }
  if (init.kind !== 'hole') {
    throw fail('EINC0209', 'an initial value is a number, or an array in a hole', init.span, {
      help: ['{ b = 0. }, { w = ${[[1, 2], [3, 4]]} }'],
    });
  }
  const value = holeValue(init);
  if (isInitial(value)) return value;
  throw wrongHole(value, init.span, 'a number or an array of numbers');
}

/** What an initialiser is given. */
function numberIn(e: Expr, holeValue: HoleValue): number {
  const value = initialValue(e, holeValue);
  if (typeof value === 'number') return value;
  throw fail('EINC0229', 'what a random initial value is given is a number', e.span);
}

function isInitial(value: unknown): value is InitialValue {
  if (typeof value === 'number') return true;
  if (value instanceof Float32Array || value instanceof Float64Array) return true;
  return Array.isArray(value) && value.every(isInitial);
}

function flatten(value: InitialValue): readonly number[] {
  if (typeof value === 'number') return [value];
  return Array.from<NestedNumbers>(value).flatMap(flatten);
}

/** The lengths at each level of nesting. Throws when lists of one level differ. */
export function dimsOf(value: InitialValue, span: Span): readonly number[] {
  if (typeof value === 'number') return [];
  const [first, ...others] = Array.from<NestedNumbers>(value).map(part => dimsOf(part, span));
  if (others.some(dims => dims.join() !== first?.join())) {
    throw fail('EINC0209', 'lists of one level must have the same length', span);
  }
  return [value.length, ...(first ?? [])];
}

function checkCount(tensor: string, count: number, rows: GivenRows, span: Span): void {
  const sizes = rowKinds.flatMap(kind => rows[kind] ?? []);
  const cells = product(sizes.map(dim => (dim.kind === 'size' ? dim.size : 1)));
  if (cells === count) return;
  throw fail('EINC0209', `\`${tensor}\` has ${cells} cells but ${count} initial values`, span);
}
