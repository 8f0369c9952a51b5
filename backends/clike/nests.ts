/**
 * Nests of long programs as functions of their own. What compilers take for a function grows faster
 * than the function, so that hundreds of nests in one take most of the time; and nests that differ in
 * nothing but their arrays, like the steps of an optimiser, are compiled once.
 *
 *     __attribute__((noinline)) static void p_nest(float *restrict w, const float *restrict w_grad) {
 *       for (int i = 0; i < 4; ++i) {
 *         w[i] -= 0.1f * w_grad[i];
 *       }
 *     }
 */
import { type For, type Program, Writer, writtenIn } from '../../compiler/index.ts';
import { statementsOf } from '../../compiler/loop/ir.ts';
import { functionHead } from './arguments.ts';
import type { ExprEmitter } from './expr.ts';
import type { LoopArguments } from './loop-arguments.ts';
import { emitStmt } from './stmt.ts';

/** The most nests that stay together. */
const few = 64;

export class Nests {
  readonly #loops: LoopArguments;
  readonly #exprs: ExprEmitter;
  readonly #isLong: boolean;
  readonly #texts: string[] = [];
  /** The functions there are, by what they do. */
  readonly #known = new Map<string, string>();

  constructor({ body }: Program, loops: LoopArguments, exprs: ExprEmitter) {
    this.#loops = loops;
    this.#exprs = exprs;
    this.#isLong = statementsOf(body).filter(s => s.kind === 'for').length > few;
  }

  texts(): readonly string[] {
    return this.#texts;
  }

  /** The call that stands for a loop; undefined where the loop stays. */
  call(loop: For): string | undefined {
    const { dialect, identifiers } = this.#exprs;
    if (!this.#isLong || dialect.separate === undefined || this.#changesScalar(loop))
      return undefined;
    const name = identifiers.fresh(`${identifiers.program}_nest`);
    const args = this.#loops.of(loop);
    const w = new Writer();
    functionHead(
      w,
      dialect.separate,
      name,
      args.map(a => a.parameter),
    );
    w.indented(() => emitStmt(loop, w, this.#exprs)).line('}');
    const text = w.toString();
    const key = identifiers.anonymous(text);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, name);
      this.#texts.push(text);
    }
    return `${known ?? name}(${args.map(a => a.name).join(', ')});`;
  }

  /** Of the program: it is a variable there, and would be a copy in the function. */
  #changesScalar(loop: For): boolean {
    const written = writtenIn(loop.body);
    return this.#loops.localsIn(loop).some(node => node.dims.length === 0 && written.has(node));
  }
}
