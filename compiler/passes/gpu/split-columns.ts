/**
 * Sums the columns of a matrix in parts of some rows each, so that there are enough threads; neighbouring threads have
 * neighbouring columns.
 *
 *   before   for o < 768 { for b < 4 { for t < 510 { g[o] += x[b, t, o]; } } }
 *
 *   after    local g_parts: f32[4, 15, 768];
 *            for b < 4 { for t_part < 15 { for o < 768 {
 *              g_parts[b, t_part, o] := 0;
 *              for t < 34 { g_parts[b, t_part, o] += x[b, 34*t_part + t, o]; }
 *            } } }
 *            for o < 768 { for b < 4 { for t_part < 15 { g[o] += g_parts[b, t_part, o]; } } }
 *
 * Leftover rows, if no divisor fits, are added after the parts. Not exact: each part is summed by itself first. The number of
 * parts depends on sizes alone, so the result is always the same.
 */
import { at, type Index, loopVar, plus, substitute } from '../../core/index-expr.ts';
import { Names } from '../../core/names.ts';
import { neutralOf } from '../../core/op.ts';
import { type TensorNode, tensorNode } from '../../core/tensor-node.ts';
import { namesIn } from '../../loop/facts.ts';
import {
  accumulate,
  block,
  constant,
  declare,
  type For,
  forLoops,
  read,
  type Stmt,
  write,
} from '../../loop/ir.ts';
import { rewriteOutermost, substituteLoops } from '../../loop/traverse.ts';
import { type ColumnSums, columnSumsAt } from '../../schedule/column-sums.ts';
import { type Division, divisionOf, partsOf, turnsOfPart } from '../../schedule/division.ts';
import { noOverrides, unless } from '../../schedule/override.ts';
import { product } from '../../support/list.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function splitColumns(overrides = noOverrides): Pass {
  return {
    name: 'split-columns',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('split', overrides(program), loop => {
        const sums = columnSumsAt(loop);
        const division = sums && divisionFor(sums);
        if (!division) return undefined;
        const after = new Parts(sums, division, names).stmt();
        const [array, [rows]] = [sums.leaf.node.name, sums.rows];
        const step = { kind: 'rows', array, rows: rows.loop, blocks: partsOf(division) } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** Terms from which it is worth a second kernel. */
const manyTerms = 2 ** 15;
/** So many columns, a thread each, keep a GPU busy; with so many terms each they take long, unless they are more. */
const [manyCells, longSum, cellsForAll] = [4096, 1024, 2 ** 14];
/** Of a column: more are a long sum themselves. */
const mostParts = 64;
const fewestInPart = 8;

/** Undefined where the sums stay as they are. */
function divisionFor({ cells, rows }: ColumnSums): Division | undefined {
  const [columns, terms] = [cells, rows].map(loops => product(loops.map(l => l.extent)));
  if (!columns || !terms || terms <= mostParts || columns * terms < manyTerms) return undefined;
  if (columns >= (terms < longSum ? manyCells : cellsForAll)) return undefined;
  const most = Math.min(mostParts, Math.floor(terms / fewestInPart));
  return divisionOf(rows, most, countFor);
}

/** Parts of one size, as many as there may be: a divisor if there is one that is not much smaller. */
function countFor({ extent }: For, most: number): number {
  for (let count = most; 2 * count > most; count--) if (extent % count === 0) return count;
  return most;
}

class Parts {
  readonly #sums: ColumnSums;
  readonly #division: Division;
  readonly #names: Names;
  readonly #parts: TensorNode;
  /** Turns of the divided loop in each part. */
  readonly #size: number;

  constructor(sums: ColumnSums, division: Division, names: Names) {
    const { node } = sums.leaf;
    const { whole, count } = division;
    const dims = [...whole.map(l => l.extent), count, ...sums.cells.map(l => l.extent)];
    this.#sums = sums;
    this.#division = division;
    this.#names = names;
    this.#parts = tensorNode(names.fresh(`${node.name}_parts`), node.dtype, dims);
    this.#size = turnsOfPart(division);
  }

  stmt(): Stmt {
    return block([declare(this.#parts), this.#first(), ...this.#totals()]);
  }

  #first(): Stmt {
    const { cells, leaf } = this.#sums;
    const { whole, divided, count, inside } = this.#division;
    const { op, node, origins } = leaf;
    const part = { loop: this.#fresh(`${divided.loop}_part`), extent: count };
    const index = [...whole, part, ...cells].map(l => at(l.loop));
    const row = plus(at(part.loop, this.#size), at(divided.loop));
    const value = substituteLoops(leaf.value, new Map([[divided.loop, row]]));
    const own = { loop: divided.loop, extent: this.#size };
    const neutral = constant(node.dtype, neutralOf(op, node.dtype), origins);
    return forLoops(
      [...whole, part, ...cells],
      block([
        write(this.#parts, index, neutral, origins),
        forLoops([own, ...inside], accumulate(op, this.#parts, index, value, origins)),
      ]),
    );
  }

  /** Parts, and then the rows that are in none. */
  #totals(): readonly Stmt[] {
    const { cells, leaf } = this.#sums;
    const { whole, divided, count, inside } = this.#division;
    const part = { loop: divided.loop, extent: count };
    const parts = this.#overFresh([...cells, ...whole, part], binding => {
      const index = [...whole, part, ...cells].map(l => binding.get(l.loop) ?? at(l.loop));
      return this.#addToTotal(read(this.#parts, index, leaf.origins), binding);
    });
    const done = count * this.#size;
    if (done === divided.extent) return [parts];
    const rest = { loop: divided.loop, extent: divided.extent - done };
    const others = this.#overFresh([...cells, ...whole, rest, ...inside], binding => {
      const row = plus(binding.get(divided.loop) ?? at(divided.loop), at(divided.loop, 0, done));
      const inRest = new Map([...binding, [divided.loop, row]]);
      return this.#addToTotal(substituteLoops(leaf.value, inRest), binding);
    });
    return [parts, others];
  }

  #addToTotal(
    value: Parameters<typeof accumulate>[3],
    binding: ReadonlyMap<For['loop'], Index>,
  ): Stmt {
    const { op, node, index, origins } = this.#sums.leaf;
    const cell = index.map(ix => substitute(ix, binding));
    return accumulate(op, node, cell, value, origins);
  }

  /** In loops of their own in the place of these. */
  #overFresh(
    loops: readonly Pick<For, 'loop' | 'extent'>[],
    body: (binding: ReadonlyMap<For['loop'], Index>) => Stmt,
  ): Stmt {
    const fresh = loops.map(l => ({ ...l, loop: this.#fresh(l.loop) }));
    const binding = new Map(loops.map((l, i) => [l.loop, at(fresh[i]?.loop ?? l.loop)]));
    return forLoops(fresh, body(binding));
  }

  #fresh(name: string): For['loop'] {
    return loopVar(this.#names.fresh(name));
  }
}
