/**
 * Rewrites a product for split-K: partial products over some of the terms each, and their sum (`../divided-sum.ts`).
 *
 *   before   for b < 64 { for o < 64 {
 *              local s: f32 := bias[o]; for i < 2000 { s += x[b, i] * w[i, o]; } y[b, o] := relu(s);
 *            } }
 *
 *   after    local s_parts: f32[15, 64, 64];
 *            for i_part < 15 { for b2 < 64 { for o2 < 64 { … s_parts[i_part, b2, o2] := s_part; } } }
 *            for b < 64 { for o < 64 {
 *              local s: f32 := bias[o];
 *              for i3 < 15 { s += s_parts[i3, b, o]; }
 *              for i4 < 5 { s += x[b, i4 + 1995] * w[i4 + 1995, o]; }
 *              y[b, o] := relu(s);
 *            } }
 */
import type { Names } from '../../core/names.ts';
import { block, declare, forLoops, type Stmt } from '../../loop/ir.ts';
import type { Contraction } from './contraction.ts';
import { DividedSum } from '../divided-sum.ts';
import type { Division } from '../division.ts';
import type { Nest } from '../nest.ts';

export function inProductParts(
  nest: Nest,
  { others, rows, columns, sum, start, leaf, epilogue }: Contraction,
  division: Division,
  names: Names,
): Stmt {
  const divided = new DividedSum(leaf, [...others, rows, columns], division, names);
  const cell = block([declare(sum), start, ...divided.total(), ...epilogue]);
  return block([...divided.parts(), forLoops(nest.loops, cell)]);
}
