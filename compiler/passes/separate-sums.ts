/**
 * Moves the sum of sums out of its nest, so that the inner sums have independent turns and can be tiled.
 *
 *   before   for b < 64 { for o < 512 { local s: f32 := 0; for i < 784 { s += … } total += abs(s); } }
 *
 *   after    local total_terms: f32[64, 512];
 *            for b < 64 { for o < 512 { local s: f32 := 0; for i < 784 { s += … } total_terms[b, o] := abs(s); } }
 *            for b2 < 64 { for o2 < 512 { total += total_terms[b2, o2]; } }
 *
 * Exact: terms keep their order. Only if the nest then becomes a tile.
 */
import { at, loopVar } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import { namesIn, sitesUnder, usedIn } from '../loop/facts.ts';
import {
  type Accumulate,
  accumulate,
  block,
  declare,
  type For,
  forLoops,
  read,
  type Stmt,
  statementsOf,
  write,
} from '../loop/ir.ts';
import { rewriteOutermost, substituteLoopsIn } from '../loop/traverse.ts';
import { nestAt } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { isTile, tileFor } from '../schedule/tile/tile.ts';
import { type Pass, withBody } from './pipeline.ts';

export function separateSums(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'separate-sums',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const arrays: TensorNode[] = [];
      const rule = unless('tile', overrides(program), loop => {
        const sum = sumOfSums(loop);
        const parts = sum && separated(sum, names);
        if (!parts || !isTileable(parts.terms, target)) return undefined;
        arrays.push(parts.array);
        const after = block([parts.terms, parts.sum]);
        const step = { kind: 'separate', array: sum.leaf.node.name } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      const body = rewriteOutermost(program.body, rule);
      // At the top, where an array may be too large for a stack.
      return body === program.body
        ? program
        : withBody(program, block([...arrays.map(declare), ...statementsOf(body)]));
    },
  };
}

interface SumOfSums {
  /** Outermost first. */
  readonly loops: readonly For[];
  /** What comes before the leaf in a turn. */
  readonly before: readonly Stmt[];
  readonly leaf: Accumulate;
}

/** Loops around some statements and, last of them, the only one that uses what it adds to. */
function sumOfSums(outermost: For): SumOfSums | undefined {
  const loops: For[] = [];
  let inner: Stmt = outermost;
  while (inner.kind === 'for' && inner.mode === 'serial') {
    loops.push(inner);
    inner = inner.body;
  }
  const before = statementsOf(inner);
  const leaf = before.at(-1);
  if (leaf?.kind !== 'accumulate' || before.length < 2) return undefined;
  const others = before.slice(0, -1);
  const isRead = sitesUnder(leaf).some(site => site.kind === 'read' && site.node === leaf.node);
  const isUsed = isRead || others.some(s => usedIn(s).has(leaf.node));
  const needEachOther = (nestAt(outermost)?.loops.length ?? 0) < loops.length;
  return needEachOther && !isUsed ? { loops, before: others, leaf } : undefined;
}

interface Separated {
  readonly array: TensorNode;
  readonly terms: Stmt;
  readonly sum: Stmt;
}

function separated({ loops, before, leaf }: SumOfSums, names: Names): Separated {
  const { op, node, index, value, origins } = leaf;
  const dims = loops.map(l => l.extent);
  const array = tensorNode(names.fresh(`${node.name}_terms`), node.dtype, dims);
  const cell = loops.map(l => at(l.loop));
  const terms = forLoops(loops, block([...before, write(array, cell, value, origins)]));
  const fresh = loops.map(l => ({ ...l, loop: loopVar(names.fresh(l.loop)) }));
  const binding = new Map(loops.map((l, i) => [l.loop, at(fresh[i]?.loop ?? l.loop)]));
  const add = accumulate(op, node, index, read(array, cell, origins), origins);
  return { array, terms, sum: forLoops(fresh, substituteLoopsIn(add, binding)) };
}

function isTileable(terms: Stmt, target: Target): boolean {
  const nest = terms.kind === 'for' ? nestAt(terms) : undefined;
  return nest !== undefined && isTile(tileFor(nest, target));
}
