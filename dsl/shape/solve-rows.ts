/** The consequences of constraints on rows: which dims are paired, and which axes a row variable gets. */
import type { Bindings } from './bindings.ts';
import { endlessRow, rankMismatch } from './explain.ts';
import {
  closedRow,
  type Dim,
  type DimVar,
  dimVar,
  type Row,
  type RowVar,
  rowVar,
  type Why,
} from './row.ts';
import { flanksOf, openDimsIn, resolveRow } from './resolve.ts';

/** Inference adds no more axes than this to a row: only cyclic constraints exceed it. */
const mostAxes = 64;

export function equalRows(bindings: Bindings, a: Row, b: Row, why: Why): void {
  if (a.rest && b.rest) return equalOpen(bindings, a, a.rest, b, b.rest, why);
  if (a.rest) return equalClosed(bindings, a, a.rest, b, why);
  if (b.rest) return equalClosed(bindings, b, b.rest, a, why);
  const [left, right] = [
    [...a.lead, ...a.trail],
    [...b.lead, ...b.trail],
  ];
  if (left.length !== right.length) throw rankMismatch(a, b, why);
  pairEqual(bindings, left, right, why);
}

function equalClosed(bindings: Bindings, open: Row, rest: RowVar, closed: Row, why: Why): void {
  const axes = [...closed.lead, ...closed.trail];
  const end = axes.length - open.trail.length;
  if (end < open.lead.length) throw rankMismatch(open, closed, why);
  pairEqual(bindings, open.lead, axes, why);
  pairEqual(bindings, open.trail, axes.slice(end), why);
  bindings.bindRow(rest, closedRow(axes.slice(open.lead.length, end)));
}

function equalOpen(
  bindings: Bindings,
  a: Row,
  aRest: RowVar,
  b: Row,
  bRest: RowVar,
  why: Why,
): void {
  const lead = Math.min(a.lead.length, b.lead.length);
  const trail = Math.min(a.trail.length, b.trail.length);
  pairEqual(bindings, a.lead.slice(0, lead), b.lead, why);
  pairEqual(bindings, lastOf(a.trail, trail), lastOf(b.trail, trail), why);
  const [left, right] = [inside(a, lead, trail), inside(b, lead, trail)];
  if (aRest === bRest) {
    if (flanksOf(left) !== flanksOf(right)) throw rankMismatch(a, b, why);
    if (flanksOf(left) > 0) equalOpposite(bindings, left, aRest, right, bRest, why);
  } else if (flanksOf(right) === 0) {
    bindings.bindRow(bRest, left);
  } else if (flanksOf(left) === 0) {
    bindings.bindRow(aRest, right);
  } else {
    equalOpposite(bindings, left, aRest, right, bRest, why);
  }
}

/**
 * One row is known at its left end, the other at its right end. Whether these are the same axes
 * is decided when one of them closes; but it has at least as many axes as either end.
 */
function equalOpposite(
  bindings: Bindings,
  a: Row,
  aRest: RowVar,
  b: Row,
  bRest: RowVar,
  why: Why,
): void {
  const more = flanksOf(a) - flanksOf(b);
  if (more === 0) {
    const places = [aRest, bRest, ...openDimsIn([a, b])];
    bindings.wait({ constraint: { kind: 'row-eq', a, b, why }, places });
    return;
  }
  const [short, rest] = more > 0 ? [b, bRest] : [a, aRest];
  const [lead, trail] = short.lead.length > 0 ? [0, more] : [more, 0];
  extend(bindings, rest, Math.abs(lead), Math.abs(trail), why);
  equalRows(bindings, resolveRow(a), resolveRow(b), why);
}

/**
 * Which axes of the result correspond to the left ones of an operand is not known until the operand is
 * closed, since rows are aligned at the right; they wait until then.
 */
export function rowBelow(bindings: Bindings, r: Row, o: Row, why: Why): void {
  if (!r.rest) return closedBelow(bindings, r, o, why);
  const [moreLead, moreTrail] = [o.lead.length - r.lead.length, o.trail.length - r.trail.length];
  if (moreLead > 0 || moreTrail > 0) return belowShort(bindings, r, r.rest, o, why);
  const { length } = o.trail;
  pairBelow(bindings, lastOf(r.trail, length), o.trail, why);
  if (!o.rest) return;
  const [result, operand] = [inside(r, 0, length), inside(o, 0, length)];
  const isSame = r.rest === o.rest && flanksOf(result) === flanksOf(operand);
  if (isSame) pairBelow(bindings, result.lead, operand.lead, why);
  else waitBelow(bindings, result, operand, [r.rest, o.rest], why);
}

/**
 * The result lacks axes at one end. They are added, unless surplus axes at its
 * other end may turn out to be the same ones.
 */
function belowShort(bindings: Bindings, r: Row, rest: RowVar, o: Row, why: Why): void {
  const [moreLead, moreTrail] = [o.lead.length - r.lead.length, o.trail.length - r.trail.length];
  const lead = Math.max(0, moreLead + Math.min(0, moreTrail));
  const trail = Math.max(0, moreTrail + Math.min(0, moreLead));
  if (lead > 0 || trail > 0) {
    extend(bindings, rest, lead, trail, why);
    return rowBelow(bindings, resolveRow(r), resolveRow(o), why);
  }
  const met = Math.min(r.trail.length, o.trail.length);
  pairBelow(bindings, lastOf(r.trail, met), lastOf(o.trail, met), why);
  const [result, operand] = [inside(r, 0, met), inside(o, 0, met)];
  const places = [rest, ...(o.rest ? [o.rest] : []), ...openDimsIn([result, operand])];
  bindings.wait({ constraint: { kind: 'row-le', result, operand, why }, places });
}

function closedBelow(bindings: Bindings, r: Row, o: Row, why: Why): void {
  const axes = [...r.lead, ...r.trail];
  const end = axes.length - o.trail.length;
  if (end < o.lead.length) throw rankMismatch(r, o, why);
  pairBelow(bindings, axes.slice(end), o.trail, why);
  const left = axes.slice(0, end);
  if (o.rest && end > o.lead.length) {
    waitBelow(bindings, closedRow(left), inside(o, 0, o.trail.length), [o.rest], why);
  } else {
    pairBelow(bindings, left, o.lead, why);
    if (o.rest) bindings.bindRow(o.rest, closedRow([]));
  }
}

function waitBelow(
  bindings: Bindings,
  result: Row,
  operand: Row,
  places: readonly RowVar[],
  why: Why,
): void {
  bindings.wait({ constraint: { kind: 'row-le', result, operand, why }, places });
}

/** Gives an open row axes of unknown size. */
function extend(bindings: Bindings, rest: RowVar, lead: number, trail: number, why: Why): void {
  const grown = rest.grown + lead + trail;
  if (grown > mostAxes) throw endlessRow(why);
  const fresh = (length: number): DimVar[] => Array.from({ length }, () => dimVar());
  const inner = rowVar(undefined, grown);
  bindings.bindRow(rest, { lead: fresh(lead), rest: inner, trail: fresh(trail) });
}

function pairEqual(
  bindings: Bindings,
  left: readonly Dim[],
  right: readonly Dim[],
  why: Why,
): void {
  left.forEach((a, i) => {
    const b = right[i];
    if (b) bindings.queue({ kind: 'dim-eq', a, b, why });
  });
}

function pairBelow(
  bindings: Bindings,
  results: readonly Dim[],
  operands: readonly Dim[],
  why: Why,
): void {
  operands.forEach((operand, i) => {
    const result = results[i];
    if (result) bindings.queue({ kind: 'dim-le', result, operand, why });
  });
}

function inside({ lead, rest, trail }: Row, fromLead: number, fromTrail: number): Row {
  return { lead: lead.slice(fromLead), rest, trail: trail.slice(0, trail.length - fromTrail) };
}

function lastOf(dims: readonly Dim[], count: number): readonly Dim[] {
  return dims.slice(dims.length - count);
}
