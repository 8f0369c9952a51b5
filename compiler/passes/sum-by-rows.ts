/**
 * Sums the columns of a large matrix row by row, in blocks of rows, so that the sums can be fused with other work on
 * the rows (`fuse-loops`) and threads can share the blocks.
 *
 *   before   for o < 1024 { for b < 4096 { g[o] += x[b, o]; } }
 *
 *   after    local g_blocks: f32[64, 1024];
 *            for b_block < 64 {
 *              for o < 1024 { g_blocks[b_block, o] := 0; }
 *              for b < 64 { for o < 1024 { g_blocks[b_block, o] += x[64*b_block + b, o]; } }
 *            }
 *            for o < 1024 { for b_block < 64 { g[o] += g_blocks[b_block, o]; } }
 *
 * Not exact: each block is summed by itself first. The number of blocks depends on sizes alone, so the result is the
 * same for any number of threads.
 */
import { at, fixed, type LoopVar, loopVar, plus, substitute } from '../core/index-expr.ts';
import type { Turns } from '../core/index-cover.ts';
import { bytesOf } from '../core/dtype.ts';
import { Names } from '../core/names.ts';
import { neutralOf } from '../core/op.ts';
import { tensorNode } from '../core/tensor-node.ts';
import { namesIn } from '../loop/facts.ts';
import {
  accumulate,
  block,
  constant,
  declare,
  type For,
  forLoop,
  forLoops,
  read,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { stemOf } from '../loop/loop-names.ts';
import { rewriteOutermost, substituteLoops } from '../loop/traverse.ts';
import { columnSumsAt } from '../schedule/column-sums.ts';
import type { SumNest } from '../schedule/nest.ts';
import { noOverrides, unless } from '../schedule/override.ts';
import type { Target } from '../schedule/target.ts';
import { product } from '../support/list.ts';
import { type Pass, withBody } from './pipeline.ts';

export function sumByRows(target: Target, overrides = noOverrides): Pass {
  return {
    name: 'sum-by-rows',
    run: (program, note) => {
      const names = new Names(namesIn(program));
      const rule = unless('split', overrides(program), loop => {
        const sums = blockedSumsAt(loop, target);
        if (!sums) return undefined;
        const after = inBlocks(sums, names);
        const { leaf, rows, blocks } = sums;
        const step = { kind: 'rows', array: leaf.node.name, rows: rows.loop, blocks } as const;
        note?.({ about: 'nest', step, before: [loop], after });
        return after;
      });
      return withBody(program, rewriteOutermost(program.body, rule));
    },
  };
}

/** With the rows in blocks. */
interface BlockedSums extends SumNest {
  readonly cells: readonly For[];
  readonly rows: For;
  readonly inRow: readonly For[];
  readonly blocks: number;
}

function blockedSumsAt(outermost: For, { cacheBytes }: Target): BlockedSums | undefined {
  const sums = columnSumsAt(outermost);
  if (!sums) return undefined;
  const { loops, leaf } = sums;
  const [rows, ...inRow] = sums.rows;
  const blocks = blocksOf(rows.extent, product(inRow.map(l => l.extent)));
  const isLarge = product(loops.map(l => l.extent)) * bytesOf[leaf.node.dtype] > cacheBytes;
  return isLarge && blocks !== undefined ? { ...sums, rows, inRow, blocks } : undefined;
}

const mostBlocks = 64;
const [fewestBlocks, fewestInBlock] = [4, 8];

/** Into how many blocks rows are divided evenly; undefined where they cannot be, or are too few. */
function blocksOf(rows: number, termsInRow: number): number | undefined {
  const terms = rows * termsInRow;
  if (terms <= mostBlocks) return undefined;
  const most = Math.min(mostBlocks, Math.floor(terms / fewestInBlock), rows);
  const counts = Array.from({ length: most }, (_, i) => most - i);
  return counts.find(count => count >= fewestBlocks && rows % count === 0);
}

function inBlocks({ leaf, cells, rows, inRow, blocks }: BlockedSums, names: Names): Stmt {
  const { op, node, origins } = leaf;
  const dims = [blocks, ...cells.map(l => l.extent)];
  const sums = tensorNode(names.fresh(`${node.name}_blocks`), node.dtype, dims);
  const neutral = constant(node.dtype, neutralOf(op, node.dtype), origins);
  const extent = rows.extent / blocks;
  const inBlock = extent > 1 ? [{ loop: rows.loop, extent }] : [];
  const overBlock = (body: (b: LoopVar) => Stmt): Stmt => {
    const b = loopVar(names.fresh(`${stemOf(rows.loop)}_block`));
    return forLoop(b, blocks, body(b));
  };

  const sumsIn = (b: LoopVar): Stmt => {
    const row = plus(at(b, extent), extent > 1 ? at(rows.loop) : fixed(0));
    const value = substituteLoops(leaf.value, new Map([[rows.loop, row]]));
    const add = accumulate(op, sums, [at(b), ...cells.map(l => at(l.loop))], value, origins);
    const start = overFresh(cells, names, cell =>
      write(sums, [at(b), ...cell.map(l => at(l))], neutral, origins),
    );
    return block([start, forLoops([...inBlock, ...inRow, ...cells], add)]);
  };
  const totals = overFresh(cells, names, cell => {
    const index = leaf.index.map(ix =>
      substitute(ix, new Map(cells.map((l, i) => [l.loop, at(cell[i] ?? l.loop)]))),
    );
    return overBlock(b => {
      const sum = read(sums, [at(b), ...cell.map(l => at(l))], origins);
      return accumulate(op, node, index, sum, origins);
    });
  });
  return block([declare(sums), overBlock(sumsIn), totals]);
}

/** Loops of their own. */
function overFresh(
  loops: readonly Turns[],
  names: Names,
  body: (turns: readonly LoopVar[]) => Stmt,
): Stmt {
  const fresh = loops.map(l => ({ ...l, loop: loopVar(names.fresh(l.loop)) }));
  return forLoops(fresh, body(fresh.map(l => l.loop)));
}
