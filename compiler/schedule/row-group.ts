/**
 * Which nests follow one another over the same rows, with nothing between them but arrays that no one
 * else sees: products, and what is done to their rows.
 */
import { asLoop } from '../core/index-expr.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { type Site, sitesUnder } from '../loop/facts.ts';
import { type Fill, type For, type Stmt, statementsOf } from '../loop/ir.ts';
import { product } from '../support/list.ts';
import { type Nest, nestAt } from './nest.ts';

export interface RowGroup {
  readonly members: readonly Member[];
  /** What lies between members; all that use one of them are members, or fill it before they do. */
  readonly between: readonly TensorNode[];
  readonly fills: readonly Fill[];
}

export interface Member {
  readonly stmt: For;
  readonly nest: Nest;
  /** The loops of the nest that walk over the rows, in the order of the arrays' axes. */
  readonly rows: readonly For[];
}

/** Groups among the statements of a block, of arrays declared there that have more bytes than these. */
export function rowGroupsOf(statements: readonly Stmt[], bytes: number): readonly RowGroup[] {
  const large = statements
    .flatMap(s => (s.kind === 'declare' ? [s.node] : []))
    .filter(node => node.dims.length > 1 && sizeOf(node) > bytes);
  if (large.length === 0) return [];
  const usersOf = usersAmong(statements);
  const arrays = large.flatMap(node => arrayOf(node, usersOf(node)) ?? []);
  return connected(arrays).flatMap(together => groupOf(together) ?? []);
}

/** An array, and the loops of each of its users that walk along its first axes. */
interface RowArray {
  readonly node: TensorNode;
  /** What it holds where no user stores to it. */
  readonly start: Fill | undefined;
  readonly users: ReadonlyMap<For, { readonly nest: Nest; readonly rows: readonly For[] }>;
}

function arrayOf(node: TensorNode, all: readonly Stmt[]): RowArray | undefined {
  const [first] = all;
  const start = first?.kind === 'fill' ? first : undefined;
  const users = start ? all.slice(1) : all;
  const found = users.map(stmt => {
    const nest = stmt.kind === 'for' ? nestAt(stmt) : undefined;
    const rows = nest && rowsOf(node, nest);
    return stmt.kind === 'for' && nest && rows && ([stmt, { nest, rows }] as const);
  });
  const known = found.filter(user => user !== undefined && user !== false);
  return known.length < 2 || known.length < users.length
    ? undefined
    : { node, start, users: new Map(known) };
}

/** The loops of a nest that alone are the first subscripts of an array, wherever it is used. */
function rowsOf(node: TensorNode, { loops, body }: Nest): readonly For[] | undefined {
  const sites = body.flatMap(s => sitesUnder(s)).filter(site => site.node === node);
  const shared = sites.map(site => leading(site, loops)).reduce(inCommon);
  return shared.length === 0 ? undefined : shared;
}

function leading({ node, index = [] }: Site, loops: readonly For[]): readonly For[] {
  const found: For[] = [];
  for (const [axis, ix] of index.entries()) {
    const loop = loops.find(l => l.loop === asLoop(ix));
    if (!loop || loop.extent !== node.dims[axis] || found.includes(loop)) break;
    found.push(loop);
  }
  return found.slice(0, node.dims.length - 1);
}

function inCommon(a: readonly For[], b: readonly For[]): readonly For[] {
  const end = a.findIndex((loop, i) => loop !== b[i]);
  return end < 0 ? a : a.slice(0, end);
}

function usersAmong(statements: readonly Stmt[]): (node: TensorNode) => readonly Stmt[] {
  const users = new Map<TensorNode, Stmt[]>();
  for (const s of statements) {
    for (const node of new Set(sitesUnder(s).map(site => site.node)))
      users.set(node, [...(users.get(node) ?? []), s]);
  }
  return node => users.get(node) ?? [];
}

/** Arrays that have a user in common, directly or by others. */
function connected(arrays: readonly RowArray[]): readonly (readonly RowArray[])[] {
  return arrays.reduce<readonly (readonly RowArray[])[]>((groups, array) => {
    const meets = (other: RowArray): boolean =>
      [...array.users.keys()].some(u => other.users.has(u));
    const [near, far] = [true, false].map(is => groups.filter(g => g.some(meets) === is));
    return [...(far ?? []), [...(near ?? []).flat(), array]];
  }, []);
}

/** Undefined where a member would walk over the rows of its arrays with different loops. */
function groupOf(arrays: readonly RowArray[]): RowGroup | undefined {
  const members = new Map<For, Member>();
  const count = Math.min(...arrays.flatMap(a => [...a.users.values()].map(u => u.rows.length)));
  for (const { users } of arrays) {
    for (const [stmt, { nest, rows: all }] of users) {
      const rows = all.slice(0, count);
      const known = members.get(stmt);
      if (known && inCommon(known.rows, rows).length < count) return undefined;
      members.set(stmt, { stmt, nest, rows });
    }
  }
  const fills = arrays.flatMap(({ start }) => (start ? [start] : []));
  return { members: [...members.values()], between: arrays.map(a => a.node), fills };
}

/** Whether a member sums for cells of which each row has several, one after the other or through cells that turns share. */
export function isProduct({ nest, rows }: Member): boolean {
  let [loops, body] = [nest.loops.length, nest.body];
  for (let [only] = body; only?.kind === 'for' && body.length === 1; [only] = body) {
    loops++;
    body = statementsOf(only.body);
  }
  return loops > rows.length && body.some(s => s.kind === 'for');
}

/** What a row has of an array. */
export function bytesPerRow(node: TensorNode, rows: readonly For[]): number {
  return sizeOf(node) / product(rows.map(l => l.extent));
}
