/**
 * Forward mode through a scan: the derivative is a scan over the same iterations that carries both the carry and its
 * tangent.
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
import type { Scan, ScanCarry, ScanResult, Tensor } from './tensor.ts';

/** The tangents of some tensors, from those of others. */
export type ChangesOf = (
  roots: readonly Tensor[],
  along: ReadonlyMap<Tensor, Tensor>,
) => DerivativeOf;

/** The tangents of a scan's results, from those of its operands. */
export function forwardScan(
  run: Tensor,
  changes: ReadonlyMap<Tensor, Tensor>,
  { solver, derive }: Through<ChangesOf>,
): readonly Derivative[] {
  const scan = scanOf(run);
  const by = { kind: 'tangent', solver } as const;
  const added = new Additions(run, by);
  const moving = movingIn(scan, new Set(changes.keys()));
  const carries = scan.carries
    .filter(c => moving.has(c.place))
    .map(carry => ({ carry, place: added.place(carry.place) }));
  const stacks = scan.stacks.filter(s => moving.has(s.each));
  const sums = scan.sums.filter(s => moving.has(s.each));

  const changeOf = derive(
    [...carries.map(c => c.carry.next), ...[...stacks, ...sums].map(s => s.each)],
    changesInTurn(scan, carries, changes, added),
  );
  const changeParts = ({ each, whole }: ScanResult): ResultParts => {
    const hint = `tangent_${whole.label ?? whole.hint}`;
    return { each: inShape(each, changeOf(each), by), hint };
  };
  const changing = makeScan({
    turns: scan.turns,
    carries: [
      ...scan.carries.map(carry => ({ ...carry, isResult: false })),
      ...carries.map(({ carry, place }) => ({
        place,
        start: inShape(place, changes.get(carry.start), by),
        next: inShape(place, changeOf(carry.next), by),
        isResult: true,
      })),
    ],
    slices: [...scan.slices, ...added.slices],
    stacks: stacks.map(changeParts),
    sums: sums.map(changeParts),
  });
  return [
    ...carries.flatMap(({ carry, place }) =>
      changesOf(
        carry,
        changing.carries.find(c => c.place === place),
      ),
    ),
    ...beside(stacks, changing.stacks),
    ...beside(sums, changing.sums),
  ];
}

/** A carry that varies, and the placeholder of its tangent in the step. */
interface MovingCarry {
  readonly carry: ScanCarry;
  readonly place: Tensor;
}

/** The inputs of an iteration: the tangents of its carries, its slices, and the outside tensors that it reads. */
function changesInTurn(
  scan: Scan,
  carries: readonly MovingCarry[],
  changes: ReadonlyMap<Tensor, Tensor>,
  added: Additions,
): ReadonlyMap<Tensor, Tensor> {
  return new Map([
    ...carries.map(({ carry, place }) => [carry.place, place] as const),
    ...scan.slices.flatMap(({ place, whole }) => {
      const change = changes.get(whole);
      return change ? [[place, added.slice(place, change)] as const] : [];
    }),
    ...scan.closed.flatMap(t => {
      const change = changes.get(t);
      return change ? [[t, change] as const] : [];
    }),
  ]);
}

function changesOf(
  { last, saved }: ScanCarry,
  change: ScanCarry | undefined,
): readonly Derivative[] {
  if (!change) return [];
  return [
    { of: last, derivative: change.last },
    { of: saved.whole, derivative: change.saved.whole },
  ];
}

function beside(of: readonly ScanResult[], changes: readonly ScanResult[]): readonly Derivative[] {
  return of.flatMap(({ whole }, i) => {
    const change = changes[i];
    return change ? [{ of: whole, derivative: change.whole }] : [];
  });
}
