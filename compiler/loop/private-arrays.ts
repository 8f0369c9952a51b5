/**
 * Arrays of a block of which each thread uses only its own part: `s[row, column, …]` in thread loops over `row` and
 * `column`. They need no shared memory; a thread has its part in registers.
 */
import { asLoop, type Index } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { groupByNode, isLoopStep, type Path, type Site, sitesUnder } from './facts.ts';
import type { For, Stmt } from './ir.ts';

/** How many axes say which thread it is, of each such array that is declared outside of thread loops. */
export function privateArrays(kernel: For): ReadonlyMap<TensorNode, number> {
  const shared = sharedIn(kernel.body);
  const found = new Map<TensorNode, number>();
  for (const [node, sites] of groupByNode(sitesUnder(kernel))) {
    const axes = shared.has(node) ? threadAxes(node, sites) : undefined;
    if (axes !== undefined) found.set(node, axes);
  }
  return found;
}

/** The arrays declared in a block but not inside a thread loop. */
export function sharedIn(s: Stmt): ReadonlySet<TensorNode> {
  const shared = new Set<TensorNode>();
  const visit = (part: Stmt): void => {
    if (part.kind === 'declare') shared.add(part.node);
    if (part.kind === 'block') part.body.forEach(visit);
    if (part.kind === 'for' && part.mode !== 'thread') visit(part.body);
  };
  visit(s);
  return shared;
}

/** Undefined unless all accesses begin with the thread loops that they stand in. */
function threadAxes(node: TensorNode, sites: readonly Site[]): number | undefined {
  const [first] = sites;
  const axes = first ? threadLoops(first.path).length : 0;
  const isOwn = sites.every(({ index, path }) => {
    const loops = threadLoops(path);
    return loops.length === axes && index !== undefined && beginsWith(index, loops, node);
  });
  return axes > 0 && isOwn ? axes : undefined;
}

function beginsWith(index: readonly Index[], loops: readonly For[], node: TensorNode): boolean {
  return loops.every(({ loop, extent }, axis) => {
    const ix = index[axis];
    return ix !== undefined && asLoop(ix) === loop && node.dims[axis] === extent;
  });
}

function threadLoops(path: Path): readonly For[] {
  return path.filter(isLoopStep).filter(({ mode }) => mode === 'thread');
}
