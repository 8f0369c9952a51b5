/**
 * When arrays are live, as ranges of moments. Arrays whose ranges do not overlap may share memory.
 *
 *     for i < 9 { a[i] := x[i]; }            0        a: 0 to 1
 *     for i < 9 { b[i] := a[i] + 1; }        1        b: 1 to 2
 *     for i < 9 { x[i] := b[i]; }            2        a and b meet at 1
 *
 * A moment is one statement that stores, for all turns of the loops around it. What one turn leaves for the next is live
 * during the whole loop: an array is live in just a part of a loop only if each turn stores all of its cells before
 * anything else. Turns that run at the same time, as in parallel loops, are one moment. Without proof, an array lives
 * longer.
 */
import { coverageOf } from '../core/index-cover.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { loopsAlong, type Site, sitesUnder, usedIn } from './facts.ts';
import { type For, type Leaf, type Program, runsAtOnce, statementsOf, type Stmt } from './ir.ts';

/** From the first moment that stores to an array or reads it to the last, both inclusive. */
export interface LiveRange {
  readonly first: number;
  readonly last: number;
}

/** The live ranges of the scratch arrays that a program uses; those of other arrays may be included, but are not precise. */
export function liveRanges({ body, scratch }: Program): ReadonlyMap<TensorNode, LiveRange> {
  const once = usedOnce(statementsOf(body));
  const inLoops = scratch.map(({ node }) => node).filter(node => once.has(node));
  return new Liveness(new Set(inLoops)).usesIn(body);
}

export function areLiveAtOnce(a: LiveRange, b: LiveRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** The arrays that one of the statements has for itself. */
function usedOnce(statements: readonly Stmt[]): ReadonlySet<TensorNode> {
  const users = new Map<TensorNode, number>();
  for (const node of statements.flatMap(s => [...usedIn(s)])) {
    users.set(node, (users.get(node) ?? 0) + 1);
  }
  return new Set([...users.keys()].filter(node => users.get(node) === 1));
}

interface Use extends LiveRange {
  /** Begins by storing all cells: what the array held before is lost. */
  readonly isAnew: boolean;
}

type Uses = ReadonlyMap<TensorNode, Use>;

class Liveness {
  /** Others are needed around the loops that use them anyway: how those begin does not matter. */
  readonly #inLoops: ReadonlySet<TensorNode>;
  #now = 0;

  constructor(inLoops: ReadonlySet<TensorNode>) {
    this.#inLoops = inLoops;
  }

  usesIn(s: Stmt): Uses {
    switch (s.kind) {
      case 'comment':
      case 'declare':
      case 'prefetch':
        return new Map();
      case 'block':
        return inOrder(s.body.map(child => this.usesIn(child)));
      case 'when':
        return this.usesIn(s.body);
      case 'for':
        return this.#begun(this.#loop(s), s);
      case 'fill':
      case 'write':
      case 'accumulate':
      case 'scatter':
        return this.#begun(this.#leaf(s), s);
    }
  }

  #leaf(leaf: Leaf): Uses {
    const now = this.#now++;
    return new Map([...usedIn(leaf)].map(node => [node, { first: now, last: now, isAnew: false }]));
  }

  #loop(loop: For): Uses {
    const { extent, body } = loop;
    if (extent === 0) return new Map();
    const first = this.#now;
    const uses = this.usesIn(body);
    const isOneMoment = runsAtOnce(loop);
    if (isOneMoment) this.#now = first + 1;
    const whole = { first, last: this.#now - 1, isAnew: false };
    return mapUses(uses, use => (use.isAnew && !isOneMoment ? use : whole));
  }

  /** Marks the arrays of which a statement as a whole stores every cell and reads none. */
  #begun(uses: Uses, s: Stmt): Uses {
    if (![...uses.keys()].some(node => this.#inLoops.has(node))) return uses;
    const sites = sitesUnder(s);
    const read = new Set(sites.filter(site => !isPlainStore(site)).map(site => site.node));
    const stored = new Set(sites.filter(storesAll).map(site => site.node));
    return mapUses(uses, (use, node) =>
      stored.has(node) && !read.has(node) ? { ...use, isAnew: true } : use,
    );
  }
}

/** Uses in sequence, which begin like the first. */
function inOrder(parts: readonly Uses[]): Uses {
  const uses = new Map<TensorNode, Use>();
  for (const part of parts) {
    for (const [node, use] of part) {
      const before = uses.get(node);
      uses.set(node, before ? { ...before, last: use.last } : use);
    }
  }
  return uses;
}

function isPlainStore({ kind }: Site): boolean {
  return kind === 'write' || kind === 'fill';
}

function storesAll({ node, kind, index, path }: Site): boolean {
  const loops = loopsAlong(path);
  if (path.some(step => typeof step !== 'number' && step.kind === 'when')) return false;
  if (kind === 'fill') return loops.every(loop => loop.extent > 0);
  return kind === 'write' && coverageOf(index ?? [], node.dims, loops) !== undefined;
}

function mapUses(uses: Uses, change: (use: Use, node: TensorNode) => Use): Uses {
  return new Map([...uses].map(([node, use]) => [node, change(use, node)]));
}
