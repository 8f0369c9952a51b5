/**
 * Gives local arrays memory: small ones on the stack, declared at their first use; large ones, which would overflow a
 * stack, as scratch that comes with the arguments. They do not share memory until `plan-memory`.
 *
 *   before   local t: f32[16];                after   for i < 4 { x[i] := 1; }
 *            for i < 4 { x[i] := 1; }                 local t: f32[16];
 *            zero_out t;                              zero_out t;
 */
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { append } from '../loop/arena.ts';
import { block, type Program, type Stmt, statementsOf } from '../loop/ir.ts';
import { usedIn } from '../loop/facts.ts';
import type { ArrayDecision, Note } from './decision.ts';
import { type Pass, withBody } from './pipeline.ts';

/** Streams run on threads with 8 MiB of stack, of which a kernel takes this much at most. */
const largestOnStack = 16 * 1024;
const stackInAll = 256 * 1024;

export const placeLocals: Pass = placeLocalsAbove(largestOnStack);

/** Arrays of more bytes do not go on the stack. */
export function placeLocalsAbove(largest: number): Pass {
  return {
    name: 'place-locals',
    run: (program, note) => declareLate(moveLargeToScratch(program, largest, note)),
  };
}

function moveLargeToScratch(program: Program, largest: number, note: Note | undefined): Program {
  let onStack = 0;
  const large: TensorNode[] = [];
  const stays = (s: Stmt): boolean => {
    if (s.kind !== 'declare') return true;
    const bytes = sizeOf(s.node);
    if (bytes > largest || onStack + bytes > stackInAll) large.push(s.node);
    else onStack += bytes;
    note?.(placed(s.node, bytes, large.includes(s.node)));
    return !large.includes(s.node);
  };
  const body = statementsOf(program.body).filter(stays);
  if (large.length === 0) return program;
  return { ...program, scratch: append(program.scratch, large), body: block(body) };
}

function placed(node: TensorNode, bytes: number, isLarge: boolean): ArrayDecision {
  if (!isLarge) return { about: 'array', node, fate: 'stack', because: 'it is small' };
  const because =
    bytes > largestOnStack
      ? `more than ${largestOnStack / 1024} KiB`
      : `the others take most of ${stackInAll / 1024} KiB`;
  return { about: 'array', node, fate: 'scratch', because };
}

/** Moves the declarations at the top to just before the first statement that needs them. */
function declareLate(program: Program): Program {
  const statements = statementsOf(program.body);
  const declares = statements.filter(s => s.kind === 'declare');
  const waiting = new Set(declares);
  const body = statements.flatMap(s => {
    if (s.kind === 'declare') return [];
    const used = usedIn(s);
    const due = [...waiting].filter(d => used.has(d.node));
    due.forEach(d => waiting.delete(d));
    return [...due, s];
  });
  const moved = statements.some((s, i) => s !== body[i]);
  return moved ? withBody(program, block(body)) : program;
}
