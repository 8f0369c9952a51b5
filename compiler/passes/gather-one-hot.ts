/**
 * Replaces loops that search an axis for a position by a read or write at that position.
 *
 *   before   for b < 9 { for k < 50 { hot[b, k] := f32(ids[b] == f32(k)); } }
 *            for b < 9 { for d < 4 { for k < 50 { y[b, d] += hot[b, k] * table[k, d]; } } }
 *            for k < 50 { for d < 4 { for b < 9 { g[k, d] += y[b, d] * hot[b, k]; } } }
 *
 *   after    for b < 9 { for d < 4 { y[b, d] += table[at(ids[b]), d]; } }
 *            for d < 4 { for b < 9 { g[at(ids[b]), d] += y[b, d]; } }
 *
 * (`drop-dead` removes what is no longer read.) All terms along `k` have the factor 0 except the one where `k` is the
 * position; if there is none, the sum is 0. That is what a computed subscript means. Sums keep the order of their
 * terms. Not exact if a row that is not selected holds a NaN or an infinity: the product with 0 would make the result
 * NaN, the gather does not. `where(k == id, table[k], 0)` has no such product and is exact. The sign of a sum of zeros
 * may change.
 */
import { asLoop, type Index, type LoopVar, loopsIn } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { groupByNode, type Site, sitesIn, sitesUnder } from '../loop/facts.ts';
import {
  type Accumulate,
  accumulate,
  apply,
  type Expr,
  type For,
  gather,
  isAffine,
  type Program,
  type Read,
  scatter,
  type Stmt,
  type Subscript,
} from '../loop/ir.ts';
import { rewriteStmts, visitExpr } from '../loop/traverse.ts';
import { type Definition, definitionOf } from './inline/definition.ts';
import { staysTheSame } from './inline/hazards.ts';
import { valueAt } from './inline/rewrite.ts';
import type { ArrayDecision, Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

export const gatherOneHot: Pass = {
  name: 'gather-one-hot',
  run: (program, note) => {
    const formulas = new Formulas(program);
    const formulaOf: FormulaOf = r => {
      const definition = formulas.of(r.node);
      return definition && valueAt(definition, r.index);
    };
    const rule = (s: Stmt): Stmt | undefined =>
      s.kind === 'for' ? select(s, formulaOf, note) : undefined;
    return withBody(program, rewriteStmts(program.body, rule));
  },
};

/** The formulas of arrays in which a search may begin: those that compare, or count the turns of a loop. */
class Formulas {
  readonly #sites: ReadonlyMap<TensorNode, readonly Site[]>;
  readonly #known = new Map<TensorNode, Definition | undefined>();

  constructor(program: Program) {
    this.#sites = groupByNode(sitesIn(program));
  }

  of(node: TensorNode): Definition | undefined {
    if (this.#known.has(node)) return this.#known.get(node);
    const definition = unreducedFormula(node, this.#sites);
    const { value } = definition ?? {};
    const formula =
      typeof value === 'object' && this.#isPartOfSearch(value) ? definition : undefined;
    this.#known.set(node, formula);
    return formula;
  }

  #isPartOfSearch(value: Expr): boolean {
    let is = false;
    visitExpr(value, e => {
      is ||= e.kind === 'index' || (e.kind === 'apply' && e.op === 'eq');
      is ||= e.kind === 'read' && this.of(e.node) !== undefined;
    });
    return is;
  }
}

function unreducedFormula(
  node: TensorNode,
  sites: ReadonlyMap<TensorNode, readonly Site[]>,
): Definition | undefined {
  const definition = definitionOf(sites.get(node) ?? []);
  const isPlain = definition && !definition.reduction;
  return isPlain && staysTheSame(definition, n => sites.get(n) ?? []) ? definition : undefined;
}

/** The formula of a cell that could be computed where it is read. */
type FormulaOf = (r: Read) => Expr | undefined;

/** The nest without this loop, when it only looks for a position. */
function select(loop: For, formulaOf: FormulaOf, note: Note | undefined): Stmt | undefined {
  const leaf = onlyLeaf(loop.body);
  if (leaf.kind !== 'accumulate' || leaf.op !== 'add') return undefined;
  const search = new Search(loop, formulaOf);
  const factors = search.factorsOf(leaf.value);
  const found = factors.findIndex(f => search.positionIn(f) !== undefined);
  const position = factors[found] && search.positionIn(factors[found]);
  if (!position || reads(position, leaf)) return undefined;
  const moved = search.moveTo(position, leaf, factors.toSpliced(found, 1));
  if (note && moved) searched(leaf, moved, loop).forEach(note);
  return moved && rewriteStmts(loop.body, s => (s === leaf ? moved : undefined));
}

/** About the arrays that were only asked where they are not 0. */
function searched(leaf: Accumulate, moved: Stmt, { loop, extent }: For): readonly ArrayDecision[] {
  const reads = (s: Stmt): readonly TensorNode[] =>
    sitesUnder(s).flatMap(site => (site.kind === 'read' ? [site.node] : []));
  const left = new Set(reads(moved));
  const because = `of its ${extent} cells along ${loop} one is not 0`;
  return [...new Set(reads(leaf))]
    .filter(node => !left.has(node))
    .map(node => ({ about: 'array', node, fate: 'searched', because, readers: [leaf.node] }));
}

/** The only statement of a nest. */
function onlyLeaf(s: Stmt): Stmt {
  return s.kind === 'for' ? onlyLeaf(s.body) : s;
}

function reads(e: Expr, { node }: Accumulate): boolean {
  let found = false;
  visitExpr(e, part => {
    if ((part.kind === 'read' || part.kind === 'gather') && part.node === node) found = true;
  });
  return found;
}

/** Up to here f32 represents all integers. */
const mostCounted = 2 ** 24;

class Search {
  readonly #loop: LoopVar;
  readonly #extent: number;
  readonly #formulaOf: FormulaOf;

  constructor({ loop, extent }: For, formulaOf: FormulaOf) {
    this.#loop = loop;
    this.#extent = extent;
    this.#formulaOf = formulaOf;
  }

  /** The factors of a product, or of a choice between a product and 0; also those of an array if one of them is a search. */
  factorsOf(e: Expr): readonly Expr[] {
    if (e.kind === 'apply' && e.op === 'mul') return e.args.flatMap(a => this.factorsOf(a));
    if (e.kind === 'apply' && e.op === 'where') {
      const [condition, chosen, other] = e.args;
      if (condition && chosen && isZero(other)) return [condition, ...this.factorsOf(chosen)];
    }
    const formula = e.kind === 'read' ? this.#formulaOf(e) : undefined;
    const inner = formula ? this.factorsOf(formula) : [];
    return inner.some(f => this.positionIn(f) !== undefined) ? inner : [e];
  }

  /** The number that the loop is compared with, if that is what `e` does. */
  positionIn(e: Expr): Expr | undefined {
    if (e.kind === 'cast') return this.positionIn(e.value);
    if (e.kind === 'read') {
      const formula = this.#formulaOf(e);
      return formula && this.positionIn(formula);
    }
    if (e.kind !== 'apply' || e.op !== 'eq') return undefined;
    const [a, b] = e.args;
    if (!a || !b) return undefined;
    if (this.#isLoop(a) && !this.#isIn(b)) return b;
    return this.#isLoop(b) && !this.#isIn(a) ? a : undefined;
  }

  /** The statement with the position in the place of the loop; undefined where it cannot stand. */
  moveTo(position: Expr, leaf: Accumulate, factors: readonly Expr[]): Stmt | undefined {
    const target = this.#subscripts(leaf, position);
    const moved = factors.map(f => this.#factor(f, position));
    const known = moved.filter(f => f !== undefined);
    const [first, ...others] = known;
    if (!target || !first || known.length < moved.length) return undefined;
    const value = others.reduce((p, f) => apply('mul', [p, f], leaf.origins), first);
    if (!isAffine(target)) return scatter('add', leaf.node, target, value, leaf.origins);
    // Without such a position the value must be 0.
    const isGathered = moved.some((f, i) => f !== factors[i]);
    return isGathered ? accumulate('add', leaf.node, target, value, leaf.origins) : undefined;
  }

  #factor(f: Expr, position: Expr): Expr | undefined {
    if (!this.#isIn(f)) return f;
    const index = f.kind === 'read' ? this.#subscripts(f, position) : undefined;
    return f.kind === 'read' && index ? gather(f.node, index, f.origins) : undefined;
  }

  /** The loop has to stand alone, along the whole of an axis. */
  #subscripts(
    { node, index }: Pick<Read, 'node' | 'index'>,
    position: Expr,
  ): readonly Subscript[] | undefined {
    const moved = index.map((ix, axis) => {
      if (!this.#isAlong(ix)) return ix;
      return asLoop(ix) === this.#loop && node.dims[axis] === this.#extent ? position : undefined;
    });
    return moved.every(ix => ix !== undefined) ? moved : undefined;
  }

  #isLoop(e: Expr): boolean {
    if (e.kind === 'cast') return e.dtype !== 'bool' && this.#isLoop(e.value);
    if (e.kind === 'read') {
      const formula = this.#formulaOf(e);
      return formula !== undefined && this.#isLoop(formula);
    }
    return e.kind === 'index' && asLoop(e.index) === this.#loop && this.#extent <= mostCounted;
  }

  #isAlong(ix: Index): boolean {
    return loopsIn(ix).includes(this.#loop);
  }

  #isIn(e: Expr): boolean {
    let found = false;
    visitExpr(e, part => {
      const index = part.kind === 'index' ? [part.index] : 'index' in part ? part.index : [];
      if (index.some(ix => !('kind' in ix) && this.#isAlong(ix))) found = true;
    });
    return found;
  }
}

function isZero(e: Expr | undefined): boolean {
  return e?.kind === 'const' && e.value === 0;
}
