/**
 * Scratch arrays as text: one parameter for the arena, and a pointer into it for each array.
 *
 *     char *restrict arena) {
 *     float *const h = (float *)(arena + 0);
 *     float *const g = (float *)(arena + 524288);
 *
 * The pointers are not `restrict`, as arrays may share memory: all that is promised is that nothing
 * else lies in the arena. Of a function for a parallel loop they are: what one loop uses shares nothing,
 * but for a result in the place of an operand, and these two are not `restrict`.
 */
import type { Program, Writer } from '../../compiler/index.ts';
import type { Argument } from './arguments.ts';
import type { ExprEmitter } from './expr.ts';

export function arenaArgument({ dialect, identifiers: { arena } }: ExprEmitter): Argument {
  const parameter = `char *${dialect.restrict} ${arena}`;
  return { name: arena, parameter, given: arena, taken: slot => slot };
}

export function emitPlaces(
  { scratch }: Program,
  w: Writer,
  { dialect, identifiers }: ExprEmitter,
): void {
  for (const { node, offset } of scratch) {
    const type = `${dialect.typeName[node.dtype]} *`;
    const place = `${identifiers.arena} + ${offset}`;
    w.statement(`${type}const ${identifiers.ofNode(node)} = (${type})(${place});`);
  }
}
