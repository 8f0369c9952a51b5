/**
 * Loops in which the threads of a block copy what the rows or columns of a tile read. Neighbouring threads read
 * neighbouring cells (coalesced), and each copies as many contiguous cells as one instruction moves.
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  sumOf,
} from '../../core/index-expr.ts';
import type { Names } from '../../core/names.ts';
import { block, constant, forLoop, type Stmt, when, write } from '../../loop/ir.ts';
import { cellsOfGroupRow } from '../../loop/group-factor.ts';
import { strideOf } from '../../loop/stride.ts';
import { substituteLoops } from '../../loop/traverse.ts';
import { type SharedCopy, placeIn } from './shared-copy.ts';
import { cellsAtOnce } from './shared-bytes.ts';
import { isUneven, nested } from './tile-side.ts';
import { type Terms, whenInSum } from './term-tiles.ts';

/** The thread loops that fill a copy. */
export function fillSharedCopy(copied: SharedCopy, terms: Terms, names: Names): Stmt {
  return new Copying(copied, terms, names).stmt();
}

class Copying {
  readonly #copied: SharedCopy;
  readonly #terms: Terms;
  readonly #names: Names;
  /** What is contiguous in the array, and so copied in groups: cells of the tile, or terms. */
  readonly #grouped: 'cells' | 'terms' | undefined;
  readonly #atOnce: number;
  readonly #cell: LoopVar;
  readonly #term: LoopVar;
  /** The loop over rows of 64 cells of the tile, for `swizzled rows`. */
  readonly #rows: { readonly loop: LoopVar; readonly extent: number } | undefined;

  constructor(copied: SharedCopy, terms: Terms, names: Names) {
    this.#copied = copied;
    this.#terms = terms;
    this.#names = names;
    this.#cell = loopVar(names.fresh('cell'));
    this.#term = loopVar(names.fresh('term'));
    const [extent = 0, , inRow] = copied.copy.dims;
    this.#rows = inRow === undefined ? undefined : { loop: loopVar(names.fresh('row')), extent };
    this.#grouped = this.#sideBySide();
    const along = this.#grouped === 'terms' ? terms.count : copied.side.tile;
    this.#atOnce = largestDivisor(along, cellsAtOnce(copied.copy.dtype));
  }

  #sideBySide(): 'cells' | 'terms' | undefined {
    const { side, reads, isAlongTerms } = this.#copied;
    const [{ node, index }] = reads;
    if (!isAlongTerms && strideOf(node, index, side.loop.loop) === 1) return 'cells';
    return strideOf(node, index, this.#terms.loop) === 1 ? 'terms' : undefined;
  }

  stmt(): Stmt {
    const { tile } = this.#copied.side;
    const [inCells, inTerms] = [this.#grouped === 'cells', this.#grouped === 'terms'];
    const turns = tile / (inCells ? this.#atOnce : 1);
    const cells = this.#rows
      ? [this.#rows, { loop: this.#cell, extent: turns / this.#rows.extent }]
      : [{ loop: this.#cell, extent: turns }];
    const terms = {
      loop: this.#term,
      extent: this.#terms.count / (inTerms ? this.#atOnce : 1),
    };
    return nested(inTerms ? [...cells, terms] : [terms, ...cells], 'thread', this.#ofTerms());
  }

  /** What one thread copies in one turn; nothing for terms beyond the sum. */
  #ofTerms(): Stmt {
    const { below } = this.#terms;
    if (below === undefined || this.#grouped !== 'terms' || below % this.#atOnce === 0) {
      return whenInSum(this.#terms, this.#inGroup('terms', this.#term, fixed(0)), this.#group());
    }
    return this.#lanes(lane =>
      whenInSum(this.#terms, this.#inGroup('terms', this.#term, lane), this.#one(lane)),
    );
  }

  /** Cells beyond the last row or column become zeros. */
  #group(): Stmt {
    const { side } = this.#copied;
    if (!isUneven(side)) return this.#lanes(lane => this.#value(lane));
    const isWhole = this.#grouped !== 'cells' || side.loop.extent % this.#atOnce === 0;
    return isWhole
      ? this.#insideOrZero(fixed(0), body => this.#lanes(body))
      : this.#lanes(lane => this.#insideOrZero(lane, body => body(lane)));
  }

  #one(lane: Index): Stmt {
    const isOutside = isUneven(this.#copied.side);
    return isOutside ? this.#insideOrZero(lane, body => body(lane)) : this.#value(lane);
  }

  /** The value inside the array, and zero outside. */
  #insideOrZero(lane: Index, over: (body: (lane: Index) => Stmt) => Stmt): Stmt {
    const cell = this.#cellAt(lane);
    const { extent } = this.#copied.side.loop;
    const value = over(each => this.#value(each));
    const zero = over(each => this.#zero(each));
    return block([when(cell, extent, value), when(sumOf([[-1, cell]]), 1 - extent, zero)]);
  }

  #lanes(body: (lane: Index) => Stmt): Stmt {
    if (this.#grouped === undefined || this.#atOnce === 1) return body(fixed(0));
    const lane = loopVar(this.#names.fresh('lane'));
    return forLoop(lane, this.#atOnce, body(at(lane)), 'unrolled');
  }

  #value(lane: Index): Stmt {
    const { copy, side, reads } = this.#copied;
    const [first] = reads;
    const binding = new Map([
      [this.#terms.loop, plus(this.#terms.first, this.#inGroup('terms', this.#term, lane))],
      [side.loop.loop, this.#cellAt(lane)],
    ]);
    return write(copy, this.#place(lane), substituteLoops(first, binding), first.origins);
  }

  #zero(lane: Index): Stmt {
    const { copy, reads } = this.#copied;
    return write(copy, this.#place(lane), constant(copy.dtype, 0), reads[0].origins);
  }

  #place(lane: Index): readonly Index[] {
    const [term, cell] = [this.#inGroup('terms', this.#term, lane), this.#cellInTile(lane)];
    return placeIn(this.#copied, term, cell);
  }

  /** The index in the array of the row or column. */
  #cellAt(lane: Index): Index {
    const { block: own, tile } = this.#copied.side;
    return plus(at(own, tile), this.#cellInTile(lane));
  }

  #cellInTile(lane: Index): Index {
    const inRow = this.#inGroup('cells', this.#cell, lane);
    return this.#rows ? plus(at(this.#rows.loop, cellsOfGroupRow), inRow) : inRow;
  }

  #inGroup(of: 'cells' | 'terms', loop: LoopVar, lane: Index): Index {
    return this.#grouped === of ? plus(at(loop, this.#atOnce), lane) : at(loop);
  }
}

/** The largest power of two, at most `most` (itself one), that divides `count`. */
function largestDivisor(count: number, most: number): number {
  let divisor = most;
  while (count % divisor > 0) divisor /= 2;
  return divisor;
}
