/**
 * The loop IR: imperative, C-like, one scalar at a time. Its meaning, which `interpret.ts` executes and every pass and
 * backend preserves:
 *
 *   - Loops run `0 <= i < extent`. Offsets and strides live in subscripts, never in loops.
 *   - Statements run in order. An expression has no effects; `where` evaluates both its arms.
 *   - Every operation rounds once, to its dtype; `fma` is one operation. Integers wrap, and dividing them by 0 gives 0.
 *     Division and overflow of floats follow IEEE 754. `max`, `min` and `relu` propagate NaN. Floats of 16 and 8 bits
 *     are stored and converted, never computed with.
 *   - An affine subscript stays inside its axis: `verify.ts` proves it, so nothing checks it at run time. A computed one
 *     names a cell if it is an integer from 0 to below the size of its axis. Any other value (NaN, 0.5, -1) is outside:
 *     then a `gather` gives 0 and a `scatter` does nothing.
 *   - A declared array or scalar is undefined until written; reading it before is a bug of the compiler.
 *   - Different nodes never share memory, except scratch arrays of which one is dead when the other is stored to
 *     (`liveness.ts`), or whose cells are dead one by one as they are overwritten (`in-place.ts`).
 *
 * Nodes are immutable and built only by the constructor beside their type, which rejects ill-typed ones. A rewrite that
 * changes nothing returns the node it was given. Every loop variable is bound by exactly one `for`, so equal names mean
 * equal loops.
 */
import type { Value } from '../core/dtype.ts';
import type { Index, LoopVar } from '../core/index-expr.ts';
import type { AccumulateOp } from '../core/op.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { invariant } from '../support/errors.ts';
import { noOrigins, type Origins } from '../support/source.ts';
import { checkComputed, checkComputes, checkRank, type Expr, type Subscript } from './expr.ts';

export {
  type Apply,
  apply,
  type Cast,
  cast,
  type Const,
  constant,
  type Expr,
  type Gather,
  gather,
  type IndexValue,
  indexValue,
  isAffine,
  isComputed,
  type Read,
  read,
  type Subscript,
} from './expr.ts';

// ── Statements ──────────────────────────────────────────────────────────────────────────────────

export type Stmt =
  Block | Comment | For | When | Declare | Prefetch | Fill | Write | Accumulate | Scatter;

export interface Block {
  readonly kind: 'block';
  readonly body: readonly Stmt[];
}

/** A comment of the `cd` code, about the statements that follow. */
export interface Comment {
  readonly kind: 'comment';
  readonly text: string;
}

export interface For {
  readonly kind: 'for';
  readonly loop: LoopVar;
  readonly extent: number;
  readonly mode: LoopMode;
  /** For a pipelined loop: the number of iterations whose arrays exist at once; left out for two (`pipelined.ts`). */
  readonly stages?: number;
  readonly body: Stmt;
}

/**
 * How a loop runs; what it computes is the same. The turns (iterations) of a vector loop are the lanes of one vector,
 * those of a parallel loop run on any threads: both must be independent (`independent.ts`). An unrolled loop is
 * unrolled in the generated code. The others are for GPUs: `grid`, `block`, `thread` and `launch` (`kernel.ts`);
 * `pipelined`, whose copies run ahead (`pipelined.ts`); `bulk`, copied by hardware (`bulk-copy.ts`); `matrix`, for
 * tensor cores (`matrix-product.ts`).
 */
export const loopModes = [
  'serial',
  'unrolled',
  'vector',
  'parallel',
  'grid',
  'block',
  'thread',
  'launch',
  'pipelined',
  'bulk',
  'matrix',
] as const;
export type LoopMode = (typeof loopModes)[number];

const inOrder: readonly LoopMode[] = ['serial', 'unrolled', 'pipelined', 'matrix'];

/** Whether turns run at the same time, and so must be independent. */
export function runsAtOnce({ mode }: For): boolean {
  return !inOrder.includes(mode);
}

const onProcessors: readonly LoopMode[] = ['serial', 'unrolled', 'vector', 'parallel'];

/** Whether only GPUs have such loops. */
export function isForGpus({ mode }: For): boolean {
  return !onProcessors.includes(mode);
}

/** The extents a vector loop may have. */
export const laneCounts: readonly number[] = [2, 4, 8, 16, 32, 64];

/** Runs its body only if `index < below`: guards the part of the last tile that is outside the array. */
export interface When {
  readonly kind: 'when';
  readonly index: Index;
  readonly below: number;
  readonly body: Stmt;
}

/** Declares `node` from here to the end of the enclosing block; a new array each time it is reached. */
export interface Declare {
  readonly kind: 'declare';
  readonly node: TensorNode;
}

/**
 * Prefetches the cache line of a cell that is used soon. Computes nothing. The subscripts may be outside, as when the row
 * after the last one is prefetched.
 */
export interface Prefetch {
  readonly kind: 'prefetch';
  readonly purpose: 'read' | 'store';
  readonly node: TensorNode;
  readonly index: readonly Index[];
}

/** Every cell of `node` becomes `value`. */
export interface Fill {
  readonly kind: 'fill';
  readonly node: TensorNode;
  readonly value: Value;
  readonly origins: Origins;
}

export interface Write {
  readonly kind: 'write';
  readonly node: TensorNode;
  readonly index: readonly Index[];
  readonly value: Expr;
  readonly origins: Origins;
}

/** `node[index] op= value`, in the order of the loops: not every op can be reordered. */
export interface Accumulate {
  readonly kind: 'accumulate';
  readonly op: AccumulateOp;
  readonly node: TensorNode;
  readonly index: readonly Index[];
  readonly value: Expr;
  readonly origins: Origins;
}

/**
 * `node[index] op= value` with at least one computed subscript: which cells it reaches is known only at run time, and it may
 * reach a cell several times.
 */
export interface Scatter {
  readonly kind: 'scatter';
  readonly op: AccumulateOp;
  readonly node: TensorNode;
  readonly index: readonly Subscript[];
  readonly value: Expr;
  readonly origins: Origins;
}

/** The statements that store, and hold no other statement. */
export type Leaf = Fill | Write | Accumulate | Scatter;

/** Nested blocks are flattened and a block of one is that one, so passes meet one shape only. */
export function block(body: readonly Stmt[]): Stmt {
  const flat: Stmt[] = []; // built in place: long programs are rebuilt often
  for (const s of body) {
    if (s.kind !== 'block') flat.push(s);
    else for (const inner of s.body) flat.push(inner);
  }
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind: 'block', body: flat };
}

export function comment(text: string): Comment {
  return { kind: 'comment', text };
}

export function forLoop(loop: LoopVar, extent: number, body: Stmt, mode: LoopMode = 'serial'): For {
  invariant(Number.isInteger(extent) && extent >= 0, () => `loop ${loop} has extent ${extent}`);
  return { kind: 'for', loop, extent, mode, body };
}

/** Serial loops around a statement, the outermost first. */
export function forLoops(loops: readonly Pick<For, 'loop' | 'extent'>[], body: Stmt): Stmt {
  return loops.reduceRight((inner, { loop, extent }) => forLoop(loop, extent, inner), body);
}

export function when(index: Index, below: number, body: Stmt): When {
  return { kind: 'when', index, below, body };
}

export function declare(node: TensorNode): Declare {
  return { kind: 'declare', node };
}

export function prefetch(
  purpose: Prefetch['purpose'],
  node: TensorNode,
  index: readonly Index[],
): Prefetch {
  checkRank(node, index);
  return { kind: 'prefetch', purpose, node, index };
}

export function fill(node: TensorNode, value: Value, origins = noOrigins): Fill {
  return { kind: 'fill', node, value, origins };
}

export function write(
  node: TensorNode,
  index: readonly Index[],
  value: Expr,
  origins = noOrigins,
): Write {
  checkCell(node, index, value);
  return { kind: 'write', node, index, value, origins };
}

export function accumulate(
  op: AccumulateOp,
  node: TensorNode,
  index: readonly Index[],
  value: Expr,
  origins = noOrigins,
): Accumulate {
  checkCell(node, index, value);
  checkComputes(op, node.dtype);
  return { kind: 'accumulate', op, node, index, value, origins };
}

export function scatter(
  op: AccumulateOp,
  node: TensorNode,
  index: readonly Subscript[],
  value: Expr,
  origins = noOrigins,
): Scatter {
  checkCell(node, index, value);
  checkComputed(node, index);
  return { kind: 'scatter', op, node, index, value, origins };
}

// ── Programs ────────────────────────────────────────────────────────────────────────────────────

export interface Program {
  readonly name: string;
  /** The static indices given with each run, in the order of the kernel's arguments. */
  readonly symbols: readonly SymbolParam[];
  /** The arrays that live outside the program, in the order of the kernel's arguments. */
  readonly params: readonly TensorNode[];
  /** Local arrays that are too large for a stack. */
  readonly scratch: readonly Scratch[];
  readonly body: Stmt;
}

/** An array in the arena, the memory for all scratch arrays, which comes with the arguments. */
export interface Scratch {
  readonly node: TensorNode;
  /** In bytes, from the start of the arena; a multiple of `arenaAlignment`. */
  readonly offset: number;
}

export interface SymbolParam {
  readonly loop: LoopVar;
  readonly range: number | undefined;
}

export function isEmpty(s: Stmt): boolean {
  return s.kind === 'block' && s.body.length === 0;
}

/** The statements of a block, or the one statement as a list of one. */
export function statementsOf(s: Stmt): readonly Stmt[] {
  return s.kind === 'block' ? s.body : [s];
}

function checkCell(node: TensorNode, index: readonly Subscript[], value: Expr): void {
  checkRank(node, index);
  invariant(
    value.dtype === node.dtype,
    () => `${value.dtype} stored in ${node.dtype} ${node.name}`,
  );
}
