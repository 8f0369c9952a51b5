/** Generates CUDA from a program: the source of its kernels, and the steps that run them. */
import {
  type For,
  invariant,
  type LoopVar,
  noOrigins,
  type Origins,
  type Program,
  type Stmt,
  uniteOrigins,
  Writer,
} from '../../compiler/index.ts';
import { declaredIn, sitesUnder } from '../../compiler/loop/facts.ts';
import { statementsOf } from '../../compiler/loop/ir.ts';
import {
  chainAt,
  geometryOf,
  isKernel,
  membersOf,
  turnsOfChain,
} from '../../compiler/loop/kernel.ts';
import { ExprEmitter } from '../clike/expr.ts';
import { Identifiers } from '../clike/names.ts';
import { cuda, wordsOfCuda } from './dialect.ts';
import { KernelArguments } from './kernel-arguments.ts';
import { emitKernel, type KernelText } from './kernel.ts';
import { bytesAtLaunch } from './launch-memory.ts';
import type { Launch, Step } from './steps.ts';
import { emitTogether } from './together.ts';

export interface CudaSource {
  readonly text: string;
  readonly steps: readonly Step[];
}

/** A program whose loops are bound to a GPU, as `passesFor(gpu)` leaves it. */
export function cudaSource(program: Program): CudaSource {
  return new Source(program).source();
}

class Source {
  readonly #program: Program;
  readonly #exprs: ExprEmitter;
  readonly #args: KernelArguments;
  readonly #texts: string[] = [];
  /** Existing kernels by content: those of a network's layers differ only in their arrays. */
  readonly #known = new Map<string, string>();

  constructor(program: Program) {
    this.#program = program;
    const identifiers = new Identifiers(program, cuda, wordsOfCuda);
    this.#exprs = new ExprEmitter(cuda, identifiers, program);
    this.#args = new KernelArguments(program, this.#exprs);
  }

  source(): CudaSource {
    const steps = this.#steps(this.#program.body, []);
    const needs = this.#exprs.needs();
    const parts = [...(needs.length > 0 ? [`${needs.join('\n')}\n`] : []), ...this.#texts];
    return { text: parts.join('\n'), steps };
  }

  #steps(s: Stmt, around: readonly LoopVar[]): readonly Step[] {
    return statementsOf(s).flatMap((child): readonly Step[] => {
      if (child.kind === 'comment') {
        this.#comment = child.text;
        return [];
      }
      invariant(child.kind === 'for', () => `${child.kind} stands outside of all kernels`);
      if (isKernel(child)) return this.#launch(child, around);
      const { loop, extent, body } = child;
      let inside: readonly Step[] = [];
      this.#exprs.identifiers.within(loop, () => {
        inside = this.#steps(body, [...around, loop]);
      });
      return extent > 0 && inside.length > 0
        ? [{ kind: 'loop', variable: loop, turns: extent, body: inside }]
        : [];
    });
  }

  /** The origins of the next kernel. */
  #comment: string | undefined;

  #launch(kernel: For, around: readonly LoopVar[]): readonly Launch[] {
    const turns = membersOf(kernel).map(member => turnsOfChain(chainAt(member)));
    if (turns.every(count => count === 0)) return [];
    const { blocks, threads } = geometryOf(kernel);
    const args = this.#args.of(kernel, around);
    const emitted =
      kernel.mode === 'launch'
        ? emitTogether(kernel, member => this.#args.of(member, around), this.#exprs)
        : emitKernel(kernel, args, this.#exprs);
    return [
      {
        kind: 'launch',
        kernel: this.#nameOf(emitted),
        grid: [blocks, 1, 1],
        block: [threads, 1, 1],
        sharedBytes: bytesAtLaunch(kernel),
        args: args.map(({ argument }) => argument),
        origins: originsOf(kernel),
      },
    ];
  }

  #nameOf({ name, text }: KernelText): string {
    const comment = this.#comment;
    this.#comment = undefined;
    const key = this.#exprs.identifiers.anonymous(text);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, name);
    const w = new Writer();
    if (comment !== undefined) w.line(`/* ${comment} */`);
    this.#texts.push(w.toString() + text);
    return name;
  }
}

/** The positions of stores to arrays that others read, without duplicates. */
function originsOf(kernel: For): Origins {
  const own = declaredIn(kernel);
  const stores = sitesUnder(kernel).filter(({ kind, node }) => kind !== 'read' && !own.has(node));
  return stores.map(({ leaf }) => leaf.origins).reduce(uniteOrigins, noOrigins);
}
