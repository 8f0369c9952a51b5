/** Decides which arrays need no memory, by what each choice would cost. */
import type { Costs, Placement } from '../../core/placement.ts';
import { infoOf } from '../../core/op.ts';
import { cellsOf, type TensorNode } from '../../core/tensor-node.ts';
import { loopsAlong, type Site } from '../../loop/facts.ts';
import type { For } from '../../loop/ir.ts';
import { visitExpr } from '../../loop/traverse.ts';
import { grouped, several } from '../../support/count.ts';
import { type Definition, definitionOf, isDefinition, type NoDefinition } from './definition.ts';
import { staysTheSame } from './hazards.ts';

/** Next to one addition. */
const readCost = 1;
const storeCost = 1;

/**
 * `virtual` when computing the node at each of its reads costs less than storing and loading it.
 * The sum of all these costs never grows, so neither does what a chain of arrays recomputes: an array
 * that is inlined adds at most what its stores and loads cost, and counts with all its copies when the
 * arrays that it reads are looked at.
 */
export function placementOf(
  definition: Definition | NoDefinition,
  sitesOf: (node: TensorNode) => readonly Site[],
): Placement {
  if (!isDefinition(definition)) return local(definition.because);
  if (typeof definition.value !== 'object') return virtual('it is constant');
  if (!staysTheSame(definition, sitesOf)) return local('its inputs change before it is read');
  const cells = cellsOf(definition.node);
  const reads = evaluations(definition);
  const each = costOf(definition, sitesOf);
  const [inlined, stored] = [reads * each, cells * (each + storeCost) + reads * readCost];
  const counts = `${several(reads, 'read')} of ${several(cells, 'cell')}, ${grouped(each)} each`;
  const [recomputing, storing] = [grouped(inlined), grouped(stored)];
  const costs = { reads, cells, each, recomputing: inlined, storing: stored };
  return inlined < stored
    ? virtual(`${counts}: recomputing costs ${recomputing}, storing ${storing}`, costs)
    : local(`${counts}: recomputing would cost ${recomputing}, storing ${storing}`, costs);
}

function virtual(because: string, costs?: Costs): Placement {
  return { mode: 'virtual', because, costs };
}

function local(because: string, costs?: Costs): Placement {
  return { mode: 'local', because, costs };
}

/** How often a cell is read in all, each time the definition's block runs. */
function evaluations({ reads, place }: Definition): number {
  return reads.reduce(
    (sum, read) => sum + extents(loopsAlong(read.path.slice(place.block.length))),
    0,
  );
}

function extents(loops: readonly For[]): number {
  return loops.reduce((runs, l) => runs * l.extent, 1);
}

/**
 * Of one cell. An input that is read nowhere else will be computed here too, so it counts with what
 * it takes to compute, not with the read. `known` holds the inputs counted so far: without it, each
 * link of a chain whose links are read twice would double the time this takes.
 */
function costOf(
  { value, reduction, leaves }: Definition,
  sitesOf: (node: TensorNode) => readonly Site[],
  known = new Map<TensorNode, number>(),
): number {
  if (typeof value !== 'object') return 0;
  const costOfInput = (node: TensorNode): number => {
    const input = definitionOf(sitesOf(node));
    const isOnlyReader = input?.reads.every(read => leaves.includes(read.leaf)) ?? false;
    return input && isOnlyReader ? costOf(input, sitesOf, known) : readCost;
  };
  let cost = 0;
  visitExpr(value, part => {
    if (part.kind === 'apply') cost += infoOf(part.op).cost;
    if (part.kind !== 'read' && part.kind !== 'gather') return;
    const inputCost = known.get(part.node) ?? costOfInput(part.node);
    known.set(part.node, inputCost);
    cost += inputCost;
  });
  return cost * extents(reduction?.loops ?? []);
}
