/**
 * A sum for each cell, divided: sums of some terms by themselves, and the sum of those.
 *
 *   before   for i < 2000 { s += x[b, i] * w[i, o]; }
 *
 *   after    local s_parts: f32[15, 64, 64];
 *            for i_part < 15 { for b2 < 64 { for o2 < 64 {
 *              local s_part: f32 := 0;
 *              for i2 < 133 { s_part += x[b2, 133*i_part + i2] * w[133*i_part + i2, o2]; }
 *              s_parts[i_part, b2, o2] := s_part;
 *            } } }
 *            for i3 < 15 { s += s_parts[i3, b, o]; }
 *            for i4 < 5 { s += x[b, i4 + 1995] * w[i4 + 1995, o]; }
 *
 * Not exact: parts are summed by themselves first.
 */
import { at, fixed, type Index, loopVar, plus } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { neutralOf } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  type Accumulate,
  accumulate,
  block,
  constant,
  declare,
  type Expr,
  type For,
  forLoop,
  forLoops,
  read,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { substituteLoops } from '../loop/traverse.ts';
import { withFreshLoops } from './clone.ts';
import { type Division, turnsOfPart } from './division.ts';

type Loop = Pick<For, 'loop' | 'extent'>;

export class DividedSum {
  readonly #leaf: Accumulate;
  readonly #cells: readonly For[];
  readonly #division: Division;
  readonly #names: Names;
  readonly #parts: TensorNode;

  /** `leaf` adds to a scalar of its own for each turn of the loops over `cells`, of which the last is innermost. */
  constructor(leaf: Accumulate, cells: readonly For[], division: Division, names: Names) {
    const { whole, count } = division;
    const { name, dtype } = leaf.node;
    this.#leaf = leaf;
    this.#cells = cells;
    this.#division = division;
    this.#names = names;
    const dims = [...whole.map(l => l.extent), count, ...cells.map(l => l.extent)];
    this.#parts = tensorNode(names.fresh(`${name}_parts`), dtype, dims);
  }

  /** The sums of the parts, of all cells. */
  parts(): readonly Stmt[] {
    const { op, node, origins } = this.#leaf;
    const { whole, divided, count, inside } = this.#division;
    const own = tensorNode(this.#names.fresh(`${node.name}_part`), node.dtype, []);
    const part = { loop: loopVar(this.#names.fresh(`${divided.loop}_part`)), extent: count };
    const size = turnsOfPart(this.#division);
    const value = this.#termAt(plus(at(part.loop, size), at(divided.loop)));
    const terms = [{ loop: divided.loop, extent: size }, ...inside];
    const neutral = constant(node.dtype, neutralOf(op, node.dtype), origins);
    const body = block([
      declare(own),
      write(own, [], neutral, origins),
      forLoops(terms, accumulate(op, own, [], value, origins)),
      write(this.#parts, this.#indexOf(part), read(own, [], origins), origins),
    ]);
    const inPart = withFreshLoops(forLoops([...whole, ...this.#cells], body), this.#names);
    return [declare(this.#parts), forLoop(part.loop, part.extent, inPart)];
  }

  /** What stands in the place of the sum of a cell: the sum of its parts, and terms that are in no part. */
  total(): readonly Stmt[] {
    const { whole, divided, count, inside } = this.#division;
    const part = { loop: divided.loop, extent: count };
    const ofParts = read(this.#parts, this.#indexOf(part), this.#leaf.origins);
    const parts = this.#summed([...whole, part], ofParts);
    const done = count * turnsOfPart(this.#division);
    if (done === divided.extent) return [parts];
    const rest = { loop: divided.loop, extent: divided.extent - done };
    const value = this.#termAt(plus(at(divided.loop), fixed(done)));
    return [parts, this.#summed([...whole, rest, ...inside], value)];
  }

  #indexOf(part: Loop): readonly Index[] {
    return [...this.#division.whole, part, ...this.#cells].map(l => at(l.loop));
  }

  #summed(loops: readonly Loop[], value: Expr): Stmt {
    const { op, node, origins } = this.#leaf;
    return withFreshLoops(forLoops(loops, accumulate(op, node, [], value, origins)), this.#names);
  }

  #termAt(turn: Index): Expr {
    return substituteLoops(this.#leaf.value, new Map([[this.#division.divided.loop, turn]]));
  }
}
