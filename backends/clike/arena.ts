/**
 * Emits scratch arrays: one parameter for the arena, and a pointer into it for each array.
 *
 *     char *restrict arena) {
 *     float *const h = (float *)(arena + 0);
 *     float *const g = (float *)(arena + 524288);
 *
 * The pointers are not `restrict`, since arrays may share memory: all that is promised is that nothing
 * else overlaps the arena. In a function for a parallel loop they are: arrays that one loop uses do not overlap,
 * except for a result in the place of an operand, and these two are not `restrict`.
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
