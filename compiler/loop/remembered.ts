import type { Stmt } from './ir.ts';

/**
 * Caches a fact about statements. They are immutable, and in a long program each is asked about once for every other
 * one.
 */
export function remembered<Part extends Stmt, Fact>(find: (s: Part) => Fact): (s: Part) => Fact {
  const known = new WeakMap<Part, Fact>();
  return s => {
    const before = known.get(s);
    if (before !== undefined) return before;
    const found = find(s);
    known.set(s, found);
    return found;
  };
}
