/** What reverse and forward mode of scans share. Derivatives of scans are scans too. */
import type { Solver } from '../shape/solve.ts';
import { type Derivation, sumLike } from './like.ts';
import { standIn } from './scan.ts';
import type { Scan, ScanSlice, Tensor } from './tensor.ts';

/** A tensor and its gradient or tangent, in one shape. One tensor may have several, which add up. */
export interface Derivative {
  readonly of: Tensor;
  readonly derivative: Tensor;
}

/** The derivatives of the tensors of a step, in their shapes; undefined where there is none. */
export type DerivativeOf = (t: Tensor) => Tensor | undefined;

export function scanOf({ source }: Tensor): Scan {
  if (source.kind === 'scan') return source.scan;
  throw new TypeError('not a scan');
}

/** Every tensor that the iterations of a scan write. */
export function resultsOf(run: Tensor): readonly Tensor[] {
  const { carries, stacks, sums } = scanOf(run);
  const results = [...carries.map(c => c.saved), ...stacks, ...sums];
  return [...carries.map(c => c.last), ...results.map(r => r.whole)];
}

/**
 * What varies with some operands of a scan: the operands that the step reads itself, and everything
 * in the step that depends on one. A carry varies if, in any iteration, its next value does.
 */
export function movingIn(
  { carries, slices, closed, inner }: Scan,
  operands: ReadonlySet<Tensor>,
): ReadonlySet<Tensor> {
  const moving = new Set([
    ...carries.filter(c => operands.has(c.start)).map(c => c.place),
    ...slices.filter(s => operands.has(s.whole)).map(s => s.place),
    ...closed.filter(t => operands.has(t)),
  ]);
  for (let before = -1; before < moving.size;) {
    before = moving.size;
    inner.filter(t => t.changesWith(o => moving.has(o))).forEach(t => moving.add(t));
    carries.filter(c => moving.has(c.next)).forEach(c => moving.add(c.place));
  }
  return moving;
}

/** Placeholders in the step of a derivative scan, beside those of the scan itself. */
export class Additions {
  readonly slices: ScanSlice[] = [];
  readonly #run: Tensor;
  readonly #kind: Derivation['kind'];

  constructor(run: Tensor, { kind }: Derivation) {
    this.#run = run;
    this.#kind = kind;
  }

  /** Stands for the derivative of `of` in one iteration. */
  place(of: Tensor): Tensor {
    return standIn(`${this.#kind}_${of.label ?? of.hint}`, of, this.#run);
  }

  /** One iteration's part of the derivative of a stacked result. */
  slice(of: Tensor, whole: Tensor): Tensor {
    if (whole.source.kind === 'constant') return whole;
    const place = this.place(of);
    this.slices.push({ place, whole });
    return place;
  }
}

/** Zero if there is none. */
export function inShape(like: Tensor, derivative: Tensor | undefined, by: Derivation): Tensor {
  if (derivative && derivative.source.kind !== 'constant') return derivative;
  return sumLike(like, derivative ? [derivative] : [], by);
}

export interface Through<Derive> {
  readonly solver: Solver;
  /** Differentiates the step. */
  readonly derive: Derive;
}
