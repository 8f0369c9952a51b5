/**
 * Emits parallel loops: turns (iterations) first, …, last - 1 become a function, with the variables of the
 * surrounding program that they use as parameters, and the loop becomes a call that has several threads run them. As for the
 * program itself, a second function unpacks the arguments: compilers honour `restrict` on parameters, and not on
 * other pointers.
 *
 *     static void p_turns(const long first, const long last, float *restrict z) {
 *       if (first < 0 || last > 16) __builtin_unreachable();
 *       for (long i = first; i < last; ++i) {
 *         z[i] = 1.0f;
 *       }
 *     }
 *
 *     static void p_part(long first, long last, void *const *args) {
 *       p_turns(first, last, args[0]);
 *     }
 *
 * Perfectly nested parallel loops are collapsed into one:
 *
 *       for (long turn = first; turn < last; ++turn) {
 *         const long i = turn / 4;
 *         const long j = turn % 4;
 *
 * Loops that differ only in their arrays share these functions: compiling four layers
 * of a network takes no longer than one.
 */
import { type For, loopVar, Writer } from '../../compiler/index.ts';
import { block } from '../../compiler/loop/ir.ts';
import { product } from '../../compiler/support/list.ts';
import type { PartText } from './apart.ts';
import { type Argument, functionHead } from './arguments.ts';
import type { ParallelText } from './dialect.ts';
import type { ExprEmitter } from './expr.ts';
import type { LoopArguments } from './loop-arguments.ts';
import { countType, emitStmt, emitTurns, type Outline } from './stmt.ts';

/** Names in the function of turns that arrays may not have. */
export const boundsOfTurns = ['first', 'last'] as const;

/** The functions of a program's parallel loops. */
export class Parts {
  readonly #loops: LoopArguments;
  readonly #exprs: ExprEmitter;
  readonly #texts: PartText[] = [];
  /** Existing functions by content: layers of a network differ only in their arrays. */
  readonly #known = new Map<string, string>();

  constructor(loops: LoopArguments, exprs: ExprEmitter) {
    this.#loops = loops;
    this.#exprs = exprs;
  }

  texts(): readonly PartText[] {
    return this.#texts;
  }

  /** The call that replaces a loop; undefined if the language has none. `outline`: for loops in it. */
  call(loop: For, outline: Outline): string | undefined {
    const { dialect, identifiers } = this.#exprs;
    const { parallel } = dialect;
    if (!parallel) return undefined;
    const share = this.#exprs.need(parallel.share);
    const turns = identifiers.fresh(`${identifiers.part}_turns`);
    const part = identifiers.fresh(`${identifiers.part}_part`);
    const args = this.#loops.of(loop);
    const text = this.#turns(loop, turns, args, { parallel, outline });
    const key = identifiers.anonymous(text);
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, part);
      this.#texts.push({ turns: text, part: this.#part(part, turns, args) });
    }
    const list = args.map(({ given }) => given).join(', ');
    const given = list === '' ? '0' : `(void *const[]){${list}}`;
    return `${share}(${turnsOf(loopsSharedIn(loop))}, ${known ?? part}, ${given});`;
  }

  /** Without this assumption, subscripts might overflow for all the compiler knows, which prevents vectorisation. */
  #turns(
    loop: For,
    name: string,
    args: readonly Argument[],
    { parallel: { never }, outline }: { parallel: ParallelText; outline: Outline },
  ): string {
    const [first, last] = boundsOfTurns;
    const loops = loopsSharedIn(loop);
    const count = turnsOf(loops);
    const type = countType(count, this.#exprs);
    const bounds = boundsOfTurns.map(bound => `const ${type} ${bound}`);
    const w = new Writer();
    functionHead(w, this.#exprs.dialect.functionPrefix, name, [
      ...bounds,
      ...args.map(a => a.parameter),
    ]);
    w.indented(() => {
      const beyond = [`${first} < 0`, `${last} > ${count}`, ...this.#loops.beyond(loop)];
      w.statement(never(beyond));
      if (loops.length === 1) emitTurns(loop, { first, last }, w, this.#exprs, outline);
      else this.#emitShared(loops, type, w, outline);
    }).line('}');
    return w.toString();
  }

  #emitShared(loops: readonly For[], type: string, w: Writer, outline: Outline): void {
    const [first, last] = boundsOfTurns;
    const { identifiers } = this.#exprs;
    identifiers.within(loopVar('turn'), turn => {
      w.block(`for (${type} ${turn} = ${first}; ${turn} < ${last}; ++${turn})`, () => {
        const inLoops = ([loop, ...inner]: readonly For[]): void => {
          if (!loop) return emitStmt(loops.at(-1)?.body ?? block([]), w, this.#exprs, outline);
          const inside = turnsOf(inner);
          const rest = loop === loops[0] ? '' : ` % ${loop.extent}`;
          identifiers.within(loop.loop, name => {
            w.line(`const ${type} ${name} = ${turn}${inside > 1 ? ` / ${inside}` : ''}${rest};`);
            inLoops(inner);
          });
        };
        inLoops(loops);
      });
    });
  }

  #part(name: string, turns: string, args: readonly Argument[]): string {
    const values = args.map(({ taken }, i) => taken(`args[${i}]`));
    const w = new Writer();
    w.block(
      `${this.#exprs.dialect.functionPrefix} ${name}(long first, long last, void *const *args)`,
      () => {
        w.statement(`${turns}(${[...boundsOfTurns, ...values].join(', ')});`);
      },
    );
    return w.toString();
  }
}

/** A parallel loop, and the loops perfectly nested in it that are divided among threads with it. */
export function loopsSharedIn(loop: For): readonly For[] {
  const { body } = loop;
  return body.kind === 'for' && body.mode === 'parallel' ? [loop, ...loopsSharedIn(body)] : [loop];
}

function turnsOf(loops: readonly For[]): number {
  return product(loops.map(l => l.extent));
}
