/**
 * The last levels of a reduction tree, whose cells belong to one warp: its lanes exchange them by shuffles, without
 * memory or barriers.
 *
 *     if (threadIdx.x < 32) {                                    for t < 32 thread { s[t] += s[t + 32]; }
 *       float lane = s[threadIdx.x];                             for t < 16 thread { s[t] += s[t + 16]; }
 *       lane += s[threadIdx.x + 32];                             …
 *       lane += __shfl_down_sync(0xffffffffu, lane, 16);         for alone < 1 thread {
 *       …                                                          s[0] += s[1];
 *       lane += __shfl_down_sync(0xffffffffu, lane, 1);            sum += s[0];
 *       if (threadIdx.x == 0) { s[0] = lane; sum += s[0]; }      }
 *     }
 *
 * The first lane computes the bits of the first cell; the others, which nobody reads, get different
 * values.
 */
import {
  type Accumulate,
  type DType,
  type For,
  loopVar,
  type Stmt,
  type TensorNode,
  tensorNode,
  type Writer,
} from '../../compiler/index.ts';
import { at, fixed, type Index, sameIndices } from '../../compiler/core/index-expr.ts';
import { type Site, sitesUnder } from '../../compiler/loop/facts.ts';
import { accumulate, declare, read, statementsOf, write } from '../../compiler/loop/ir.ts';
import { warp } from '../../compiler/loop/kernel.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import { emitStmt } from '../clike/stmt.ts';
import { withTurn } from './turn.ts';

/** Consecutive levels down to two cells; the last one starts the part that only the first thread executes. */
export interface WarpTree {
  readonly op: Accumulate['op'];
  readonly cells: TensorNode;
  /** From 2 × 32 or 2 × 16 cells on. */
  readonly levels: readonly For[];
  readonly alone: For;
}

interface Level {
  readonly op: Accumulate['op'];
  readonly cells: TensorNode;
}

/** Dtypes that shuffles support. */
const ofLanes: ReadonlySet<DType> = new Set(['f32', 'f64', 'i32']);

/**
 * A tree that begins with the statement at this position of a block. Its cells are declared before it in the same
 * iteration, and only the first one is read after it.
 */
export function warpTreeAt(statements: readonly Stmt[], start: number): WarpTree | undefined {
  const found = levelsAt(statements, start);
  if (!found) return undefined;
  const { level, levels } = found;
  const end = start + levels.length;
  const alone = statements[end];
  if (alone?.kind !== 'for' || alone.extent !== 1 || alone.mode !== 'thread') return undefined;
  const [last, ...after] = statementsOf(alone.body);
  if (!last || !isSame(level, addedAt(last, 0, 1, undefined))) return undefined;
  const { cells } = level;
  const isHere = statements.slice(0, start).some(s => s.kind === 'declare' && s.node === cells);
  const later = [...after, ...statements.slice(end + 1)].flatMap(s => sitesUnder(s));
  const isOver = later.every(site => site.node !== cells || isFirstCell(site));
  return isHere && isOver ? { ...level, levels, alone } : undefined;
}

/** From one or two times the cells of a warp down to two. */
function levelsAt(
  statements: readonly Stmt[],
  start: number,
): { readonly level: Level; readonly levels: readonly For[] } | undefined {
  const first = statements[start];
  if (first?.kind !== 'for' || ![warp, warp / 2].includes(first.extent)) return undefined;
  const level = levelOf(first, first.extent);
  if (!level || !ofLanes.has(level.cells.dtype)) return undefined;
  const levels: For[] = [];
  for (let half = first.extent; half > 1; half /= 2) {
    const next = statements[start + levels.length];
    if (next?.kind !== 'for' || !isSame(level, levelOf(next, half))) return undefined;
    levels.push(next);
  }
  return { level, levels };
}

function isFirstCell({ kind, index }: Site): boolean {
  return kind === 'read' && index !== undefined && sameIndices(index, [fixed(0)]);
}

function isSame(a: Level, b: Level | undefined): boolean {
  return b !== undefined && a.op === b.op && a.cells === b.cells;
}

/** `for t < half thread { cells[t] += cells[t + half]; }` */
function levelOf(s: For, half: number): Level | undefined {
  if (s.mode !== 'thread' || s.extent !== half) return undefined;
  const [only, ...others] = statementsOf(s.body);
  return only && others.length === 0 ? addedAt(only, 0, half, s.loop) : undefined;
}

function addedAt(
  s: Stmt,
  to: number,
  from: number,
  loop: For['loop'] | undefined,
): Level | undefined {
  const cell = (offset: number): Index =>
    loop === undefined ? fixed(offset) : at(loop, 1, offset);
  if (s.kind !== 'accumulate' || s.value.kind !== 'read' || s.value.node !== s.node)
    return undefined;
  const isLevel = sameIndices(s.index, [cell(to)]) && sameIndices(s.value.index, [cell(from)]);
  return isLevel ? { op: s.op, cells: s.node } : undefined;
}

/** The threads whose cells are added take part, and their stores have been waited for. */
export function emitWarpTree(tree: WarpTree, w: Writer, exprs: ExprEmitter): void {
  const { op, cells, levels, alone } = tree;
  const { identifiers, dialect } = exprs;
  const [lane, other] = ['lane', 'other'].map(hint =>
    tensorNode(identifiers.fresh(hint), cells.dtype, []),
  ) as [TensorNode, TensorNode];
  const emit = (s: Stmt): void => emitStmt(s, w, exprs);
  w.block(`if (threadIdx.x < ${warp})`, () => {
    const thread = loopVar('t');
    identifiers.within(thread, t => {
      w.line(`const ${dialect.typeName.i32} ${t} = threadIdx.x;`);
      w.line(
        `${dialect.typeName[cells.dtype]} ${lane.name} = ${exprs.expr(read(cells, [at(thread)]))};`,
      );
      if (levels[0]?.extent === warp) {
        emit(accumulate(op, lane, [], read(cells, [at(thread, 1, warp)])));
      }
    });
    emit(declare(other));
    for (let by = warp / 2; by >= 1; by /= 2) {
      w.statement(`${other.name} = __shfl_down_sync(0xffffffffu, ${lane.name}, ${by});`);
      emit(accumulate(op, lane, [], read(other, [])));
    }
    const [, ...after] = statementsOf(alone.body);
    w.block('if (threadIdx.x == 0)', () => {
      withTurn({ loops: [alone], body: alone.body }, 'threadIdx.x', w, exprs, () => {
        emit(write(cells, [fixed(0)], read(lane, [])));
        after.forEach(emit);
      });
    });
  });
}
