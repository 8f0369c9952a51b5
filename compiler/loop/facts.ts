/** Facts about programs and statements, computed when asked for: which arrays and names they declare, use and store to. */
import { type LoopVar, loopsIn } from '../core/index-expr.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { isComputed, type Program, type Stmt, type Subscript } from './ir.ts';
import { remembered } from './remembered.ts';
import { isLeaf } from './sites.ts';
import { expressionsOf, visitExpr, visitStmts } from './traverse.ts';

export { conflict, usedIn, usersAmong, useSame, writtenIn } from './footprint.ts';
export { remembered } from './remembered.ts';
export {
  groupByNode,
  groupsUnder,
  isLeaf,
  isLoopStep,
  loopsAlong,
  type Path,
  type Site,
  sitesIn,
  sitesUnder,
  startsWith,
} from './sites.ts';

/** The arrays that come with the arguments: those from outside, and those of one run. */
export function givenArrays({ params, scratch }: Program): readonly TensorNode[] {
  return [...params, ...scratch.map(({ node }) => node)];
}

/** The arrays declared inside the program, in order. */
export function localsOf(program: Program): readonly TensorNode[] {
  return [...declaredIn(program.body)];
}

/** The arrays declared in a statement, in order. Of a program from pass to pass few statements are new. */
export const declaredIn = remembered((s: Stmt): ReadonlySet<TensorNode> => {
  if (s.kind === 'for' || s.kind === 'when') return declaredIn(s.body);
  if (s.kind === 'block') return new Set(s.body.flatMap(part => [...declaredIn(part)]));
  return s.kind === 'declare' ? new Set([s.node]) : noArrays;
});

const noArrays: ReadonlySet<TensorNode> = new Set();

/** The loops in a statement, in order. */
export const loopsBoundIn = remembered((s: Stmt): readonly LoopVar[] => {
  if (s.kind === 'block') return s.body.flatMap(part => loopsBoundIn(part));
  const loops: LoopVar[] = [];
  visitStmts(s, part => {
    if (part.kind === 'for') loops.push(part.loop);
  });
  return loops;
});

/** The loops and static indices that subscripts and index values in a statement name. */
export function loopsNamedIn(s: Stmt): ReadonlySet<LoopVar> {
  const named = new Set<LoopVar>();
  const add = (index: readonly Subscript[]): void => {
    for (const ix of index) if (!isComputed(ix)) loopsIn(ix).forEach(loop => named.add(loop));
  };
  visitStmts(s, part => {
    if (part.kind === 'prefetch') add(part.index);
    if (part.kind === 'when') add([part.index]);
    if (!isLeaf(part)) return;
    if (part.kind !== 'fill') add(part.index);
    for (const value of expressionsOf(part)) {
      visitExpr(value, e => {
        if (e.kind === 'index') add([e.index]);
        if (e.kind === 'read' || e.kind === 'gather') add(e.index);
      });
    }
  });
  return named;
}

/** Every name a program uses: a fresh one must be none of these. */
export function namesIn(program: Program): readonly string[] {
  const loops = [...program.symbols.map(s => s.loop), ...loopsBoundIn(program.body)];
  const nodes = [...givenArrays(program), ...localsOf(program)];
  return [...loops, ...nodes.map(node => node.name)];
}
