import { InternalError } from '../support/errors.ts';
import { type Index, loopsIn, type LoopVar, printIndex, rangeOf } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import type { Access, Assign } from './ir.ts';
import { printAssign, printRoutine } from './print.ts';
import { dynamicOf, isInjective, type Projections, subscriptOf } from './projections.ts';
import type { Routine } from './routine.ts';
import { readsOf, visitAssigns } from './traverse.ts';

/**
 * Checks every assignment of a routine: subscripts fit their arrays, `set` gives a cell one value.
 * Reports every violation at once.
 */
export function verifyRoutine(routine: Routine): void {
  const complaints: string[] = [];
  visitAssigns(routine.body, a => complaints.push(...complaintsAbout(a)));
  if (complaints.length === 0) return;
  throw new InternalError(
    `ill-formed assignments\n- ${complaints.join('\n- ')}\n\n${printRoutine(routine)}`,
  );
}

function complaintsAbout(a: Assign<TensorNode, Projections>): readonly string[] {
  const complaints = [a.target, ...readsOf(a)].flatMap(access => misfits(a, access));
  if (a.op === 'set' && !isInjective(a) && !isEmptySpace(a)) {
    complaints.push(`${printAssign(a)} sets cells more than once`);
  }
  return complaints;
}

function misfits(
  a: Assign<TensorNode, Projections>,
  { node, slot, at }: Access<TensorNode>,
): readonly string[] {
  const subscript = subscriptOf(a, slot);
  if (subscript.length !== node.dims.length) {
    const [has, wants] = [node.dims.length, subscript.length];
    return [`${node.name} has ${has} axes, its projection ${wants}: ${printAssign(a)}`];
  }
  return subscript.flatMap((ix, axis) => {
    if (isDynamic(a.projections, ix)) {
      const order = dynamicOf(a.projections, ix);
      const isGiven = order !== undefined && order < at.length;
      return isGiven ? [] : [`${node.name}[${printIndex(ix)}] has no position: ${printAssign(a)}`];
    }
    const { min, max } = rangeOf(ix, loop => extentOf(a.projections, loop));
    const dim = node.dims[axis] ?? 0;
    const fits = (min >= 0 && max < dim) || isEmptySpace(a);
    return fits ? [] : [`${node.name}[${printIndex(ix)}] leaves axis ${axis}: ${dim}`];
  });
}

/** Whether the product space has no point, because of an axis of size 0 or a loop without iterations. */
function isEmptySpace({ projections }: Assign<TensorNode, Projections>): boolean {
  const { axes, symbols } = projections;
  return axes.some(axis => axis.extent === 0) || [...symbols.values()].some(s => s.range === 0);
}

function isDynamic({ dynamics }: Projections, ix: Index): boolean {
  return loopsIn(ix).some(loop => dynamics.has(loop));
}

function extentOf({ axes, symbols }: Projections, loop: LoopVar): number {
  return axes.find(axis => axis.loop === loop)?.extent ?? symbols.get(loop)?.range ?? 1;
}
