/** Inline definitions: `{ w }`, `{ b = 0.; o = [16] }`. */
import {
  dtypes,
  type Initial,
  isDType,
  product,
  type Span,
  type UserError,
} from '../../compiler/index.ts';
import type { Decision } from '../dtype/dtype-var.ts';
import type { GivenRows } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type {
  Expr,
  Hole,
  Ident,
  Inline,
  InlineDim,
  InlineRow,
  Name,
  NumberLit,
} from '../language/ast.ts';
import { notARow } from '../language/not-a-row.ts';
import {
  basedSize,
  type Because,
  type Dim,
  type RowKind,
  rowKinds,
  type Size,
  sizeOf,
} from '../shape/row.ts';
import { fail, wrongHole } from './errors.ts';
import { describe, type NestedNumbers } from './hole.ts';
import { computedIn, initialiserIn } from './initialiser.ts';
import { literalValues } from './tensor-literal.ts';

/** The value of a hole or of a setting; `others` are further names that would be allowed. */
export type HoleValue = (place: Hole | Name, others?: readonly string[]) => unknown;

/** Elaborates an expression to a tensor. */
export type TensorOf = (e: Expr) => Tensor;

/** The default of parameters: small values on both sides of zero. */
const defaultInitial: Initial = { kind: 'uniform', low: -0.25, high: 0.25 };

export interface InlineParts {
  readonly rows: GivenRows;
  /** A tensor if the values are computed. */
  readonly initial: Initial | Tensor;
  /** Undefined if it is to be inferred. */
  readonly dtype: Decision | undefined;
}

export function inlineParts(inline: Inline, holeValue: HoleValue, tensorOf: TensorOf): InlineParts {
  return { ...shapeAndValues(inline, holeValue, tensorOf), dtype: dtypeOf(inline, holeValue) };
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
  tensorOf: TensorOf,
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
  if (value === undefined) return { rows: given, initial: computedIn(init, tensorOf) };
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
  const ragged = (first: string, other: string): UserError => {
    const what = `the lists that \`${name.text}\` starts from differ in shape`;
    return fail('EINC0209', `${what}: one is ${first}, another ${other}`, init.span, {
      help: ['lists of one level must have the same length'],
    });
  };
  const output = dimsOf(value, ragged).map(n => sizeOf(n, because));
  return { rows: { ...closed, output }, initial };
}

// ── Axes ────────────────────────────────────────────────────────────────────────────────────────

/** The rows by their first letters, as in OCANNL. */
const rowLetters: Readonly<Record<string, RowKind>> = { o: 'output', i: 'input', b: 'batch' };

function rowsOf(tensor: string, written: readonly InlineRow[], holeValue: HoleValue): GivenRows {
  const rows: Partial<Record<RowKind, readonly Dim[]>> = {};
  for (const { row, dims, span } of written) {
    const kind = rowOfLetter(row);
    if (rows[kind])
      throw fail('EINC0208', `the ${kind} axes of \`${tensor}\` are given twice`, span);
    const because = { text: `\`${tensor}\` is declared with ${row.text} = […]`, span };
    rows[kind] = dims.flatMap(dim => sizesAt(dim, holeValue, because));
  }
  return rows;
}

/** The row that `o = […]` declares. */
export function rowOfLetter({ text, span }: Ident): RowKind {
  const kind = rowLetters[text] ?? rowKinds.find(k => k === text);
  if (kind) return kind;
  const { message, help } = notARow(text);
  throw fail('EINC0208', message, span, { help });
}

/** One size, or all sizes in a hole. */
export function sizesAt(
  { basis, size }: InlineDim,
  holeValue: HoleValue,
  because: Because,
): readonly Size[] {
  return numbersAt(size, holeValue).map(n => basedSize(n, basis?.text, because));
}

function numbersAt(dim: NumberLit | Hole | Name, holeValue: HoleValue): readonly number[] {
  if (dim.kind === 'name' && dim.name === '_') {
    throw fail('EINC0208', 'here every size is given, none is inferred', dim.span, {
      help: [
        'give it as a number or a hole, or leave out the whole row: all of it is inferred then',
      ],
    });
  }
  const value = dim.kind === 'number' ? dim.value : holeValue(dim);
  const sizes: readonly unknown[] = Array.isArray(value) ? value : [value];
  return sizes.map(size => {
    if (typeof size === 'number' && Number.isInteger(size) && size >= 0) return size;
    const shown = typeof size === 'number' ? size : describe(size);
    throw fail('EINC0208', `the size of an axis is an integer, 0 or more, not ${shown}`, dim.span);
  });
}

// ── Initial values ──────────────────────────────────────────────────────────────────────────────

type InitialValue = NestedNumbers | Float32Array | Float64Array;

/** Undefined for a value that must be computed. */
function initialValue(init: Expr, holeValue: HoleValue): InitialValue | undefined {
  if (init.kind === 'number') return init.value;
  if (init.kind === 'prefix' && init.op !== '!@') {
    const operand = initialValue(init.operand, holeValue);
    if (typeof operand === 'number') return init.op === '-' ? -operand : operand;
  }
  if (init.kind !== 'hole') return undefined;
  const value = holeValue(init);
  if (isInitial(value)) return value;
  if (value instanceof Tensor) return undefined;
  throw wrongHole(value, init.span, 'a number, an array of numbers or a tensor');
}

/** The arguments of an initialiser. */
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

/** A copy: the user's array may change before anything runs. */
function flatten(value: InitialValue): ArrayLike<number> {
  return ArrayBuffer.isView(value) ? value.slice() : numbersIn(value);
}

function numbersIn(value: InitialValue): readonly number[] {
  if (typeof value === 'number') return [value];
  const parts: readonly NestedNumbers[] = [...value];
  return parts.every(part => typeof part === 'number') ? parts : parts.flatMap(numbersIn);
}

/** The lengths at each level of nesting. Throws `ragged`, of two shapes, when lists differ. */
export function dimsOf(
  value: InitialValue,
  ragged: (first: string, other: string) => UserError,
): readonly number[] {
  if (typeof value === 'number') return [];
  if (ArrayBuffer.isView(value)) return [value.length];
  const list: readonly NestedNumbers[] = [...value];
  if (list.every(part => typeof part === 'number')) return [list.length];
  const [first = [], ...others] = list.map(part => dimsOf(part, ragged));
  const odd = others.find(dims => dims.join() !== first.join());
  if (odd) throw ragged(shapeText(first), shapeText(odd));
  return [value.length, ...first];
}

function shapeText(dims: readonly number[]): string {
  return dims.length === 0 ? 'a number' : `[${dims.join(', ')}]`;
}

function checkCount(tensor: string, count: number, rows: GivenRows, span: Span): void {
  const sizes = rowKinds.flatMap(kind => rows[kind] ?? []);
  const cells = product(sizes.map(dim => (dim.kind === 'size' ? dim.size : 1)));
  if (cells === count) return;
  throw fail('EINC0209', `\`${tensor}\` has ${cells} cells but ${count} initial values`, span);
}
