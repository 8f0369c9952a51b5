/** Parts of the expressions of a nest, each stored before it by a nest of its own. */
import { at } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { declaredIn, isLeaf, loopsNamedIn, usedIn, writtenIn } from '../loop/facts.ts';
import {
  block,
  declare,
  type Expr,
  type For,
  forLoops,
  read,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { children, mapChildren, mapParts, visitExpr, visitStmts } from '../loop/traverse.ts';
import { withFreshLoops } from './again.ts';
import { argumentsIn } from './together.ts';

/** As many parts as it takes for each nest to have so many arguments; the statement itself where nothing helps. */
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
  // A part is stored somewhere, too.
  return most < 3 ? whole : new Cut({ own, loops, most: most - 1 }, names).of(whole);
}

interface Around {
  /** What a part may not read. */
  readonly own: ReadonlySet<TensorNode>;
  readonly loops: readonly For[];
  /** Arrays of a part. */
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

  /** Reads as few arrays as a part may have, if the largest of what it is made of can be stored first. */
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
