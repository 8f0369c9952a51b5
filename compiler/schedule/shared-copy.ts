/**
 * What the rows or the columns of a tile read, copied to memory that the threads of a block share:
 * terms by cells, whatever the order in the array is. Threads that run in step read neighbours.
 */
import {
  at,
  fixed,
  type Index,
  type LoopVar,
  loopVar,
  plus,
  sameIndices,
} from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { block, constant, forLoop, type Read, type Stmt, when, write } from '../loop/ir.ts';
import { strideOf } from '../loop/stride.ts';
import { substituteLoops } from '../loop/traverse.ts';
import { isUneven, nested, padding, type Side } from './block-tile.ts';
import type { Contraction } from './contraction.ts';

export interface Copied {
  readonly copy: TensorNode;
  readonly side: Side;
  /** All that read the same. */
  readonly reads: readonly [Read, ...Read[]];
}

/** Some terms of a sum. */
export interface Terms {
  readonly loop: LoopVar;
  readonly first: Index;
  readonly count: number;
}

/** One for each cell that is read in another way. */
export function copiesOf(
  { rowReads, columnReads }: Contraction,
  rows: Side,
  columns: Side,
  terms: number,
  names: Names,
): readonly Copied[] {
  const all = [
    ...rowReads.map(r => ({ read: r, side: rows, word: 'rows' })),
    ...columnReads.map(r => ({ read: r, side: columns, word: 'columns' })),
  ];
  const copies: Copied[] = [];
  for (const { read, side, word } of all) {
    const known = copies.findIndex(({ reads: [first] }) => isSame(first, read));
    const found = copies[known];
    if (found) {
      copies[known] = { ...found, reads: [...found.reads, read] };
      continue;
    }
    const name = names.fresh(`${read.node.name}_${word}`);
    const copy = tensorNode(name, read.dtype, [terms, side.tile + padding]);
    copies.push({ copy, side, reads: [read] });
  }
  return copies;
}

function isSame(a: Read, b: Read): boolean {
  return a.node === b.node && sameIndices(a.index, b.index);
}

/** Cells that one thread copies, which lie side by side: as many as one instruction loads. */
const atOnce = 4;

/** A thread loop that copies. */
export function copyOf(copied: Copied, terms: Terms, names: Names): Stmt {
  return new Copying(copied, terms, names).stmt();
}

class Copying {
  readonly #copied: Copied;
  readonly #terms: Terms;
  readonly #names: Names;
  /** Of the cells and of the terms one may be copied in groups: what lies side by side. */
  readonly #grouped: 'cells' | 'terms' | undefined;
  readonly #cell: LoopVar;
  readonly #term: LoopVar;

  constructor(copied: Copied, terms: Terms, names: Names) {
    this.#copied = copied;
    this.#terms = terms;
    this.#names = names;
    this.#cell = loopVar(names.fresh('cell'));
    this.#term = loopVar(names.fresh('term'));
    this.#grouped = this.#sideBySide();
  }

  #sideBySide(): 'cells' | 'terms' | undefined {
    const { side, reads } = this.#copied;
    const [{ node, index }] = reads;
    if (strideOf(node, index, side.loop.loop) === 1) return 'cells';
    const isBeside = strideOf(node, index, this.#terms.loop) === 1;
    return isBeside && this.#terms.count % atOnce === 0 ? 'terms' : undefined;
  }

  stmt(): Stmt {
    const { tile } = this.#copied.side;
    const [inCells, inTerms] = [this.#grouped === 'cells', this.#grouped === 'terms'];
    const cells = { loop: this.#cell, extent: tile / (inCells ? atOnce : 1) };
    const terms = { loop: this.#term, extent: this.#terms.count / (inTerms ? atOnce : 1) };
    return nested(inTerms ? [cells, terms] : [terms, cells], 'thread', this.#group());
  }

  /** What one thread copies in one turn. Beyond the last row or column there is nothing but zeros. */
  #group(): Stmt {
    const { side } = this.#copied;
    if (!isUneven(side)) return this.#lanes(lane => this.#value(lane));
    const { extent } = side.loop;
    const isWhole = this.#grouped !== 'cells' || extent % atOnce === 0;
    return isWhole
      ? block([
          this.#lanes(lane => this.#zero(lane)),
          when(
            this.#cellAt(fixed(0)),
            extent,
            this.#lanes(lane => this.#value(lane)),
          ),
        ])
      : this.#lanes(lane =>
          block([this.#zero(lane), when(this.#cellAt(lane), extent, this.#value(lane))]),
        );
  }

  #lanes(body: (lane: Index) => Stmt): Stmt {
    if (this.#grouped === undefined) return body(fixed(0));
    const lane = loopVar(this.#names.fresh('lane'));
    return forLoop(lane, atOnce, body(at(lane)), 'unrolled');
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
    return [this.#inGroup('terms', this.#term, lane), this.#inGroup('cells', this.#cell, lane)];
  }

  /** The row or column. */
  #cellAt(lane: Index): Index {
    const { block: own, tile } = this.#copied.side;
    return plus(at(own, tile), this.#inGroup('cells', this.#cell, lane));
  }

  #inGroup(of: 'cells' | 'terms', loop: LoopVar, lane: Index): Index {
    return this.#grouped === of ? plus(at(loop, atOnce), lane) : at(loop);
  }
}
