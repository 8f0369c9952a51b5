/** Loops whose turns are a few vectors each, as `vectorise` and `partial-sums.ts` leave them. */
import { type For, type Stmt, statementsOf } from '../loop/ir.ts';

/** Whether its turns hold nothing but what is done on vectors. */
export function isOnVectors({ mode, body }: For): boolean {
  return mode === 'serial' && statementsOf(body).every(isVector);
}

/** Whether a statement is a vector loop, or several unrolled ones. */
export function isVector(s: Stmt): boolean {
  if (s.kind === 'declare' || s.kind === 'prefetch') return true;
  if (s.kind !== 'for') return false;
  return s.mode === 'vector' || (s.mode === 'unrolled' && statementsOf(s.body).every(isVector));
}
