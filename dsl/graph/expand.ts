/** Turns composed code into the assignments that a routine runs. */
import { access, assign, scalarConst, sequence, unreachable } from '../../compiler/index.ts';
import { backpropOf } from './backprop.ts';
import { type CodeTree, visitTree } from './code-tree.ts';
import { type Changing, withoutDependents } from './depends-on.ts';
import { forwardCodeOf, takesCode } from './forward.ts';
import { initialise } from './init-params.ts';
import { OpenProjections } from './open-projections.ts';
import { checkInside, withoutUnread } from './scan-code.ts';
import type { OpenAssign, OpenCode, Tensor } from './tensor.ts';

export function expand(tree: CodeTree): OpenCode {
  if (tree.kind === 'stage') return tree.code;
  return withoutUnread(new Expansion().expand(tree));
}

/**
 * Decides where forward code runs: where the code says `.forward`, and before the first use of a
 * value that nothing in the routine has computed. A use never recomputes a value, so
 * `epoch_loss =+ ${loss}` after an update adds the loss that the update was computed from.
 */
class Expansion {
  /** Already computed: a use takes the value as it is. */
  #computed: ReadonlySet<Tensor> = new Set();
  /** The subset that `.forward` need not recompute: nothing they depend on has changed. */
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
        const code = [...tree.needs.flatMap(t => this.#forward(t, this.#computed)), tree.assign];
        const { node } = tree.assign.target;
        if (node.part === 'value') {
          this.#current = withoutDependents(this.#current, new Set([node.tensor]));
        }
        return sequence(code);
      }
      case 'forward':
        return sequence(this.#forward(tree.tensor, this.#current));
      case 'backprop':
        return backpropOf(tree.tensor);
      case 'zero-grads':
        return sequence(zeroGradsOf(tree.tensor));
      case 'init-params':
        return sequence(Object.values(tree.tensor.params).flatMap(p => this.#initialise(p)));
      case 'stage':
        return tree.code;
      default:
        return unreachable(tree);
    }
  }

  #initialise(param: Tensor): readonly OpenCode[] {
    const from = param.source.kind === 'param' ? param.source.from : undefined;
    const code = [...(from ? this.#forward(from, this.#current) : []), initialise(param)];
    this.#current = withoutDependents(this.#current, new Set([param]));
    return code;
  }

  #forward(root: Tensor, done: ReadonlySet<Tensor>): readonly OpenCode[] {
    checkInside(root);
    const due = root.cone().filter(t => takesCode(t) && !done.has(t));
    this.#computed = new Set([...this.#computed, ...due]);
    this.#current = new Set([...this.#current, ...due]);
    return due.map(forwardCodeOf);
  }

  /**
   * An iteration of the loop starts with the changes of the previous one, and with a value of the
   * symbol other than the one that earlier code used.
   */
  #repeat(tree: CodeTree & { readonly kind: 'repeat' }): OpenCode {
    const symbol = new Set<Changing>([tree.symbol]);
    const changed = new Set<Changing>([tree.symbol, ...assignedIn(tree.body)]);
    this.#computed = withoutDependents(this.#computed, symbol);
    this.#current = withoutDependents(this.#current, changed);
    const body = this.expand(tree.body);
    this.#current = withoutDependents(this.#current, symbol);
    return { kind: 'repeat', symbol: tree.symbol, body };
  }
}

function assignedIn(body: CodeTree): readonly Tensor[] {
  const tensors: Tensor[] = [];
  visitTree(body, t => {
    if (t.kind === 'assign') tensors.push(t.assign.target.node.tensor);
    if (t.kind === 'init-params') tensors.push(...Object.values(t.tensor.params));
  });
  return tensors;
}

/** Only gradients of parameters accumulate over runs, so only they need zeroing. */
function zeroGradsOf(root: Tensor): readonly OpenAssign[] {
  return Object.values(root.params).map(({ grad, label, shape, span, origins }) => {
    const use = {
      operator: 'zero_grads',
      span,
      operands: [],
      result: { span, text: label, shape },
    };
    const projections = new OpenProjections({ kind: 'pointwise' }, [shape], use);
    return assign(access(grad, 0), { op: 'set' }, scalarConst(0), projections, origins);
  });
}
