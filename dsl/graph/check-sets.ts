import {
  type Assign,
  inMemoryOrder,
  loopsIn,
  product,
  type Projections,
  type TensorNode,
  UserError,
} from '../../compiler/index.ts';

/** `=:` gives a cell one value: it cannot be used if axes of the right side are summed over. */
export function checkSetsOnce({
  op,
  target,
  projections,
  origins,
}: Assign<TensorNode, Projections>): void {
  const slot = projections.slots[target.slot];
  if (op !== 'set' || !slot) return;
  const loops = new Set(inMemoryOrder(slot).flatMap(loopsIn));
  const values = product(
    projections.axes.filter(axis => !loops.has(axis.loop)).map(axis => axis.extent),
  );
  if (values <= 1) return;
  throw new UserError({
    code: 'EINC0305',
    message: `\`=:\` gives each cell of \`${target.node.name}\` one value, but here there are ${values} for each`,
    labels: origins.toReversed().map(span => ({ span })),
    help: ['to add them up write `=:+`'],
  });
}
