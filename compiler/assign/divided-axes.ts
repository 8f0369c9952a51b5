/** Which axes of a program's arrays are divided when one of them is. */
import { asLoop, loopsIn, type LoopVar } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { UserError } from '../support/errors.ts';
import type { Assign, Code, Scalar } from './ir.ts';
import { type Projections, subscriptOf } from './projections.ts';
import { readsOf, visitAssigns } from './traverse.ts';

/** The number of the divided axis of each array, in memory order; arrays that are not listed are whole. */
export type DividedAxes = ReadonlyMap<TensorNode, number>;

type SettledAssign = Assign<TensorNode, Projections>;

/**
 * From the axes of some arrays to those of all that meet them cell by cell: a loop over a divided axis is
 * divided, and with it each axis that the loop runs along. `name` is what people call the axis. Throws a
 * `UserError` where cells of it are taken in another way than one after the other.
 */
export function dividedAxes(
  body: Code<TensorNode, Projections>,
  given: DividedAxes,
  name: string,
): DividedAxes {
  const divided = new Map(given);
  for (let known = -1; known !== divided.size;) {
    known = divided.size;
    visitAssigns(body, a => {
      spread(a, divided, name);
    });
  }
  return divided;
}

function spread(a: SettledAssign, divided: Map<TensorNode, number>, name: string): void {
  const loop = dividedLoop(a, divided, name);
  if (loop === undefined) return;
  for (const { node, slot } of [a.target, ...readsOf(a)]) {
    subscriptOf(a, slot).forEach((ix, axis) => {
      if (!loopsIn(ix).includes(loop)) return;
      if (plainLoop(a, node, slot, axis) === undefined) throw notInOrder(a, node, name);
      if ((divided.get(node) ?? axis) !== axis) throw twoAxes(a, node.name, name);
      divided.set(node, axis);
    });
  }
  const numbered = [a.value, ...a.target.at].some(scalar => numbersAlong(a, scalar, loop));
  if (numbered) {
    throw undivided(a, `cells are numbered along \`${name}\`, of which each device has a part`);
  }
}

/** The loop of an assignment that runs along a divided axis of one of its arrays. */
export function dividedLoop(
  a: SettledAssign,
  divided: DividedAxes,
  name: string,
): LoopVar | undefined {
  const loops = new Set<LoopVar>();
  for (const { node, slot } of [a.target, ...readsOf(a)]) {
    const axis = divided.get(node);
    if (axis === undefined) continue;
    const loop = plainLoop(a, node, slot, axis);
    if (loop === undefined) throw notInOrder(a, node, name);
    loops.add(loop);
  }
  const [loop] = loops;
  if (loops.size > 1) throw twoAxes(a, a.target.node.name, name);
  return loop;
}

/** The loop that takes all cells of an axis, one after the other. */
function plainLoop(
  a: SettledAssign,
  node: TensorNode,
  slot: number,
  axis: number,
): LoopVar | undefined {
  const ix = subscriptOf(a, slot)[axis];
  const loop = ix && asLoop(ix);
  const isWhole = a.projections.axes.some(
    ({ loop: other, extent }) => other === loop && extent === node.dims[axis],
  );
  return isWhole ? loop : undefined;
}

function numbersAlong(a: SettledAssign, scalar: Scalar<TensorNode>, loop: LoopVar): boolean {
  switch (scalar.kind) {
    case 'position':
      return subscriptOf(a, scalar.slot).some(ix => loopsIn(ix).includes(loop));
    case 'access':
      return scalar.at.some(at => numbersAlong(a, at, loop));
    case 'apply':
      return scalar.args.some(arg => numbersAlong(a, arg, loop));
    case 'const':
    case 'symbol':
      return false;
  }
}

function notInOrder(a: SettledAssign, node: TensorNode, name: string): UserError {
  const message = `\`${node.name}\` is divided along \`${name}\`, and this does not take its cells there one by one`;
  return undivided(a, message);
}

function twoAxes(a: SettledAssign, array: string, name: string): UserError {
  return undivided(a, `two axes of what makes \`${array}\` are divided along \`${name}\``, [
    'measure one of the two in something else: every second hidden axis is divided',
  ]);
}

/** Finds what cannot be computed by devices that have a part of the axis each. */
export function undivided(
  { origins }: Pick<SettledAssign, 'origins'>,
  message: string,
  help: readonly string[] = [
    'along a divided axis there are sums, and operations cell by cell; leave the others whole',
  ],
): UserError {
  const labels = origins
    .toReversed()
    .map((span, i) => (i === 0 ? { span } : { span, text: 'used here' }));
  return new UserError({ code: 'EINC0543', message, labels, help });
}
