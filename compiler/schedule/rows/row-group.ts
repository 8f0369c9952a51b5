/**
 * Finds groups of nests that work on the same rows one after the other, linked by arrays that nothing else uses:
 * products, and what is done to their rows.
 */
import { asLoop } from '../../core/index-expr.ts';
import { sizeOf, type TensorNode } from '../../core/tensor-node.ts';
import { remembered, type Site, sitesUnder, usersAmong } from '../../loop/facts.ts';
import { type Fill, type For, type Stmt, statementsOf } from '../../loop/ir.ts';
import { product } from '../../support/list.ts';
import { type Nest, nestAt } from '../nest.ts';
import { type RowSum, rowSumIn } from './row-sum.ts';

export interface RowGroup {
  readonly members: readonly Member[];
  /** The arrays that link members; only members use them, and the fills before them. */
  readonly between: readonly TensorNode[];
  readonly fills: readonly Fill[];
}

export interface Member {
  readonly stmt: For;
  readonly nest: Nest;
  /** The loops of the nest over the rows, in the order of the arrays' axes. */
  readonly rows: readonly For[];
  /** The member's sum over the rows, if the last of `rows` is a loop over its terms rather than a loop of the nest. */
  readonly sum: RowSum | undefined;
}

/**
 * Groups among the statements of a block, linked by arrays of more than `bytes` that are declared there. `withSums`:
 * members may sum over the rows.
 */
export function rowGroupsOf(
  statements: readonly Stmt[],
  bytes: number,
  { withSums }: { readonly withSums: boolean },
): readonly RowGroup[] {
  const large = statements
    .flatMap(s => (s.kind === 'declare' ? [s.node] : []))
    .filter(node => node.dims.length > 1 && sizeOf(node) > bytes);
  if (large.length === 0) return [];
  const users = usersAmong(statements);
  const arrays = large.flatMap(node => arrayOf(node, users.get(node) ?? [], withSums) ?? []);
  return connected(arrays).map(groupOf);
}

/** An array, and the loops of each of its users along its first axes. */
interface RowArray {
  readonly node: TensorNode;
  /** The fill that comes before its users, if any. */
  readonly start: Fill | undefined;
  readonly users: ReadonlyMap<For, Omit<Member, 'stmt'>>;
}

function arrayOf(node: TensorNode, all: readonly Stmt[], withSums: boolean): RowArray | undefined {
  const [first] = all;
  const start = first?.kind === 'fill' ? first : undefined;
  const users = start ? all.slice(1) : all;
  const found = users.map(stmt => {
    const nest = stmt.kind === 'for' ? nestOf(stmt) : undefined;
    const sum = nest && withSums ? rowSumIn(nest.body) : undefined;
    const rows = nest && rowsOf(node, nest, sum);
    return stmt.kind === 'for' && nest && rows && ([stmt, { nest, rows, sum }] as const);
  });
  const known = found.filter(user => user !== undefined && user !== false);
  return known.length < 2 || known.length < users.length
    ? undefined
    : { node, start, users: new Map(known) };
}

/** Each statement is looked at once per array. */
const nestOf = remembered((stmt: For): Nest | undefined => nestAt(stmt));

/** The loops that are by themselves the first subscripts of an array, wherever a nest uses it. */
function rowsOf(
  node: TensorNode,
  { loops, body }: Nest,
  sum: RowSum | undefined,
): readonly For[] | undefined {
  const sites = body.flatMap(s => sitesUnder(s)).filter(site => site.node === node);
  const shared = sites.map(site => leading(site, loops, sum?.terms)).reduce(inCommon);
  return shared.length === 0 ? undefined : shared;
}

/** `terms`: a sum's loop over the rows, inside the others. */
function leading(
  { node, index = [] }: Site,
  loops: readonly For[],
  terms: For | undefined,
): readonly For[] {
  const found: For[] = [];
  for (const [axis, ix] of index.slice(0, -1).entries()) {
    if (node.dims[axis] === 1) continue;
    const loop = [...loops, ...(terms ? [terms] : [])].find(l => l.loop === asLoop(ix));
    if (!loop || loop.extent !== node.dims[axis] || found.includes(loop)) break;
    found.push(loop);
    if (loop === terms) break;
  }
  return found;
}

function inCommon(a: readonly For[], b: readonly For[]): readonly For[] {
  const end = a.findIndex((loop, i) => loop !== b[i]);
  return end < 0 ? a : a.slice(0, end);
}

/**
 * Arrays connected by common users. If a user goes over the rows of two of them with different loops, only the larger
 * one joins a group.
 */
function connected(arrays: readonly RowArray[]): readonly (readonly RowArray[])[] {
  const largestFirst = arrays.toSorted((a, b) => sizeOf(b.node) - sizeOf(a.node));
  return largestFirst.reduce<readonly (readonly RowArray[])[]>((groups, array) => {
    const users = [...array.users.keys()];
    const near = groups.filter(g => g.some(other => users.some(u => other.users.has(u))));
    const far = groups.filter(g => !near.includes(g));
    return near.flat().every(other => agree(array, other))
      ? [...far, [...near.flat(), array]]
      : groups;
  }, []);
}

function agree(a: RowArray, b: RowArray): boolean {
  return [...a.users].every(([user, { rows }]) => {
    const others = b.users.get(user)?.rows ?? rows;
    return inCommon(rows, others).length === Math.min(rows.length, others.length);
  });
}

/** A group with as many row loops as all users of all arrays share. */
function groupOf(arrays: readonly RowArray[]): RowGroup {
  const count = Math.min(...arrays.flatMap(a => [...a.users.values()].map(u => u.rows.length)));
  const members = new Map<For, Member>();
  for (const { users } of arrays) {
    for (const [stmt, { nest, rows: all, sum: found }] of users) {
      const rows = all.slice(0, count);
      const sum = found && rows.at(-1) === found.terms ? found : undefined;
      members.set(stmt, { stmt, nest, rows, sum });
    }
  }
  const fills = arrays.flatMap(({ start }) => (start ? [start] : []));
  return { members: [...members.values()], between: arrays.map(a => a.node), fills };
}

/**
 * Whether a member is a product, rather than an operation on single rows: it has a sum, and several cells per row
 * that it sums for.
 */
export function isProduct(member: Member): boolean {
  let [loops, body] = [besideRows(member).length, member.nest.body];
  for (let [only] = body; only?.kind === 'for' && body.length === 1; [only] = body) {
    loops++;
    body = statementsOf(only.body);
  }
  return loops > 0 && body.some(s => s.kind === 'for');
}

/** The loops of a member's nest that are not over rows. */
export function besideRows({ nest, rows }: Member): readonly For[] {
  return nest.loops.filter(l => !rows.includes(l));
}

/** The bytes of an array that belong to one row. */
export function bytesPerRow(node: TensorNode, rows: readonly For[]): number {
  return sizeOf(node) / product(rows.map(l => l.extent));
}
