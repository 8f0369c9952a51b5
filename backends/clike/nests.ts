/**
 * Emits nests as functions of their own, if a program or an iteration of a parallel loop has several. Compile
 * time grows faster than the size of a function, so hundreds of nests in one function take most
 * of it; nests that differ only in their arrays, like the steps of an optimiser, are compiled
 * once; and of two tiles in one function, one would keep registers that the other needs.
 *
 *     __attribute__((noinline)) static void p_nest(float *restrict w, const float *restrict w_grad, const long j) {
 *       if (j < 0 || j >= 8) __builtin_unreachable();
 *       for (long i = 0; i < 4; ++i) {
 *         w[4 * j + i] -= 0.1f * w_grad[4 * j + i];
 *       }
 *     }
 */
import { type For, type Program, type Stmt, Writer, writtenIn } from '../../compiler/index.ts';
import { statementsOf } from '../../compiler/loop/ir.ts';
import { visitStmts } from '../../compiler/loop/traverse.ts';
import { functionHead } from './arguments.ts';
import { type ExprEmitter, largestInt } from './expr.ts';
import type { LoopArguments } from './loop-arguments.ts';
import { emitStmt } from './stmt.ts';

/** The most nests of a program that stay in one function. */
const few = 64;

export class Nests {
  readonly #loops: LoopArguments;
  readonly #exprs: ExprEmitter;
  /** The loops that become functions, and those around each of them. */
  readonly #apart: ReadonlyMap<For, readonly For[]>;
  readonly #texts: string[] = [];
  /** Existing functions by content. */
  readonly #known = new Map<string, string>();

  constructor({ body }: Program, loops: LoopArguments, exprs: ExprEmitter) {
    this.#loops = loops;
    this.#exprs = exprs;
    const nests = statementsOf(body).filter(s => s.kind === 'for');
    const inTurns = nests.filter(s => s.mode === 'parallel').flatMap(s => nestsInTurnsOf(s));
    this.#apart = new Map([
      ...(nests.length > few ? nests.map(s => [s, []] as const) : []),
      ...inTurns,
    ]);
  }

  texts(): readonly string[] {
    return this.#texts;
  }

  /** The call that replaces a loop; undefined if the loop stays. */
  call(loop: For): string | undefined {
    const { dialect, identifiers } = this.#exprs;
    const around = this.#apart.get(loop);
    if (!around || dialect.separate === undefined || this.#changesScalar(loop)) return undefined;
    const name = identifiers.fresh(`${identifiers.part}_nest`);
    const args = this.#loops.of(loop, around);
    const w = new Writer();
    functionHead(
      w,
      dialect.separate,
      name,
      args.map(a => a.parameter),
    );
    w.indented(() => {
      const beyond = this.#loops.beyond(loop, around);
      if (dialect.parallel && beyond.length > 0) w.statement(dialect.parallel.never(beyond));
      emitStmt(loop, w, this.#exprs);
    }).line('}');
    const text = w.toString();
    const key = identifiers.anonymous(text);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, name);
      this.#texts.push(text);
      identifiers.define(name);
    }
    return `${known ?? name}(${args.map(a => a.name).join(', ')});`;
  }

  /** Belongs to the program: it is a variable there, and would be a copy in the function. */
  #changesScalar(loop: For): boolean {
    const written = writtenIn(loop.body);
    return this.#loops.localsIn(loop).some(node => node.dims.length === 0 && written.has(node));
  }
}

/** Adjacent nests in an iteration, two or more of them tiles or loops over tiles. */
function nestsInTurnsOf(
  loop: For,
  around: readonly For[] = [loop],
): readonly (readonly [For, readonly For[]])[] {
  if (loop.extent > largestInt) return [];
  const inside = statementsOf(loop.body).filter(s => s.kind === 'for');
  const nests = inside.filter(s => s.mode === 'serial' || s.mode === 'parallel');
  const large = nests.filter(holdsTile);
  if (large.length > 1) return large.map(nest => [nest, around] as const);
  return nests.flatMap(nest => nestsInTurnsOf(nest, [...around, nest]));
}

/** Whether sums are kept for several rows at once. */
function holdsTile(loop: For): boolean {
  let holds = false;
  visitStmts(loop, s => {
    holds ||= s.kind === 'for' && s.mode === 'unrolled' && statementsOf(s.body).some(isUnrolled);
  });
  return holds;
}

function isUnrolled(s: Stmt): boolean {
  return s.kind === 'for' && s.mode === 'unrolled';
}
