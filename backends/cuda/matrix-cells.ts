/** Which cells of a product's factors a lane addresses, or holds in registers: as the PTX ISA shows for `mma`. */
import type { LoopVar } from '../../compiler/index.ts';
import { at, digitOf, fixed, type Index, plus } from '../../compiler/core/index-expr.ts';
import type { MatrixProduct } from '../../compiler/loop/matrix-product.ts';

/** A cell of a factor: the loops of its subscripts, by their role for a lane. */
export type Cell = ReadonlyMap<LoopVar, Index>;

export interface Cells {
  readonly left: readonly Cell[];
  readonly right: readonly Cell[];
}

/** For 16-bit factors: the row of eight cells that a lane addresses. */
export function pieceOf(
  { terms, half, next, lanes, left, right }: MatrixProduct,
  lane: LoopVar,
): Cells {
  const inEight = digitOf({ of: at(lane), over: 1, below: 8 });
  const [second, third] = [
    digitOf({ of: at(lane), over: 8, below: 2 }),
    digitOf({ of: at(lane), over: 16, below: undefined }),
  ];
  const cellOf = (unit: LoopVar, term: Index, isAlongTerms: boolean): Cell =>
    new Map([
      [unit, isAlongTerms ? inEight : fixed(0)],
      [terms.loop, isAlongTerms ? eightTimes(term) : plus(eightTimes(term), inEight)],
    ]);
  return {
    left: [new Map([...cellOf(lanes.row, third, left.isAlongTerms), [half, second]])],
    right: [new Map([...cellOf(next, second, right.isAlongTerms), [lanes.column, fixed(0)]])],
  };
}

/**
 * For two adjacent pieces of the right factor: the row of eight cells that a lane addresses in the `pair`-th pair.
 */
export function pairOf(product: MatrixProduct, lane: LoopVar, pair: LoopVar): Cell {
  const [one] = pieceOf(product, lane).right;
  const which = digitOf({ of: at(lane), over: 16, below: undefined });
  return new Map([...(one ?? []), [product.columns.loop, plus(at(pair, 2), which)]]);
}

function eightTimes(ix: Index): Index {
  return {
    offset: 8 * ix.offset,
    terms: ix.terms.map(term => ({ ...term, coeff: 8 * term.coeff })),
  };
}

/** For 32-bit factors: the cell in each register of a lane. */
export function wordsOf({ terms, half, next, lanes }: MatrixProduct, lane: LoopVar): Cells {
  const across = digitOf({ of: at(lane), over: 4, below: undefined });
  const term = digitOf({ of: at(lane), over: 1, below: 4 });
  const along = (part: number): readonly [LoopVar, Index] => [
    terms.loop,
    plus(term, fixed(4 * part)),
  ];
  return {
    left: [0, 1, 2, 3].map(register => {
      const rows = [
        [lanes.row, across],
        [half, fixed(register % 2)],
      ] as const;
      return new Map([...rows, along(Math.floor(register / 2))]);
    }),
    right: [0, 1].map(register => {
      const columns = [
        [next, across],
        [lanes.column, fixed(0)],
      ] as const;
      return new Map([...columns, along(register)]);
    }),
  };
}
