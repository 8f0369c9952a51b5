/**
 * Combines a thread's stores to adjacent cells into one: compilers cannot derive alignment from sums of subscripts.
 *
 *     #pragma unroll                                       *(float2 *)&y[64 * i + 2 * column] =
 *     for (int next = 0; next < 2; ++next) {                   make_float2(s_tile[0], s_tile[1]);
 *       y[64 * i + 2 * column + next] = s_tile[next];
 *     }
 */
import { bytesOf, type DType, type For, type Writer } from '../../compiler/index.ts';
import { fixed, type Index, isLoop, loopsIn, substitute } from '../../compiler/core/index-expr.ts';
import { sitesUnder } from '../../compiler/loop/facts.ts';
import { statementsOf, type Stmt, type When, type Write } from '../../compiler/loop/ir.ts';
import { areMultiples, strideOf } from '../../compiler/loop/stride.ts';
import { substituteLoopsIn } from '../../compiler/loop/traverse.ts';
import { precedence } from '../clike/dialect.ts';
import type { ExprEmitter } from '../clike/expr.ts';

/** The widest store of a processor. */
const mostBytes = 16;

/** CUDA's names of vector types, without the number. */
const vectors: Readonly<Partial<Record<DType, string>>> = {
  f64: 'double',
  f32: 'float',
  i32: 'int',
  f16: 'ushort',
  bf16: 'ushort',
};

/** Their names, and those of their constructors. */
export const vectorNames: readonly string[] = Object.values(vectors).flatMap(name =>
  [2, 4].flatMap(lanes => [`${name}${lanes}`, `make_${name}${lanes}`]),
);

/** Returns whether it applied. */
export function emitNeighbours(s: For, w: Writer, exprs: ExprEmitter): boolean {
  const store = storeOf(s);
  if (!store || !exprs.isGiven(store.write.node) || exprs.isMoved(store.write.node)) return false;
  const { write, when } = store;
  const [first, ...others] = Array.from({ length: s.extent }, (_, lane) => laneOf(write, s, lane));
  if (!first) return false;
  const type = `${vectors[write.node.dtype]}${s.extent}`;
  const values = [first, ...others].map(({ value }) => exprs.expr(value));
  const cell = exprs.cell(first.node, first.index);
  const emit = (): void =>
    void w.statement(`*(${type} *)&${cell} = make_${type}(${values.join(', ')});`);
  if (!when) emit();
  else {
    const index = substitute(when.index, new Map([[s.loop, fixed(0)]]));
    w.block(`if (${exprs.index(index, precedence.less + 1)} < ${when.below})`, emit);
  }
  return true;
}

interface Store {
  readonly write: Write;
  /** Holds for all of them or for none. */
  readonly when: When | undefined;
}

/** For a loop over adjacent cells, the first of which is aligned, that does nothing else. */
function storeOf(s: For): Store | undefined {
  const outer = onlyIn(s.body);
  const when = outer?.kind === 'when' ? outer : undefined;
  const write = when ? onlyIn(when.body) : outer;
  if (write?.kind !== 'write' || (when && !isOfAll(when, s))) return undefined;
  return areNeighbours(write, s) && needsNoOther(write) ? { write, when } : undefined;
}

function onlyIn(body: Stmt): Stmt | undefined {
  const [only, ...others] = statementsOf(body);
  return others.length === 0 ? only : undefined;
}

function areNeighbours({ node, index }: Write, { loop, extent }: For): boolean {
  const isVector = extent === 2 || extent === 4;
  return (
    isVector &&
    vectors[node.dtype] !== undefined &&
    extent * bytesOf[node.dtype] <= mostBytes &&
    strideOf(node, index, loop) === 1 &&
    areMultiples(node, index, [loop], extent)
  );
}

/** All values are computed before the first one is stored. */
function needsNoOther(write: Write): boolean {
  return sitesUnder(write).every(
    ({ kind, node, index }) => kind !== 'read' || (node !== write.node && index !== undefined),
  );
}

/** `64 * o + 2 * column + next < 1000` */
function isOfAll({ index: { terms, offset }, below }: When, { loop, extent }: For): boolean {
  const isMultiple = (n: number): boolean => n % extent === 0;
  const others = terms.filter(term => !isLoop(term) || term.loop !== loop);
  if (others.some(term => !isLoop(term) && loopsIn(term.digit.of).includes(loop))) return false;
  const own = terms.find(term => isLoop(term) && term.loop === loop)?.coeff ?? 0;
  const rest = [offset, below, ...others.map(({ coeff }) => coeff)];
  return own === 0 || (own === 1 && rest.every(isMultiple));
}

function laneOf(write: Write, { loop }: For, lane: number): Write {
  const moved = substituteLoopsIn(write, new Map<typeof loop, Index>([[loop, fixed(lane)]]));
  return moved.kind === 'write' ? moved : write;
}
