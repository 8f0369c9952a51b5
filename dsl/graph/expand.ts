/** From code as it was put together to the assignments a routine runs. */
import { assign, type Code, scalarConst, sequence, unreachable } from '../../compiler/index.ts';
import { forwardOf } from './apply.ts';
import { backpropOf } from './backprop.ts';
import { type CodeTree, visitTree } from './code-tree.ts';
import { type Changing, withoutDependents } from './depends-on.ts';
import { OpenProjections } from './open-projections.ts';
import type { ArrayRef, OpenAssign, Tensor } from './tensor.ts';

export type OpenCode = Code<ArrayRef, OpenProjections>;

export function expand(tree: CodeTree): OpenCode {
  return new Expansion().expand(tree);
}

/**
 * Knows which tensors hold their values at each point, so that forward code runs where a value is
 * first needed, and again only after something it depends on has been assigned.
 */
class Expansion {
  #current: ReadonlySet<Tensor> = new Set();

  expand(tree: CodeTree): OpenCode {
    switch (tree.kind) {
      case 'sequence':
        return sequence(tree.body.map(child => this.expand(child)));
      case 'section':
        return { kind: 'section', title: tree.title, body: this.expand(tree.body) };
      case 'repeat':
        return this.#repeat(tree);
      case 'assign': {
        const code = [...tree.needs.flatMap(t => this.#forward(t)), tree.assign];
        const { node } = tree.assign.target;
        if (node.part === 'value') this.#forget(new Set([node.tensor]));
        return sequence(code);
      }
      case 'forward':
        return sequence(this.#forward(tree.tensor));
      case 'backprop':
        return sequence(backpropOf(tree.tensor));
      case 'zero-grads':
        return sequence(zeroGradsOf(tree.tensor));
      default:
        return unreachable(tree);
    }
  }

  #forward(root: Tensor): readonly OpenAssign[] {
    const due = root.cone().filter(t => t.source.kind === 'computed' && !this.#current.has(t));
    this.#current = new Set([...this.#current, ...due]);
    return due.flatMap(forwardOf);
  }

  /** In the body nothing counts as computed that an earlier turn of the loop may have changed. */
  #repeat(tree: CodeTree & { readonly kind: 'repeat' }): OpenCode {
    const changed = new Set<Changing>([tree.symbol]);
    visitTree(tree.body, t => {
      if (t.kind === 'assign') changed.add(t.assign.target.node.tensor);
    });
    this.#forget(changed);
    const before = this.#current;
    const body = this.expand(tree.body);
    this.#current = before;
    return { kind: 'repeat', symbol: tree.symbol, body };
  }

  #forget(changed: ReadonlySet<Changing>): void {
    this.#current = withoutDependents(this.#current, changed);
  }
}

/** Only gradients of parameters accumulate from run to run, so only they need zeroing. */
function zeroGradsOf(root: Tensor): readonly OpenAssign[] {
  return Object.values(root.params).map(({ grad, label, shape, span, origins }) => {
    const use = {
      operator: 'zero_grads',
      span,
      operands: [],
      result: { span, text: label, shape },
    };
    const projections = new OpenProjections({ kind: 'pointwise' }, [shape], use);
    const target = { kind: 'access' as const, node: grad, slot: 0 };
    return assign(target, { op: 'set' }, scalarConst(0), projections, origins);
  });
}
