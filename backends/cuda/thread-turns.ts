/**
 * Distributes the iterations of loops over the threads of a block: one each, the first threads only, or several each.
 */
import { loopVar, type Writer } from '../../compiler/index.ts';
import type { ExprEmitter } from '../clike/expr.ts';

/** `emit` emits one iteration and is given its number. `isWrittenOut`: if all threads have equally many, unrolled. */
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

/** If all threads have equally many iterations, a pragma makes compilers unroll them. */
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
