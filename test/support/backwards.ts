/** A program whose threads run in another order than they are written in. */
import { at } from '../../compiler/core/index-expr.ts';
import {
  block,
  forLoop,
  type Program,
  runsAtOnce,
  type Stmt,
  statementsOf,
} from '../../compiler/loop/ir.ts';
import { rewriteStmts, substituteLoopsIn } from '../../compiler/loop/traverse.ts';

/** With the turns of all loops that run at once, and the kernels of a launch, from the last to the first. */
export function backwards(program: Program): Program {
  const body = rewriteStmts(program.body, (s): Stmt | undefined => {
    if (s.kind !== 'for' || !runsAtOnce(s)) return undefined;
    if (s.mode === 'launch') {
      return forLoop(s.loop, s.extent, block(statementsOf(s.body).toReversed()), s.mode);
    }
    const reversed = new Map([[s.loop, at(s.loop, -1, s.extent - 1)]]);
    return forLoop(s.loop, s.extent, substituteLoopsIn(s.body, reversed), s.mode);
  });
  return { ...program, body };
}
