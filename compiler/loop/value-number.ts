import { unreachable } from '../support/errors.ts';
import { printIndex } from '../core/index-expr.ts';
import { type Expr, isComputed } from './ir.ts';
import { printExpr } from './print-expr.ts';
import { children } from './traverse.ts';

/**
 * Gives structurally equal expressions the same number, and only those: the key of a node is its
 * own label and its children's numbers, so it is exact (nothing is hashed away) and one step long.
 * Origins do not count. Numbers mean something only within the `ValueNumbers` that gave them out.
 */
export class ValueNumbers {
  readonly #byKey = new Map<string, number>();
  readonly #byNode = new WeakMap<Expr, number>();

  of(e: Expr): number {
    const known = this.#byNode.get(e);
    if (known !== undefined) return known;
    const parts = children(e).map(child => this.of(child));
    const key = `${labelOf(e)}(${parts.join()})`;
    const number = this.#byKey.get(key) ?? this.#byKey.size;
    this.#byKey.set(key, number);
    this.#byNode.set(e, number);
    return number;
  }
}

function labelOf(e: Expr): string {
  switch (e.kind) {
    case 'const':
    case 'read':
    case 'index':
      return `${printExpr(e)}:${e.dtype}`;
    case 'gather': {
      const index = e.index.map(ix => (isComputed(ix) ? '_' : printIndex(ix)));
      return `${e.node.name}[${index.join()}]:${e.dtype}`;
    }
    case 'cast':
      return e.dtype;
    case 'apply':
      return e.op;
    default:
      return unreachable(e);
  }
}
