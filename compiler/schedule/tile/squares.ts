/**
 * What few rows read of columns that lie apart, turned over between loading and adding, square by square:
 * a square stays in registers, where a panel would be stored and loaded again for a handful of rows.
 *
 *   before   for i < 784 { s += x[b, i] * w[o, i]; }
 *
 *   after    for i_square < 49 {
 *              local w_square: f32[16, 16];
 *              for r < 16 unrolled { for l < 16 vector { w_square[r, l] := w[16*o2 + l, 16*i_square + r]; } }
 *              for i < 16 unrolled { s += x[b, 16*i_square + i] * w_square[i, o - 16*o2]; }
 *            }
 *
 * Exact: each cell gets its terms in the order it did. What fills no square is in one that reaches back.
 */
import {
  at,
  fixed,
  type Index,
  loopVar,
  plus,
  sameIndices,
  substitute,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { tensorNode } from '../../core/tensor-node.ts';
import { block, declare, type For, forLoop, read, type Stmt, statementsOf } from '../../loop/ir.ts';
import { stemOf } from '../../loop/loop-names.ts';
import { strideOf } from '../../loop/stride.ts';
import { rewriteExprsIn, rewriteStmts, substituteLoopsIn } from '../../loop/traverse.ts';
import { product } from '../../support/list.ts';
import type { Nest } from '../nest.ts';
import type { Packed } from './packing.ts';
import { copyInto } from './panel.ts';
import type { Target } from '../target.ts';

export interface Square {
  readonly of: Packed;
  /** The innermost loop of the sums, along which it lies side by side. */
  readonly terms: For;
}

interface Rows {
  readonly rows: For | undefined;
  readonly rowCount: number;
  readonly columns: For;
  readonly lanes: number;
}

/** Registers for values on their way between rows of a square. */
const registersBetween = 2;

/** A square is transposed again for each tile of rows. */
const mostTiles = 1;

/** Undefined where rows are many, or where it and their sums leave the registers. */
export function squareFor(
  packed: readonly Packed[],
  { loops }: Nest,
  { rows, rowCount, columns, lanes }: Rows,
  { vectorRegisters }: Target,
): Square | undefined {
  const [of, ...others] = packed;
  const terms = of?.loops.at(-1);
  if (!of || !terms || !rows || others.length > 0) return undefined;
  const sharing = loops.filter(l => l !== rows && strideOf(of.node, of.index, l.loop) === 0);
  const tiles = product(sharing.map(l => l.extent)) * Math.ceil(rows.extent / rowCount);
  if (tiles > mostTiles) return undefined;
  const isInRegisters = rowCount + lanes + registersBetween <= vectorRegisters;
  const isApart = strideOf(of.node, of.index, columns.loop) !== 1;
  const isBeside = strideOf(of.node, of.index, terms.loop) === 1;
  const isInnermost = statementsOf(terms.body).every(s => s.kind === 'accumulate');
  const isWhole = terms.extent >= lanes && isInnermost;
  return isInRegisters && isApart && isBeside && isWhole ? { of, terms } : undefined;
}

interface SquareAt {
  readonly columns: For;
  /** The first of its columns. */
  readonly start: Index;
  readonly lanes: number;
}

export interface InSquares {
  readonly body: readonly Stmt[];
  /** The statements that transpose squares, for all rows and columns at once. */
  readonly copies: ReadonlySet<Stmt>;
}

export function inSquares(
  body: readonly Stmt[],
  { of, terms }: Square,
  { columns, start, lanes }: SquareAt,
  names: Names,
): InSquares {
  const copies = new Set<Stmt>();
  const copied = (s: Stmt): Stmt => {
    copies.add(s);
    return s;
  };
  const column = sumOf([
    [1, at(columns.loop)],
    [-1, start],
  ]);
  /** The terms of a square from `first` on, but for so many of them. */
  const square = (first: Index, without: number): Stmt => {
    const panel = tensorNode(names.fresh(`${of.node.name}_square`), of.node.dtype, [lanes, lanes]);
    const [row, turn] = [loopVar(names.fresh(terms.loop)), loopVar(names.fresh(terms.loop))];
    const turned = {
      ...of,
      index: of.index.map(ix => substitute(ix, new Map([[terms.loop, plus(first, at(row))]]))),
      loops: [{ ...terms, loop: row, extent: lanes }],
    };
    const place = { columns, start, tiles: 1, count: lanes, lanes };
    const term = at(turn, 1, without);
    const added = rewriteExprsIn(terms.body, e => {
      const isCopied = e.kind === 'read' && e.node === of.node && sameIndices(e.index, of.index);
      return isCopied ? read(panel, [term, column], e.origins) : undefined;
    });
    const now = substituteLoopsIn(added, new Map([[terms.loop, plus(first, term)]]));
    return block([
      copied(declare(panel)),
      copied(copyInto(panel, turned, place, new Map(), names)),
      forLoop(turn, lanes - without, now, 'unrolled'),
    ]);
  };
  const rest = terms.extent % lanes;
  const count = Math.floor(terms.extent / lanes);
  const loop = loopVar(names.fresh(`${stemOf(terms.loop)}_square`));
  const squares = block([
    count === 1 ? square(fixed(0), 0) : forLoop(loop, count, square(at(loop, lanes), 0)),
    ...(rest > 0 ? [square(fixed(terms.extent - lanes), lanes - rest)] : []),
  ]);
  const all = rewriteStmts(block(body), s =>
    s.kind === 'for' && s.loop === terms.loop ? squares : undefined,
  );
  return { body: statementsOf(all), copies };
}
