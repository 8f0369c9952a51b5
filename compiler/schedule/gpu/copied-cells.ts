/** What threads store when they copy to shared memory: cells of an array, or zeros outside of it, and under which conditions. */
import { at, sameIndex, substitute, sumOf } from '../../core/index-expr.ts';
import { areOpposite } from '../../loop/bulk-copy.ts';
import type { For, Read, Stmt, When, Write } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';

/** A store, with the condition and the unrolled loops around it. */
export interface Store {
  readonly write: Write;
  readonly condition?: Pick<When, 'index' | 'below'>;
  readonly lanes: readonly For[];
}

/** The stores in a statement; undefined for anything else that it does, and for conditions in conditions. */
export function storesIn(s: Stmt): readonly (Store | undefined)[] {
  if (s.kind === 'write') return [{ write: s, lanes: [] }];
  if (s.kind === 'block') return s.body.flatMap(storesIn);
  if (s.kind === 'when')
    return storesIn(s.body).map(one =>
      one && !one.condition ? { ...one, condition: s } : undefined,
    );
  if (s.kind !== 'for') return [undefined];
  return storesIn(s.body).map(one => one && { ...one, lanes: [s, ...one.lanes] });
}

/**
 * A copy inside of the array and zeros outside, with conditions about each cell: those of threads are about the first
 * of the cells that a thread copies at once, and all of these are inside, or none.
 */
export function storesOrZeros(copied: Store, zeros: Store): readonly Store[] | undefined {
  const { write, condition, lanes } = copied;
  const { condition: outside } = zeros;
  const { value } = write;
  if (value.kind !== 'read' || !condition || !outside || !areOpposite(condition, outside)) return;
  const axis = axisOf(condition, value, lanes);
  const index = value.index[axis ?? -1];
  if (!index) return undefined;
  const own = new Map(
    lanes.map(({ loop }, i) => [loop, at(zeros.lanes[i]?.loop ?? loop)] as const),
  );
  const negative = sumOf([[-1, substitute(index, own)]]);
  return [
    { ...copied, condition: { index, below: condition.below } },
    { ...zeros, condition: { index: negative, below: outside.below } },
  ];
}

/** The axis that the condition is about, up to lanes of whole groups. */
function axisOf(
  { index, below }: Pick<When, 'index' | 'below'>,
  read: Read,
  lanes: readonly For[],
): number | undefined {
  const group = product(lanes.map(({ extent }) => extent));
  const isWhole = [below, index.offset, ...index.terms.map(({ coeff }) => coeff)].every(
    n => n % group === 0,
  );
  const inGroup = lanes.length === 1 ? lanes.map(({ loop }) => at(loop)) : [];
  const possible = [
    index,
    ...(isWhole
      ? inGroup.map(lane =>
          sumOf([
            [1, index],
            [1, lane],
          ]),
        )
      : []),
  ];
  const axis = read.index.findIndex(ix => possible.some(other => sameIndex(ix, other)));
  return axis < 0 ? undefined : axis;
}
