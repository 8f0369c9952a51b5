/**
 * Derivatives as tensors: the assignments of reverse and forward mode, each as a tensor of its own.
 * They are ordinary tensors, so they can be differentiated again.
 */
import { tangentOf } from '../../compiler/index.ts';
import type { Solver } from '../shape/solve.ts';
import { forwardOf } from './apply.ts';
import { contributionsOf, infiniteOf, tallyOf } from './contributions.ts';
import { Derivatives } from './derivatives.ts';
import { constantTensor } from './make.ts';
import { type Derivative, resultsOf } from './scan-derivative.ts';
import { type ChangesOf, forwardScan } from './scan-forward.ts';
import { backScan, type GradientsOf } from './scan-reverse.ts';
import type { ArrayRef, Tensor } from './tensor.ts';
import { coneOf } from './cone.ts';

const nothing: ReadonlySet<Tensor> = new Set();

/**
 * The gradients of the sum of the cells of `root`, weighted by `seed`: one tensor for each of
 * `by`, in its shape.
 */
export function gradients(
  root: Tensor,
  by: readonly Tensor[],
  { seed, solver }: { readonly seed?: Tensor | undefined; readonly solver: Solver },
): readonly Tensor[] {
  const derived = new Derivatives({ kind: 'grad', solver });
  derived.start(root, seed ?? constantTensor(1, root.origins));
  passBack(root.cone(), new Set(by), nothing, derived);
  return by.map(tensor => derived.tensorOf(tensor));
}

/** The tangent of `root` (forward mode) when each of `along` changes by the tensor paired with it. */
export function tangent(root: Tensor, along: ReadonlyMap<Tensor, Tensor>, solver: Solver): Tensor {
  const derived = new Derivatives({ kind: 'tangent', solver });
  along.forEach((change, tensor) => derived.start(tensor, change));
  passOn(root.cone(), new Set(along.keys()), derived);
  return derived.tensorOf(root);
}

/** From the gradients of a scan's results to those of its operands. */
export function backThrough(
  run: Tensor,
  incoming: ReadonlyMap<Tensor, Tensor>,
  wanted: ReadonlySet<Tensor>,
  solver: Solver,
): readonly Derivative[] {
  const derive: GradientsOf = (seeds, given) => {
    const derived = new Derivatives({ kind: 'grad', solver });
    seeds.forEach(({ of, derivative }) => derived.add(of, derivative));
    const cone = coneOf(
      seeds.map(seed => seed.of),
      given,
    );
    passBack(cone, given, given, derived);
    return tensor => derived.find(tensor);
  };
  return backScan(run, incoming, wanted, { solver, derive });
}

/** From the gradients of some tensors of a cone to those of `wanted`; not to the dependencies of `given`. */
function passBack(
  cone: readonly Tensor[],
  wanted: ReadonlySet<Tensor>,
  given: ReadonlySet<Tensor>,
  derived: Derivatives,
): void {
  const reaching = dependents(cone, wanted);
  for (const tensor of cone.toReversed()) {
    if (given.has(tensor) || !reaching.has(tensor)) continue;
    if (tensor.source.kind === 'scan') {
      const incoming = derived.known(resultsOf(tensor));
      const operands = new Set(tensor.operands.filter(t => reaching.has(t)));
      const back = backThrough(tensor, incoming, operands, derived.solver);
      back.forEach(({ of, derivative }) => derived.add(of, derivative));
    } else if (derived.isKnown(tensor)) {
      const gradientOf = (t: Tensor): ArrayRef | undefined =>
        reaching.has(t) ? derived.arrayOf(t) : undefined;
      contributionsOf(tensor, gradientOf).forEach(a => derived.assign(a));
    }
  }
}

/** From the tangents of `given` to those of the other tensors of a cone. */
function passOn(cone: readonly Tensor[], given: ReadonlySet<Tensor>, derived: Derivatives): void {
  const moving = dependents(cone, given);
  const ofArray = ({ part, tensor }: ArrayRef): ArrayRef | undefined =>
    part === 'value' && derived.isKnown(tensor) ? derived.arrayOf(tensor) : undefined;
  for (const tensor of cone) {
    if (!moving.has(tensor) || given.has(tensor)) continue;
    if (tensor.source.kind === 'scan') {
      const changes = derived.known(tensor.operands);
      forwardThrough(tensor, changes, derived.solver).forEach(({ of, derivative }) =>
        derived.add(of, derivative),
      );
    }
    for (const a of forwardOf(tensor)) {
      const target = derived.arrayOf(tensor);
      tangentOf(a, target, ofArray, tallyOf, infiniteOf).forEach(change => derived.assign(change));
    }
  }
}

/** The tangents of a scan's results. */
function forwardThrough(
  run: Tensor,
  changes: ReadonlyMap<Tensor, Tensor>,
  solver: Solver,
): readonly Derivative[] {
  const derive: ChangesOf = (roots, along) => {
    const derived = new Derivatives({ kind: 'tangent', solver });
    along.forEach((change, tensor) => derived.add(tensor, change));
    const given = new Set(along.keys());
    passOn(coneOf(roots, given), given, derived);
    return tensor => derived.find(tensor);
  };
  return forwardScan(run, changes, { solver, derive });
}

/** The tensors of a cone that are among `sources` or computed from one. */
function dependents(cone: readonly Tensor[], sources: ReadonlySet<Tensor>): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  for (const tensor of cone) {
    if (sources.has(tensor) || tensor.changesWith(t => found.has(t))) found.add(tensor);
  }
  return found;
}
