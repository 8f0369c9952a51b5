/**
 * A product rewritten as a product of some terms for each part, and a sum of the parts.
 *
 *   before   for b < 64 { for o < 64 {
 *              local s: f32 := bias[o]; for i < 2000 { s += x[b, i] * w[i, o]; } y[b, o] := relu(s);
 *            } }
 *
 *   after    local s_parts: f32[15, 64, 64];
 *            for i_part < 15 { for b2 < 64 { for o2 < 64 {
 *              local s_part: f32 := 0;
 *              for i2 < 133 { s_part += x[b2, 133*i_part + i2] * w[133*i_part + i2, o2]; }
 *              s_parts[i_part, b2, o2] := s_part;
 *            } } }
 *            for b < 64 { for o < 64 {
 *              local s: f32 := bias[o];
 *              for i3 < 15 { s += s_parts[i3, b, o]; }
 *              for i4 < 5 { s += x[b, i4 + 1995] * w[i4 + 1995, o]; }
 *              y[b, o] := relu(s);
 *            } }
 *
 * Not exact: parts are summed by themselves first.
 */
import { at, fixed, type Index, loopVar, plus } from '../core/index-expr.ts';
import type { Names } from '../core/names.ts';
import { neutralOf } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
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
import { withFreshLoops } from './again.ts';
import type { Contraction } from './contraction.ts';
import { type Division, turnsOfPart } from './division.ts';
import type { Nest } from './nest.ts';

export function inProductParts(
  nest: Nest,
  contraction: Contraction,
  division: Division,
  names: Names,
): Stmt {
  return new Parts(nest, contraction, division, names).stmt();
}

type Loop = Pick<For, 'loop' | 'extent'>;

class Parts {
  readonly #nest: Nest;
  readonly #contraction: Contraction;
  readonly #division: Division;
  readonly #names: Names;
  /** Around a cell, columns innermost. */
  readonly #cells: readonly For[];
  readonly #parts: TensorNode;

  constructor(nest: Nest, contraction: Contraction, division: Division, names: Names) {
    const { others, rows, columns, sum } = contraction;
    const { whole, count } = division;
    this.#nest = nest;
    this.#contraction = contraction;
    this.#division = division;
    this.#names = names;
    this.#cells = [...others, rows, columns];
    const dims = [...whole.map(l => l.extent), count, ...this.#cells.map(l => l.extent)];
    this.#parts = tensorNode(names.fresh(`${sum.name}_parts`), sum.dtype, dims);
  }

  stmt(): Stmt {
    return block([declare(this.#parts), this.#products(), this.#totals()]);
  }

  #products(): Stmt {
    const { sum, leaf } = this.#contraction;
    const { whole, divided, count, inside } = this.#division;
    const { op, origins } = leaf;
    const own = tensorNode(this.#names.fresh(`${sum.name}_part`), sum.dtype, []);
    const part = { loop: loopVar(this.#names.fresh(`${divided.loop}_part`)), extent: count };
    const size = turnsOfPart(this.#division);
    const value = this.#termAt(plus(at(part.loop, size), at(divided.loop)));
    const terms = [{ loop: divided.loop, extent: size }, ...inside];
    const neutral = constant(sum.dtype, neutralOf(op, sum.dtype), origins);
    const index = [...whole, part, ...this.#cells].map(l => at(l.loop));
    const body = block([
      declare(own),
      write(own, [], neutral, origins),
      forLoops(terms, accumulate(op, own, [], value, origins)),
      write(this.#parts, index, read(own, [], origins), origins),
    ]);
    const inPart = withFreshLoops(forLoops([...whole, ...this.#cells], body), this.#names);
    return forLoop(part.loop, part.extent, inPart);
  }

  #totals(): Stmt {
    const { sum, start, epilogue } = this.#contraction;
    const body = block([declare(sum), start, this.#sumOfParts(), ...this.#rest(), ...epilogue]);
    return forLoops(this.#nest.loops, body);
  }

  #sumOfParts(): Stmt {
    const { whole, divided, count } = this.#division;
    const { origins } = this.#contraction.leaf;
    const part = { loop: divided.loop, extent: count };
    const index = [...whole, part, ...this.#cells].map(l => at(l.loop));
    return this.#summed([...whole, part], read(this.#parts, index, origins));
  }

  /** Terms that are in no part. */
  #rest(): readonly Stmt[] {
    const { whole, divided, count, inside } = this.#division;
    const done = count * turnsOfPart(this.#division);
    if (done === divided.extent) return [];
    const rest = { loop: divided.loop, extent: divided.extent - done };
    const value = this.#termAt(plus(at(divided.loop), fixed(done)));
    return [this.#summed([...whole, rest, ...inside], value)];
  }

  #summed(loops: readonly Loop[], value: Expr): Stmt {
    const { sum, leaf } = this.#contraction;
    const added = accumulate(leaf.op, sum, [], value, leaf.origins);
    return withFreshLoops(forLoops(loops, added), this.#names);
  }

  #termAt(turn: Index): Expr {
    const { leaf } = this.#contraction;
    return substituteLoops(leaf.value, new Map([[this.#division.divided.loop, turn]]));
  }
}
