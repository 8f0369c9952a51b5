/** The code that propagates a tensor's gradient to everything it was computed from. */
import { access, assign, mapCode, sequence } from '../../compiler/index.ts';
import { Solver } from '../shape/solve.ts';
import { cellOf } from './apply.ts';
import { contributionsOf } from './contributions.ts';
import { backThrough } from './derived.ts';
import { forwardCodeOf, takesCode } from './forward.ts';
import { OpenProjections } from './open-projections.ts';
import { resultsOf } from './scan-derivative.ts';
import { standIn } from './scan.ts';
import type { ArrayRef, OpenAssign, OpenCode, Tensor } from './tensor.ts';
import { coneOf } from './cone.ts';

/**
 * In the reverse order of the forward code. The gradient of a computed tensor is set by its first
 * contribution, whatever it held; the gradients of parameters accumulate over runs of this code
 * until they are zeroed; the caller sets that of `root`.
 */
export function backpropOf(root: Tensor): OpenCode {
  return new Backprop(root).code();
}

class Backprop {
  readonly #root: Tensor;
  readonly #cone: readonly Tensor[];
  readonly #begun = new Set<ArrayRef>();

  constructor(root: Tensor) {
    this.#root = root;
    this.#cone = root.cone();
  }

  code(): OpenCode {
    return sequence(this.#cone.toReversed().flatMap(t => this.#passedOn(t)));
  }

  #passedOn(tensor: Tensor): readonly OpenCode[] {
    if (tensor.source.kind === 'scan') return this.#passedThrough(tensor);
    // Some of them have received no gradient, such as the condition of `where`.
    if (tensor.requiresGrad && !this.#hasGradient(tensor)) return [];
    return contributionsOf(tensor, ownGradient).map(a => this.#contribution(a));
  }

  #hasGradient(tensor: Tensor): boolean {
    return tensor === this.#root || (tensor.requiresGrad && this.#begun.has(tensor.grad));
  }

  #contribution(a: OpenAssign): OpenAssign {
    const { node } = a.target;
    const { kind } = node.tensor.source;
    const starts = (kind === 'computed' || kind === 'scanned') && !this.#begun.has(node);
    this.#begun.add(node);
    return starts ? { ...a, reset: true } : a;
  }

  /** The backward scan is made of tensors; it reads gradients, and adds to them, where they are stored. */
  #passedThrough(run: Tensor): readonly OpenCode[] {
    const incoming = new Map<Tensor, Tensor>();
    const held = new Map<ArrayRef, ArrayRef>();
    for (const result of resultsOf(run).filter(t => this.#hasGradient(t))) {
      const gradient = standIn(`grad_${result.label ?? result.hint}`, result, run);
      incoming.set(result, gradient);
      held.set(gradient.value, result.grad);
    }
    if (incoming.size === 0) return [];
    const wanted = new Set(run.operands.filter(t => t.requiresGrad));
    const back = Solver.transaction(solver => backThrough(run, incoming, wanted, solver));
    const known = new Set(this.#cone);
    const due = coneOf(
      back.map(({ derivative }) => derivative),
      known,
    ).filter(t => takesCode(t) && !known.has(t));
    const code = sequence([
      ...due.map(forwardCodeOf),
      ...back.map(({ of, derivative }) => this.#contribution(addedTo(of, derivative))),
    ]);
    return [
      mapCode(
        code,
        array => held.get(array) ?? array,
        projections => projections,
      ),
    ];
  }
}

/** `of.grad =+ gradient` */
function addedTo(of: Tensor, gradient: Tensor): OpenAssign {
  const { label: text, span, shape, origins } = of;
  const use = { operator: 'scan', span, operands: [], result: { span, text, shape } };
  const projections = new OpenProjections({ kind: 'pointwise' }, [shape, gradient.shape], use);
  return assign(access(of.grad, 0), { op: 'add' }, cellOf(gradient, 1), projections, origins);
}

function ownGradient(tensor: Tensor): ArrayRef | undefined {
  return tensor.requiresGrad ? tensor.grad : undefined;
}
