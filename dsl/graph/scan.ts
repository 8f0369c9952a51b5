/** Scans: a step executed once for each index of an axis, as a tensor to which its results belong. */
import { openDType } from '../dtype/dtype-var.ts';
import { scalarShape, type Shape } from '../shape/row.ts';
import { stacked, type Turns } from '../shape/turns.ts';
import { coneOf } from './cone.ts';
import { type Scan, type ScanCarry, type ScanResult, type ScanSlice, Tensor } from './tensor.ts';

/** The parts of a scan. The step has been called, and is expressed in terms of placeholders. */
export interface ScanParts {
  readonly turns: Turns;
  readonly carries: readonly CarryParts[];
  readonly slices: readonly ScanSlice[];
  readonly stacks: readonly ResultParts[];
  readonly sums: readonly ResultParts[];
}

export interface CarryParts extends Pick<ScanCarry, 'place' | 'start' | 'next'> {
  /** The final carry itself is requested, not only what the other results need of it. */
  readonly isResult: boolean;
}

export interface ResultParts {
  readonly each: Tensor;
  readonly label?: string | undefined;
  readonly hint: string;
}

/** A placeholder for the carry or a slice while the step is built. */
export function standIn(
  hint: string,
  { shape, dtypeVar }: Pick<Tensor, 'shape' | 'dtypeVar'>,
  { origins }: Pick<Tensor, 'origins'>,
): Tensor {
  const source = { kind: 'stand-in' } as const;
  return new Tensor({ label: undefined, hint, shape, dtype: dtypeVar, source, origins });
}

/** Removes the carries and slices that no requested result depends on. */
export function makeScan(parts: ScanParts): Scan {
  const { turns } = parts;
  const carries = neededCarries(parts);
  const roots = [...rootsOf(parts), ...carries.map(c => c.next)];
  const cone = coneOf(roots);
  const slices = parts.slices.filter(s => cone.includes(s.place));
  const inner = innerOf(cone, [...carries, ...slices]);
  const isInner = new Set([...inner, ...[...carries, ...slices].map(c => c.place)]);
  const read = [...roots, ...inner.flatMap(t => t.operands)];
  const closed = [...new Set(read.filter(t => !isInner.has(t)))];
  const outside = [...carries.map(c => c.start), ...slices.map(s => s.whole), ...closed];
  const results = {
    carries: [] as ScanCarry[],
    stacks: [] as ScanResult[],
    sums: [] as ScanResult[],
  };
  const scan: Scan = { turns, ...results, slices, inner, closed, operands: [...new Set(outside)] };
  const run = runOf(scan);
  results.carries.push(...carries.map(c => carryOf(c, run, turns)));
  results.stacks.push(...parts.stacks.map(s => resultOf(s, run, stacked(s.each.shape, turns))));
  results.sums.push(...parts.sums.map(s => resultOf(s, run, s.each.shape)));
  return scan;
}

function rootsOf({ carries, stacks, sums }: ScanParts): readonly Tensor[] {
  const asked = carries.filter(c => c.isResult);
  return [...stacks.map(s => s.each), ...sums.map(s => s.each), ...asked.map(c => c.next)];
}

/** One carry may need another only to compute its own next value. */
function neededCarries(parts: ScanParts): readonly CarryParts[] {
  let needed = parts.carries.filter(c => c.isResult);
  for (;;) {
    const cone = new Set(coneOf([...rootsOf(parts), ...needed.map(c => c.next)]));
    const more = parts.carries.filter(c => c.isResult || cone.has(c.place));
    if (more.length === needed.length) return more;
    needed = more;
  }
}

/** Whatever depends on the carry or a slice differs in each iteration. */
function innerOf(
  cone: readonly Tensor[],
  places: readonly { readonly place: Tensor }[],
): readonly Tensor[] {
  const changing = new Set(places.map(({ place }) => place));
  return cone.filter(t => {
    const isInner = !changing.has(t) && t.operands.some(o => changing.has(o));
    if (isInner) changing.add(t);
    return isInner;
  });
}

function runOf(scan: Scan): Tensor {
  const { span } = scan.turns.symbol;
  return new Tensor({
    label: undefined,
    hint: 'scan',
    shape: scalarShape,
    dtype: openDType(),
    source: { kind: 'scan', scan },
    origins: span ? [span] : [],
  });
}

function carryOf({ place, start, next }: CarryParts, run: Tensor, turns: Turns): ScanCarry {
  const { hint, shape } = place;
  const last = resultOf({ each: next, hint: `${hint}_last` }, run, shape).whole;
  const kept = { each: place, hint: `${hint}_saved` };
  const saved = resultOf(kept, run, stacked(shape, turns), true);
  return { place, start, next, last, saved };
}

function resultOf(
  { each, label, hint }: ResultParts,
  run: Tensor,
  shape: Shape,
  isHidden = false,
): ScanResult {
  const source = { kind: 'scanned', run, isHidden } as const;
  const { dtypeVar: dtype } = each;
  return { each, whole: new Tensor({ label, hint, shape, dtype, source, origins: run.origins }) };
}
