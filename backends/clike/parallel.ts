/**
 * Parallel loops as text: turns first, …, last - 1 become a function, with what they use of the
 * program around them as parameters, and the loop a call that has several threads run them. As with the
 * program itself, a second function unpacks the arguments: of parameters, and of no other pointers,
 * compilers believe that they are `restrict`.
 *
 *     static void p_turns(const int first, const int last, float *restrict z) {
 *       if (first < 0 || last > 16) __builtin_unreachable();
 *       for (int i = first; i < last; ++i) {
 *         z[i] = 1.0f;
 *       }
 *     }
 *
 *     static void p_part(long first, long last, void *const *args) {
 *       p_turns((int)first, (int)last, args[0]);
 *     }
 */
import {
  type For,
  givenArrays,
  localsOf,
  type Program,
  type TensorNode,
  Writer,
  writtenIn,
} from '../../compiler/index.ts';
import { declaredIn, groupByNode, loopsNamedIn, sitesUnder } from '../../compiler/loop/facts.ts';
import {
  type Argument,
  arrayArgument,
  functionHead,
  indexArgument,
  numberArgument,
} from './arguments.ts';
import type { ParallelText } from './dialect.ts';
import type { ExprEmitter } from './expr.ts';
import { countType, emitTurns } from './stmt.ts';

/** Names of the function of turns that may not be those of arrays. */
export const boundsOfTurns = ['first', 'last'] as const;

/** The functions that the parallel loops of a program have become. */
export class Parts {
  readonly #program: Program;
  readonly #exprs: ExprEmitter;
  readonly #written: ReadonlySet<TensorNode>;
  readonly #texts: string[] = [];

  constructor(program: Program, exprs: ExprEmitter) {
    this.#program = program;
    this.#exprs = exprs;
    this.#written = writtenIn(program.body);
  }

  texts(): readonly string[] {
    return this.#texts;
  }

  /** The call that stands for a loop; undefined where the language has none. */
  call(loop: For): string | undefined {
    const { dialect, identifiers } = this.#exprs;
    const { parallel } = dialect;
    if (!parallel) return undefined;
    const share = this.#exprs.need(parallel.share);
    const turns = identifiers.fresh(`${identifiers.program}_turns`);
    const part = identifiers.fresh(`${identifiers.program}_part`);
    const args = this.#arguments(loop);
    this.#texts.push(this.#turns(loop, turns, args, parallel), this.#part(loop, part, turns, args));
    const list = args.map(({ given }) => given).join(', ');
    return `${share}(${loop.extent}, ${part}, ${list === '' ? '0' : `(void *const[]){${list}}`});`;
  }

  /** Without the promise, subscripts might wrap for all a compiler knows, and no vector were possible. */
  #turns(loop: For, name: string, args: readonly Argument[], { never }: ParallelText): string {
    const [first, last] = boundsOfTurns;
    const type = countType(loop.extent, this.#exprs);
    const bounds = boundsOfTurns.map(bound => `const ${type} ${bound}`);
    const w = new Writer();
    functionHead(w, this.#exprs.dialect, name, [...bounds, ...args.map(a => a.parameter)]);
    w.indented(() => {
      w.line(never(`${first} < 0 || ${last} > ${loop.extent}`));
      emitTurns(loop, { first, last }, w, this.#exprs);
    }).line('}');
    return w.toString();
  }

  #part({ extent }: For, name: string, turns: string, args: readonly Argument[]): string {
    const type = countType(extent, this.#exprs);
    const bounds = boundsOfTurns.map(bound => `(${type})${bound}`);
    const values = args.map(({ taken }, i) => taken(`args[${i}]`));
    const w = new Writer();
    w.block(`static void ${name}(long first, long last, void *const *args)`, () => {
      w.statement(`${turns}(${[...bounds, ...values].join(', ')});`);
    });
    return w.toString();
  }

  /** What the loop uses that is not its own: arrays, scalars, static indices. */
  #arguments(loop: For): readonly Argument[] {
    const used = new Set(groupByNode(sitesUnder(loop.body)).keys());
    const own = declaredIn(loop.body);
    const locals = localsOf(this.#program).filter(node => used.has(node) && !own.has(node));
    const indices = loopsNamedIn(loop.body);
    return [
      ...givenArrays(this.#program)
        .filter(node => used.has(node))
        .map(node => this.#array(node, loop, !this.#written.has(node))),
      ...locals.map(node =>
        node.dims.length === 0 ? numberArgument(node, this.#exprs) : this.#array(node, loop, false),
      ),
      ...this.#program.symbols
        .filter(symbol => indices.has(symbol.loop))
        .map(symbol => indexArgument(symbol.loop, this.#exprs)),
    ];
  }

  #array(node: TensorNode, loop: For, isConst: boolean): Argument {
    const isWritten = writtenIn(loop.body).has(node);
    return arrayArgument(node, { isConst, isWritten }, this.#exprs);
  }
}
