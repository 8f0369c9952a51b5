/** Loops around one block whose turns may run in any order. */
import type { LoopVar } from '../core/index-expr.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { isIndependent } from '../loop/independent.ts';
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';

export interface Nest {
  /** Outermost first; each holds nothing but the next. */
  readonly loops: readonly For[];
  /** What the innermost one holds. */
  readonly body: readonly Stmt[];
}

/** The nest that a loop is the outermost of; undefined when its own turns need each other. */
export function nestAt(outermost: For): Nest | undefined {
  const loops: For[] = [];
  let inner: Stmt = outermost;
  while (inner.kind === 'for' && inner.mode === 'serial' && isIndependent(inner)) {
    loops.push(inner);
    inner = inner.body;
  }
  return loops.length === 0 ? undefined : { loops, body: statementsOf(inner) };
}

export function sitesOf({ body }: Nest): readonly Site[] {
  return body.flatMap(s => sitesUnder(s));
}

export function loopNamed({ loops }: Nest, loop: LoopVar): For | undefined {
  return loops.find(l => l.loop === loop);
}
