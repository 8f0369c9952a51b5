/** Checks and lookups on operands for functions composed of operations. */
import { type Span, UserError } from '../../compiler/index.ts';
import type { Operation } from '../graph/operation.ts';
import type { Tensor } from '../graph/tensor.ts';
import { printShape } from '../shape/print.ts';
import { axesOf, resolveDim } from '../shape/resolve.ts';
import {
  type Dim,
  dimVar,
  ofResult,
  type Row,
  type RowKind,
  rowVar,
  sizeOf,
  type Why,
} from '../shape/row.ts';
import type { Solver } from '../shape/solve.ts';

/** An operation and its operands. */
export type Application = readonly [Operation, ...operands: readonly Tensor[]];

/** One application of a function, while it is composed. */
export interface Construction {
  /** The function's name. */
  readonly name: string;
  /** The place of the name in the application. */
  readonly span: Span;
  readonly operands: readonly Tensor[];
  /** The place of each operand. */
  readonly places: readonly Span[];
  readonly solver: Solver;
  /** An intermediate tensor. */
  readonly step: (...application: Application) => Tensor;
}

/** The first or last output axis of `x`, which must have at least `size` cells. */
export function endAxis(made: Construction, x: Tensor, end: 'first' | 'last', size?: Dim): Dim {
  checkAxes(made, x, 'output', 1);
  const axis = dimVar();
  const least = size && resolveDim(size);
  if (least?.kind === 'size') axis.atLeast = least.size;
  const rest = rowVar();
  const row: Row =
    end === 'first' ? { lead: [axis], rest, trail: [] } : { lead: [], rest, trail: [axis] };
  made.solver.post([{ kind: 'row-eq', a: x.shape.output, b: row, why: whyOf(made, x) }]);
  return axis;
}

function whyOf(made: Construction, x: Tensor): Why {
  const place = made.operands.indexOf(x);
  const shown = { span: made.places[place], text: x.label, shape: x.shape };
  const result = { span: undefined, text: undefined, shape: x.shape };
  const use = { operator: made.name, span: made.span, operands: [shown], result };
  return { ...ofResult(use, 0, 'output'), left: 0 };
}

/** The last output axis of `x`, which must not be empty. */
export function choiceAxis(made: Construction, x: Tensor): void {
  const { name, span, operands, places } = made;
  const axis = endAxis(made, x, 'last');
  const size = resolveDim(axis);
  if (size.kind === 'size' && size.size === 0) {
    const place = places[operands.indexOf(x)];
    const what = x.label === undefined ? 'its operand' : `\`${x.label}\``;
    throw new UserError({
      code: 'EINC0307',
      message: `\`${name}\` chooses a cell along the last output axis of ${what}, which has none`,
      labels: [{ span }, ...(place ? [{ span: place, text: printShape(x.shape) }] : [])],
    });
  }
  // If the size is not known yet, the constraint of the slice checks it later.
  const slice = { start: 0, stop: 1, step: 1, text: '[0]' };
  const why = whyOf(made, x);
  made.solver.post([{ kind: 'dim-slice', whole: axis, part: dimVar(), slice, why }]);
}

/** The row whose first axes are indexed: output, if it has axes. */
export function addressed(
  made: Construction,
  count: number,
  only?: 'batch' | 'output',
): 'batch' | 'output' {
  const [x] = made.operands;
  const isScalar = x && axesOf(x.shape.output)?.length === 0;
  const hasBatch = x && axesOf(x.shape.batch)?.length !== 0;
  const row = only ?? (isScalar && hasBatch ? 'batch' : 'output');
  if (x) checkAxes(made, x, row, count);
  return row;
}

/** The axes of indices take the place of the indexed axis; input axes would have no place in the result. */
export function checkPositions(
  { name, span, operands, places }: Construction,
  ids: readonly Tensor[],
): void {
  for (const positions of ids) {
    if (!axesOf(positions.shape.input)?.length) continue;
    const place = places[operands.indexOf(positions)];
    const what = positions.label === undefined ? 'an operand' : `\`${positions.label}\``;
    throw new UserError({
      code: 'EINC0309',
      message: `\`${name}\` takes positions from ${what}, which has input axes`,
      labels: [{ span }, ...(place ? [{ span: place, text: printShape(positions.shape) }] : [])],
      help: ['move them to the output axes: ids ++ "i->... => i..."'],
    });
  }
}

function checkAxes(
  { name, span, operands, places }: Construction,
  x: Tensor,
  row: RowKind,
  count: number,
): void {
  const axes = axesOf(x.shape[row]);
  if (!axes || axes.length >= count) return;
  const place = places[operands.indexOf(x)];
  const what = x.label === undefined ? 'its operand' : `\`${x.label}\``;
  const wanted = count === 1 ? `an ${row} axis` : `${count} ${row} axes`;
  throw new UserError({
    code: 'EINC0307',
    message: `\`${name}\` needs ${wanted} of ${what}, which has ${axes.length === 0 ? 'none' : axes.length}`,
    labels: [{ span }, ...(place ? [{ span: place, text: printShape(x.shape) }] : [])],
  });
}

/** The size of an axis given as an operand: a number, or a size that a spec has captured. */
export function sizeIn({ name, operands, places }: Construction, size: Tensor): Dim {
  const { source } = size;
  const span = places[operands.indexOf(size)];
  if (source.kind === 'constant' && Number.isInteger(source.value) && source.value >= 0) {
    return sizeOf(source.value, { text: `\`${name}\` is given this size`, span });
  }
  const dim = source.kind === 'computed' ? source.by.operands[0]?.source : source;
  if (dim?.kind === 'dim' && 'kind' in dim.axis) return dim.axis;
  const given =
    source.kind === 'constant' ? source.value : dim?.kind === 'dim' ? 'that of a row' : 'a tensor';
  throw new UserError({
    code: 'EINC0308',
    message: `the size that \`${name}\` is given is an integer from 0 on or \`dim\` of an axis, not ${given}`,
    labels: span ? [{ span }] : [],
  });
}
