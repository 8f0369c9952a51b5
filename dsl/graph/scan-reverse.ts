/**
 * Reverse mode through a scan: runs the iterations from the last to the first. Its carry is the
 * gradient of the carry; its step recomputes the iteration, from the carry saved before it,
 * and then computes the iteration's gradients. Gradients of outside tensors that the step reads accumulate over the iterations.
 */
import { makeScan, type ResultParts } from './scan.ts';
import {
  Additions,
  type Derivative,
  type DerivativeOf,
  inShape,
  movingIn,
  scanOf,
  type Through,
} from './scan-derivative.ts';
import type { ScanCarry, ScanResult, Tensor } from './tensor.ts';

/** The gradients of tensors that count as inputs, however they are computed. */
export type GradientsOf = (
  seeds: readonly Derivative[],
  given: ReadonlySet<Tensor>,
) => DerivativeOf;

/** From the gradients of its results to the contributions to those of `wanted`, which are among its operands. */
export function backScan(
  run: Tensor,
  incoming: ReadonlyMap<Tensor, Tensor>,
  wanted: ReadonlySet<Tensor>,
  { solver, derive }: Through<GradientsOf>,
): readonly Derivative[] {
  const scan = scanOf(run);
  const by = { kind: 'grad', solver } as const;
  const added = new Additions(run, by);
  const moving = movingIn(scan, wanted);
  const carries = scan.carries
    .filter(c => moving.has(c.place))
    .map(carry => ({ carry, place: added.place(carry.place) }));
  const slices = scan.slices.filter(s => moving.has(s.place));
  const closed = scan.closed.filter(t => moving.has(t));

  const gradientOf = derive(
    [
      ...carries.map(({ carry, place }) => ({ of: carry.next, derivative: place })),
      ...seedsOf([...scan.carries.map(c => c.saved), ...scan.stacks], (t, g) => added.slice(t, g)),
      ...seedsOf(scan.sums, (_, gradient) => gradient),
    ],
    new Set([...[...carries.map(c => c.carry), ...slices].map(s => s.place), ...closed]),
  );
  const stacks = slices.flatMap(({ place, whole }) => gradientAt(place, whole));
  const sums = closed.flatMap(t => gradientAt(t, t));
  const back = makeScan({
    turns: { ...scan.turns, reverse: !scan.turns.reverse },
    carries: carries.map(({ carry, place }) => ({
      place,
      start: inShape(place, incoming.get(carry.last), by),
      next: inShape(place, gradientOf(carry.place), by),
      isResult: wanted.has(carry.start),
    })),
    slices: [...scan.slices, ...scan.carries.map(savedSlice), ...added.slices],
    stacks,
    sums,
  });
  const begun = carries.flatMap(({ carry, place }) => {
    const last = back.carries.find(c => c.place === place)?.last;
    return last && wanted.has(carry.start) ? [{ of: carry.start, derivative: last }] : [];
  });
  return [...begun, ...beside(stacks, back.stacks), ...beside(sums, back.sums)];

  function seedsOf(
    results: readonly ScanResult[],
    inTurn: (each: Tensor, gradient: Tensor) => Tensor,
  ): readonly Derivative[] {
    return results.flatMap(({ each, whole }) => {
      const gradient = moving.has(each) ? incoming.get(whole) : undefined;
      return gradient ? [{ of: each, derivative: inTurn(each, gradient) }] : [];
    });
  }

  function gradientAt(place: Tensor, of: Tensor): readonly GradientParts[] {
    const each = gradientOf(place);
    return each ? [{ each, hint: `grad_${of.label ?? of.hint}`, of }] : [];
  }
}

interface GradientParts extends ResultParts {
  readonly of: Tensor;
}

function beside(
  parts: readonly GradientParts[],
  results: readonly ScanResult[],
): readonly Derivative[] {
  return parts.flatMap(({ of }, i) => {
    const result = results[i];
    return result ? [{ of, derivative: result.whole }] : [];
  });
}

/** The carry of each iteration, which is now a slice like any other. */
function savedSlice({ place, saved }: ScanCarry): { place: Tensor; whole: Tensor } {
  return { place, whole: saved.whole };
}
