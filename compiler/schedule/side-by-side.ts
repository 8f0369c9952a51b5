/** Statements brought next to each other, past what stands between them. */
import type { TensorNode } from '../core/tensor-node.ts';
import type { Stmt } from '../loop/ir.ts';
import { footprintOf } from './neighbours.ts';

export interface Order {
  readonly before: readonly Stmt[];
  readonly members: readonly Stmt[];
  readonly after: readonly Stmt[];
}

/**
 * What stands between the members comes before them, or after where it needs one of them; undefined where
 * a member needs that in turn.
 */
export function sideBySide(statements: readonly Stmt[], all: readonly Stmt[]): Order | undefined {
  const group = new Set(all);
  const before: Stmt[] = [];
  const [members, after] = [new Passed(), new Passed()];
  for (const s of statements) {
    const isMember = group.has(s);
    const isBehind = members.all.length === group.size;
    const mustWait = !isBehind && (after.meets(s) || (!isMember && members.meets(s)));
    if (isMember && mustWait) return undefined;
    if (isMember) members.add(s);
    else if (isBehind || mustWait) after.add(s);
    else before.push(s);
  }
  return { before, members: members.all, after: after.all };
}

/** The same, with what stands between them behind them where it may: they are done as early as can be. */
export function sideBySideEarly(
  statements: readonly Stmt[],
  all: readonly Stmt[],
): Order | undefined {
  const order = sideBySide(statements.toReversed(), all);
  return (
    order && {
      before: order.after.toReversed(),
      members: order.members.toReversed(),
      after: order.before.toReversed(),
    }
  );
}

/** Statements that another one may have to pass, and what all of them use: there may be hundreds. */
class Passed {
  readonly all: Stmt[] = [];
  readonly #stored = new Set<TensorNode>();
  readonly #used = new Set<TensorNode>();

  add(s: Stmt): void {
    const { stored, used } = footprintOf(s);
    this.all.push(s);
    stored.forEach(node => this.#stored.add(node));
    used.forEach(node => this.#used.add(node));
  }

  /** Whether one stores what the other uses. */
  meets(s: Stmt): boolean {
    const { stored, used } = footprintOf(s);
    const [isStored, isUsed] = [this.#stored, this.#used];
    return [...stored].some(node => isUsed.has(node)) || [...used].some(node => isStored.has(node));
  }
}
