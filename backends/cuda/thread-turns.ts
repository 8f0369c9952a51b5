/** How the threads of a block share the turns of loops: one each, the first threads alone, or several each. */
import { loopVar, type Writer } from '../../compiler/index.ts';
import type { ExprEmitter } from '../clike/expr.ts';

/** `emit` stands where a thread has a turn, and is told which. `isWrittenOut`: if all have as many, one after the other. */
export function shareTurns(
  { turns, threads, isWrittenOut }: { turns: number; threads: number; isWrittenOut: boolean },
  w: Writer,
  exprs: ExprEmitter,
  emit: (turn: string) => void,
): void {
  if (turns === threads)
    w.line('{')
      .indented(() => emit('threadIdx.x'))
      .line('}');
  else if (turns < threads) w.block(`if (threadIdx.x < ${turns})`, () => emit('threadIdx.x'));
  else if (isWrittenOut && turns % threads === 0) {
    writeOut(turns / threads, threads, w, exprs, emit);
  } else {
    exprs.identifiers.within(loopVar('thread'), turn => {
      const head = `for (int ${turn} = threadIdx.x; ${turn} < ${turns}; ${turn} += ${threads})`;
      w.block(head, () => emit(turn));
    });
  }
}

/** Where all threads have as many turns, compilers that are told so write them out. */
function writeOut(
  parts: number,
  threads: number,
  w: Writer,
  { dialect, identifiers }: ExprEmitter,
  emit: (turn: string) => void,
): void {
  w.line(dialect.unroll(parts));
  identifiers.within(loopVar('part'), part => {
    w.block(`for (int ${part} = 0; ${part} < ${parts}; ++${part})`, () => {
      identifiers.within(loopVar('thread'), turn => {
        w.line(`const int ${turn} = threadIdx.x + ${threads} * ${part};`);
        emit(turn);
      });
    });
  });
}
