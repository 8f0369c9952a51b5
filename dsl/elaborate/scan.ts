/** `scan`: makes tensors from a step and its inputs. */
import { access, assign, type Span, UserError } from '../../compiler/index.ts';
import { type DTypeVar, openDType, resolveDType } from '../dtype/dtype-var.ts';
import { inferAssign, type Typed } from '../dtype/infer.ts';
import { applyOperation } from '../graph/apply.ts';
import { makeScan, standIn } from '../graph/scan.ts';
import type { ScanSlice, Tensor } from '../graph/tensor.ts';
import { identity } from '../ops/operations.ts';
import { knownRows } from '../shape/explain-words.ts';
import { printShape } from '../shape/print.ts';
import { dimVar, ofResult, openShape, rowKinds, sizeOf, type Use } from '../shape/row.ts';
import { resolveRow } from '../shape/resolve.ts';
import type { Solver } from '../shape/solve.ts';
import { type ScanAxis, turnConstraints, type Turns, TurnSymbol } from '../shape/turns.ts';
import { checkAxes } from './scan-axis.ts';
import type { Part, ScanCall } from './scan-call.ts';

export interface Scanned {
  /** The carry after the last iteration. */
  readonly carry: readonly Tensor[];
  readonly ys: readonly Tensor[];
}

export function applyScan(call: ScanCall, solver: Solver): Scanned {
  const { operator, span, init, xs, step } = call;
  const turns = turnsOf(call);
  const slices = xs.map(x => sliceOf(x, turns, call, solver));
  const carries = init.map(part => {
    const { tensor, name } = part;
    const operation = { ...identity, operator, hint: `${name}_start` };
    const written = { span, operator: span, operands: [] };
    const start = applyOperation(operation, [tensor], written, { solver, label: undefined });
    const place = standIn(name, { shape: start.shape, dtypeVar: carriedDType(start) }, start);
    startsDType(place, part, call, solver);
    return { start, place };
  });
  const made = step(
    carries.map(c => c.place),
    slices.map(s => s.place),
  );
  carries.forEach(({ place }, i) =>
    keepsShape(place, made.carry[i] ?? place, init[i], call, solver),
  );
  const scan = makeScan({
    turns,
    carries: carries.map(({ place, start }, i) => {
      const next = made.carry[i] ?? place;
      // A carry must not be overwritten before another carry has read it.
      const isPlace = carries.some(c => c.place === next);
      return { place, start, next: isPlace ? copyOf(next, span, solver) : next, isResult: true };
    }),
    slices,
    stacks: made.ys.map(({ each, label }) => ({ each, label, hint: operator })),
    sums: [],
  });
  return { carry: scan.carries.map(c => c.last), ys: scan.stacks.map(s => s.whole) };
}

function turnsOf(call: ScanCall): Turns {
  const { options, span, operator } = call;
  const { length, reverse = false } = options;
  const axis = options.axis ?? usualAxis(call);
  checkAxes(call, axis);
  const because = { text: `\`${operator}\` is given this length`, span };
  const turns = length === undefined ? dimVar({ label: 't' }) : sizeOf(length, because);
  return { symbol: new TurnSymbol(turns, span), axis, reverse };
}

/** The first batch axis, which `@|` slices; for tensors without batch axes the first output axis. */
function usualAxis({ xs }: ScanCall): ScanAxis {
  const isBatched = ({ tensor }: Part): boolean => {
    const { lead, trail } = resolveRow(tensor.shape.batch);
    return lead.length + trail.length > 0;
  };
  return xs.length === 0 || xs.some(isBatched) ? 'batch' : 'output';
}

function sliceOf(
  { tensor, name, span }: Part,
  turns: Turns,
  call: ScanCall,
  solver: Solver,
): ScanSlice {
  const { dtypeVar } = tensor;
  const place = standIn(name, { shape: openShape(), dtypeVar }, { origins: [span ?? call.span] });
  const use = useOf(call, place, [{ tensor, name, span }]);
  solver.post(turnConstraints(turns, [place.shape, tensor.shape], use));
  return { place, whole: tensor };
}

function useOf({ operator, span }: ScanCall, result: Tensor, operands: readonly Part[]): Use {
  return {
    operator,
    span,
    operands: operands.map(o => ({
      span: o.span,
      text: o.tensor.label ?? o.name,
      shape: o.tensor.shape,
    })),
    result: { span: undefined, text: result.hint, shape: result.shape },
  };
}

/** A carry that starts from a number or from data without a dtype takes the dtype of its next value. */
function carriedDType({ dtypeVar }: Tensor): DTypeVar {
  return resolveDType(dtypeVar).weak ? openDType() : dtypeVar;
}

/** Its initial value must be valid in that dtype: 0.5 cannot start a carry of integers. */
function startsDType(
  place: Tensor,
  { tensor, name, span }: Part,
  call: ScanCall,
  solver: Solver,
): void {
  const { source, dtypeVar } = tensor;
  const value = source.kind === 'constant' ? source.value : undefined;
  const start: Typed = {
    dtype: dtypeVar,
    text: tensor.label ?? name,
    span: span ?? tensor.span,
    value,
  };
  const taken: Typed = { dtype: place.dtypeVar, text: place.hint, span: place.span };
  inferAssign(assign(access(taken, 0), { op: 'set' }, access(start, 1), undefined), {
    typed: one => one,
    meeting: { operator: call.operator, span: call.span },
    solver,
  });
}

/** The step must return a carry of the same shape and dtype. */
function keepsShape(
  place: Tensor,
  next: Tensor,
  init: Part | undefined,
  call: ScanCall,
  solver: Solver,
): void {
  const use = useOf(call, place, [{ tensor: next, name: place.hint }]);
  keepsDType(place, next, call, solver);
  const [taken, given] = [place, next].map(t => printShape(knownRows(t.shape)));
  try {
    solver.post(
      rowKinds.map(row => ({
        kind: 'row-eq',
        a: next.shape[row],
        b: place.shape[row],
        why: ofResult(use, 0, row),
      })),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [startSpan, nextSpan] = [init?.span ?? init?.tensor.span, next.span];
    throw new UserError({
      code: 'EINC0310',
      message: `the step of \`${call.operator}\` takes \`${place.hint}\` of shape ${taken ?? ''} but gives it back as ${given ?? ''}`,
      labels: [
        { span: call.span },
        ...(startSpan ? [{ span: startSpan, text: `starts here: ${taken ?? ''}` }] : []),
        ...(nextSpan ? [{ span: nextSpan, text: `goes on as: ${given ?? ''}` }] : []),
      ],
      help: ['what one turn hands to the next has one shape: start from it, or give it that shape'],
    });
  }
}

function keepsDType(place: Tensor, next: Tensor, call: ScanCall, solver: Solver): void {
  const typed = (tensor: Tensor): Typed => ({
    dtype: tensor.dtypeVar,
    text: tensor.label ?? tensor.hint,
    span: tensor.span,
  });
  const copy = assign(access(place, 0), { op: 'set' }, access(next, 1), undefined);
  inferAssign(copy, { typed, meeting: { operator: call.operator, span: call.span }, solver });
}

function copyOf(tensor: Tensor, span: Span, solver: Solver): Tensor {
  const written = { span, operator: span, operands: [] };
  return applyOperation(identity, [tensor], written, { solver, label: undefined });
}
