/** Reorders statements so that chosen ones, the members, become adjacent. */
import { areInConflict, footprintOf, GrowingFootprint } from '../loop/footprint.ts';
import type { Stmt } from '../loop/ir.ts';

export interface Order {
  readonly before: readonly Stmt[];
  readonly members: readonly Stmt[];
  readonly after: readonly Stmt[];
}

/**
 * Statements between the members move before them, or after them if they depend on a member; undefined if a member
 * in turn depends on one of those.
 */
export function broughtTogether(
  statements: readonly Stmt[],
  all: readonly Stmt[],
): Order | undefined {
  const group = new Set(all);
  const before: Stmt[] = [];
  const [members, after] = [new Passed(), new Passed()];
  for (const s of statements) {
    if (members.all.length === group.size) {
      after.all.push(s);
      continue;
    }
    const isMember = group.has(s);
    const mustWait = after.meets(s) || (!isMember && members.meets(s));
    if (isMember && mustWait) return undefined;
    if (isMember) members.add(s);
    else if (mustWait) after.add(s);
    else before.push(s);
  }
  return { before, members: members.all, after: after.all };
}

/** The same with the members as early as possible: statements between them move after them if they can. */
export function broughtTogetherEarly(
  statements: readonly Stmt[],
  all: readonly Stmt[],
): Order | undefined {
  const order = broughtTogether(statements.toReversed(), all);
  return (
    order && {
      before: order.after.toReversed(),
      members: order.members.toReversed(),
      after: order.before.toReversed(),
    }
  );
}

/** Statements that others may have to pass, with the union of their footprints, as there may be hundreds. */
class Passed {
  readonly all: Stmt[] = [];
  readonly #footprint = new GrowingFootprint();

  add(s: Stmt): void {
    this.all.push(s);
    this.#footprint.add(s);
  }

  /** Whether one stores what the other uses. */
  meets(s: Stmt): boolean {
    return this.all.length > 0 && areInConflict(this.#footprint, footprintOf(s));
  }
}
