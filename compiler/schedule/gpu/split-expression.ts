/** Splits expressions that read too many arrays: parts of them are stored first, by nests of their own. */
import { at } from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { declaredIn, isLeaf, loopsNamedIn, usedIn, writtenIn } from '../../loop/facts.ts';
import {
  block,
  declare,
  type Expr,
  type For,
  forLoops,
  read,
  type Stmt,
  write,
} from '../../loop/ir.ts';
import { children, mapChildren, mapParts, visitExpr, visitStmts } from '../../loop/traverse.ts';
import { withFreshLoops } from '../clone.ts';
import { argumentsIn } from './launch-group.ts';

/** Splits until each nest has at most `mostArguments`; returns the statement itself if that cannot be done. */
export function withPartsFirst(whole: Stmt, mostArguments: number, names: Names): Stmt {
  const own = new Set([...writtenIn(whole), ...declaredIn(whole)]);
  const [loops, leaves]: [For[], Stmt[]] = [[], []];
  visitStmts(whole, s => {
    if (s.kind === 'for') loops.push(s);
    if (isLeaf(s)) leaves.push(s);
  });
  const arrays = [...usedIn(whole)].filter(node => !own.has(node));
  const others = argumentsIn(whole) - arrays.length;
  const most = Math.floor((mostArguments - others) / leaves.length);
  // The array that a part is stored to is an argument, too.
  return most < 3 ? whole : new Cut({ own, loops, most: most - 1 }, names).of(whole);
}

interface Around {
  /** Arrays that the nest itself stores to or declares: a part computed before it may not read them. */
  readonly own: ReadonlySet<TensorNode>;
  readonly loops: readonly For[];
  /** The most arrays that an expression may read. */
  readonly most: number;
}

class Cut {
  readonly #around: Around;
  readonly #names: Names;
  readonly #stores: Stmt[] = [];
  readonly #done = new Map<Expr, Expr>();

  constructor(around: Around, names: Names) {
    this.#around = around;
    this.#names = names;
  }

  of(whole: Stmt): Stmt {
    const rest = this.#inStmt(whole);
    return this.#stores.length === 0 ? whole : block([...this.#stores, rest]);
  }

  #inStmt(s: Stmt): Stmt {
    return mapParts(s, { expr: e => this.#narrowed(e), stmt: child => this.#inStmt(child) });
  }

  /** The expression with its largest operands stored first, until it reads few enough arrays. */
  #narrowed(e: Expr): Expr {
    const found = this.#done.get(e);
    if (found) return found;
    let narrow = mapChildren(e, child => this.#narrowed(child));
    while (arraysIn(narrow).size > this.#around.most) {
      const largest = children(narrow)
        .filter(child => this.#mayBeStored(child))
        .toSorted((a, b) => arraysIn(b).size - arraysIn(a).size)[0];
      if (!largest) break;
      const stored = this.#stored(largest);
      narrow = mapChildren(narrow, child => (child === largest ? stored : child));
    }
    this.#done.set(e, narrow);
    return narrow;
  }

  #mayBeStored(e: Expr): boolean {
    const arrays = arraysIn(e);
    return arrays.size > 1 && [...arrays].every(node => !this.#around.own.has(node));
  }

  #stored(e: Expr): Expr {
    const named = loopsNamedIn(write(tensorNode('part', e.dtype, []), [], e));
    const loops = this.#around.loops.filter(l => named.has(l.loop));
    const dims = loops.map(l => l.extent);
    const part = tensorNode(this.#names.fresh('part'), e.dtype, dims);
    const index = loops.map(l => at(l.loop));
    const nest = forLoops(loops, write(part, index, e, e.origins));
    this.#stores.push(declare(part), withFreshLoops(nest, this.#names));
    return read(part, index, e.origins);
  }
}

function arraysIn(e: Expr): ReadonlySet<TensorNode> {
  const arrays = new Set<TensorNode>();
  visitExpr(e, part => {
    if (part.kind === 'read' || part.kind === 'gather') arrays.add(part.node);
  });
  return arrays;
}
