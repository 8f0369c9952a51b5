/**
 * Groups of matrices that need not be stored: products, matrices computed from their cells, and the sums that read
 * them. Each sum can recompute them, tile by tile (`matrix-walk.ts`).
 */
import { sizeOf, type TensorNode } from '../../core/tensor-node.ts';
import { usedIn, writtenIn } from '../../loop/facts.ts';
import { block, type Expr, type For, type Stmt } from '../../loop/ir.ts';
import { visitExpr } from '../../loop/traverse.ts';
import {
  axesRead,
  canBeMadeAfter,
  type Matrix,
  matrixMadeBy,
  type MatrixSum,
  matrixSumOf,
} from './matrices.ts';
import { rowFactorsOf } from './row-factors.ts';
import { workOf } from '../work.ts';

export interface MatrixGroup {
  /** In program order. */
  readonly matrices: readonly Matrix[];
  readonly sums: readonly MatrixSum[];
  /** The two axes that tiles are cut along: the rows and columns of the products. */
  readonly pair: Pair;
}

export type Pair = readonly [number, number];

/** All such groups in a block of statements. */
export function matrixGroupsIn(statements: readonly Stmt[]): readonly MatrixGroup[] {
  const matrices = withoutOtherUsers(candidatesIn(statements), statements);
  return connected(matrices, statements).flatMap(group => {
    const found = groupOf(group, statements);
    return found && isRightAnywhere(found, statements) ? [found] : [];
  });
}

/** The matrices that a sum needs, directly or not, in program order. */
export function neededBy({ stmt }: MatrixSum, { matrices }: MatrixGroup): readonly Matrix[] {
  const used = new Set(usedIn(stmt));
  const needed = matrices.toReversed().filter(matrix => {
    if (!used.has(matrix.node)) return false;
    usedIn(matrix.stmt).forEach(node => used.add(node));
    return true;
  });
  return needed.toReversed();
}

export function largestOf({ matrices }: MatrixGroup): number {
  return Math.max(...matrices.map(({ node }) => sizeOf(node)));
}

/** By what factor the work grows if each sum recomputes what it needs. */
export function timesTheWork(group: MatrixGroup): number {
  const { matrices, sums } = group;
  const work = (all: readonly { readonly stmt: Stmt }[]): number =>
    workOf(block(all.map(({ stmt }) => stmt)));
  const needed = sums.flatMap(sum => neededBy(sum, group));
  return (work(needed) + work(sums)) / (work(matrices) + work(sums));
}

/** Each is stored by one statement, and reads the others only cell by cell; if not, the larger one is kept. */
function candidatesIn(statements: readonly Stmt[]): readonly Matrix[] {
  const declared = new Set(statements.flatMap(s => (s.kind === 'declare' ? [s.node] : [])));
  const all = statements.flatMap(s => matrixMadeBy(s) ?? []);
  const matrices = all.filter(({ node }) => {
    const writers = statements.filter(s => writtenIn(s).has(node));
    return declared.has(node) && writers.length === 1 && node.dims.length > 1;
  });
  const largestFirst = matrices.toSorted((a, b) => sizeOf(b.node) - sizeOf(a.node));
  return largestFirst.reduce<readonly Matrix[]>(
    (found, one) =>
      found.every(other => isByCells(one, other) && isByCells(other, one))
        ? [...found, one]
        : found,
    [],
  );
}

/** Whether a matrix is made from another cell by cell, if from that at all. */
function isByCells(matrix: Matrix, { node }: Matrix): boolean {
  return !usedIn(matrix.stmt).has(node) || readsItsCell(matrix, node);
}

function readsItsCell({ stmt, axes }: Matrix, node: TensorNode): boolean {
  const read = axesRead(stmt, node, axes);
  return read?.length === axes.length && read.every((loop, i) => loop === axes[i]);
}

function withoutOtherUsers(
  matrices: readonly Matrix[],
  statements: readonly Stmt[],
): readonly Matrix[] {
  const makers = new Set<Stmt>(matrices.map(({ stmt }) => stmt));
  const others = statements.filter(s => !makers.has(s));
  const left = matrices.filter(matrix => others.every(s => isSummedOnly(s, matrix, matrices)));
  return left.length === matrices.length ? matrices : withoutOtherUsers(left, statements);
}

/** Whether a statement only sums cells of a matrix, along the same axes as the largest matrix that it sums. */
function isSummedOnly(s: Stmt, { node }: Matrix, matrices: readonly Matrix[]): boolean {
  const used = usedIn(s);
  if (!used.has(node)) return true;
  const largest = matrices.find(matrix => used.has(matrix.node)); // they come largest first
  const [own, first] = [node, largest?.node ?? node].map(of => matrixSumOf(s, of));
  return own !== undefined && (first === undefined || haveSameAxes(own, first));
}

function haveSameAxes(a: MatrixSum, b: MatrixSum): boolean {
  return a.axes.length === b.axes.length && a.axes.every((loop, i) => loop === b.axes[i]);
}

/** Groups matrices that are computed from each other, or read by the same sum. */
function connected(
  matrices: readonly Matrix[],
  statements: readonly Stmt[],
): readonly (readonly Matrix[])[] {
  return statements.reduce<readonly (readonly Matrix[])[]>(
    (groups, s) => {
      const used = usedIn(s);
      const meets = (group: readonly Matrix[]): boolean => group.some(({ node }) => used.has(node));
      const near = groups.filter(meets);
      return near.length < 2 ? groups : [...groups.filter(g => !meets(g)), near.flat()];
    },
    matrices.map(matrix => [matrix]),
  );
}

function groupOf(
  unordered: readonly Matrix[],
  statements: readonly Stmt[],
): MatrixGroup | undefined {
  const position = new Map(statements.map((s, i) => [s, i]));
  const at = ({ stmt }: Matrix): number => position.get(stmt) ?? 0;
  const matrices = unordered.toSorted((a, b) => at(a) - at(b));
  const pair = pairOf(matrices);
  if (!pair) return undefined;
  const makers = new Set<Stmt>(matrices.map(({ stmt }) => stmt));
  const readers = statements.filter(s => {
    const used = usedIn(s);
    return !makers.has(s) && matrices.some(({ node }) => used.has(node));
  });
  const sums = readers.flatMap(s => sumOver(s, matrices, pair) ?? []);
  return sums.length === readers.length && sums.length > 0 ? { matrices, sums, pair } : undefined;
}

/** The axes of the rows and columns of all products; undefined if these differ, or there is no product. */
function pairOf(matrices: readonly Matrix[]): Pair | undefined {
  const pairs = matrices.flatMap(({ product, axes }) => {
    if (!product) return [];
    const { rows, columns, leaf } = product;
    const [a = -1, b = -1] = [rows, columns].map(l => axes.indexOf(l)).toSorted((x, y) => x - y);
    return [holdsIndices(leaf.value) ? undefined : ([a, b] as const)];
  });
  const [first] = pairs;
  const isSame = pairs.every(pair => pair?.[0] === first?.[0] && pair?.[1] === first?.[1]);
  return first && first[0] >= 0 && isSame ? first : undefined;
}

/** The sum of a statement over all matrices that it reads, along one axis of the pair. */
function sumOver(s: Stmt, matrices: readonly Matrix[], pair: Pair): MatrixSum | undefined {
  const used = usedIn(s);
  const nodes = matrices.flatMap(({ node }) => (used.has(node) ? [node] : []));
  const [first, ...others] = nodes.map(node => matrixSumOf(s, node));
  if (!first || others.some(other => !other || !haveSameAxes(other, first))) return undefined;
  const isAlong = pair.some(axis => first.axes[axis] === first.terms);
  return isAlong && (!first.beside || isProduct(first, pair)) ? first : undefined;
}

/** Whether the factors of its terms that depend on the row can be separated from the rest. */
function isProduct({ sum: { leaf }, axes, terms, beside }: MatrixSum, pair: Pair): boolean {
  const rows = pair.map(axis => axes[axis]).find(loop => loop !== terms);
  return !!rows && !!beside && rowFactorsOf(leaf.value, rows.loop, beside.loop) !== undefined;
}

function holdsIndices(value: Expr): boolean {
  let holds = false;
  visitExpr(value, e => (holds ||= e.kind === 'index'));
  return holds;
}

/** Whether the inputs of the matrices are still unchanged at each of the sums. */
function isRightAnywhere(group: MatrixGroup, statements: readonly Stmt[]): boolean {
  const nodes = new Set(group.matrices.map(({ node }) => node));
  const at = (stmt: For): number => statements.indexOf(stmt);
  return group.sums.every(sum =>
    neededBy(sum, group).every(matrix =>
      canBeMadeAfter(matrix, nodes, statements.slice(at(matrix.stmt) + 1, at(sum.stmt) + 1)),
    ),
  );
}
