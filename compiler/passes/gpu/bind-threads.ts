/**
 * Binds loops to the blocks and threads of a GPU, and so cuts a routine into kernels. Exact.
 *
 *   before   for b < 64 { for o < 512 { y[b, o] := relu(x[b, o]); } }
 *            for t < 100 { for o < 16 { h[o] := tanh(h[o] + x[t, o]); } }
 *
 *   after    for b < 64 grid { for o < 512 grid { y[b, o] := relu(x[b, o]); } }
 *            for once < 1 block {
 *              for t < 100 { for o < 16 thread { h[o] := tanh(h[o] + x[t, o]); } }
 *            }
 *
 * Small nests share one block, one after the other. A loop with dependent turns and much work stays outside: its kernels
 * are launched in each turn. Launches keep the order of the program. A block's work is cut into several kernels if it
 * would use more arrays than a launch can take. `../../loop/kernel.ts` says what the modes mean.
 */
import { Names } from '../../core/names.ts';
import { namesIn } from '../../loop/facts.ts';
import { block, type For, type Stmt, statementsOf } from '../../loop/ir.ts';
import { chainAt, geometryOf, isKernel } from '../../loop/kernel.ts';
import { mapParts, visitStmts } from '../../loop/traverse.ts';
import {
  boundNest,
  filledByLoops,
  holdsNests,
  inOneBlock,
  isNestOfBlocks,
  nestOfBlocks,
  suitsOneBlock,
} from '../../schedule/gpu/bind.ts';
import { type Nest, nestAt } from '../../schedule/nest.ts';
import type { Gpu } from '../../schedule/target.ts';
import { argumentsIn } from '../../schedule/gpu/launch-group.ts';
import type { Note } from '../decision.ts';
import { type Pass, withBody } from '../pipeline.ts';

export function bindThreads(gpu: Gpu): Pass {
  return {
    name: 'bind-threads',
    run: (program, note) => {
      const binder = new Binder(gpu, new Names(namesIn(program)), note);
      return withBody(program, binder.bound(program.body));
    },
  };
}

function holdsKernels(s: Stmt): boolean {
  let holds = false;
  visitStmts(s, part => {
    holds ||= isKernel(part);
  });
  return holds;
}

class Binder {
  readonly #gpu: Gpu;
  readonly #names: Names;
  readonly #note: Note | undefined;

  constructor(gpu: Gpu, names: Names, note: Note | undefined) {
    this.#gpu = gpu;
    this.#names = names;
    this.#note = note;
  }

  /** Statements as kernels, and as loops around kernels; what is so already stays. */
  bound(body: Stmt): Stmt {
    const statements = statementsOf(body);
    const out: Stmt[] = [];
    let small: Stmt[] = [];
    const flush = (): void => {
      for (const part of this.#inLaunches(small)) out.push(...this.#together(part));
      small = [];
    };
    for (const s of statements) {
      if (s.kind === 'declare') out.push(s);
      else if (holdsKernels(s)) {
        flush();
        out.push(this.#around(s));
      } else if (s.kind === 'comment' || suitsOneBlock(s, this.#gpu)) small.push(s);
      else {
        flush();
        out.push(this.#alone(s));
      }
    }
    flush();
    return out.every((s, i) => s === statements[i]) ? body : block(out);
  }

  /** What is a kernel or has some inside. */
  #around(s: Stmt): Stmt {
    if (isKernel(s)) return this.#noted([s], s, s.mode === 'grid' ? 'grid' : 'block');
    const bound = (child: Stmt): Stmt => this.bound(child);
    return mapParts(s, { expr: e => e, stmt: bound });
  }

  /** Cut where a kernel would take more than a launch has room for. */
  #inLaunches(small: readonly Stmt[]): readonly (readonly Stmt[])[] {
    const { mostArguments } = this.#gpu;
    if (argumentsIn(block(small)) <= mostArguments) return [small];
    const parts: Stmt[][] = [];
    let part: Stmt[] = [];
    for (const s of small) {
      if (argumentsIn(block([...part, s])) > mostArguments) {
        parts.push(part);
        part = [];
      }
      part.push(s);
    }
    return [...parts, part];
  }

  /** One kernel, unless there is nothing in it. */
  #together(statements: readonly Stmt[]): readonly Stmt[] {
    const [only, ...others] = statements.filter(s => s.kind !== 'comment');
    if (!only) return statements;
    const nest = only.kind === 'for' && others.length === 0 ? nestAt(only) : undefined;
    if (nest) {
      const comments = statements.filter(s => s.kind === 'comment');
      return [...comments, this.#nest(only, nest)];
    }
    return [this.#noted(statements, inOneBlock(statements, this.#names), 'block')];
  }

  #alone(s: Stmt): Stmt {
    if (s.kind === 'fill') return this.#alone(filledByLoops(s, this.#names));
    const nest = s.kind === 'for' ? nestAt(s) : undefined;
    if (nest) return this.#nest(s, nest);
    if (s.kind === 'for' && holdsNests(s)) {
      return { ...s, body: this.bound(s.body) };
    }
    return this.#noted([s], inOneBlock([s], this.#names), 'block');
  }

  #nest(s: Stmt, nest: Nest): For {
    return isNestOfBlocks(nest, this.#gpu)
      ? this.#noted([s], nestOfBlocks(nest, this.#names), 'block')
      : this.#noted([s], boundNest(nest, 'grid'), 'grid');
  }

  #noted(before: readonly Stmt[], after: For, mode: 'grid' | 'block'): For {
    const loops = chainAt(after).loops.map(({ loop }) => loop);
    const step = { kind: 'bind', mode, loops, ...geometryOf(after) } as const;
    const nests = before.filter(s => s.kind === 'for');
    if (nests.length > 0) this.#note?.({ about: 'nest', step, before: nests, after });
    return after;
  }
}
