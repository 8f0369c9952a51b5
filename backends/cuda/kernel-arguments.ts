/** A kernel's parameters, and where their values come from. */
import {
  type For,
  type LoopVar,
  type Program,
  type TensorNode,
  writtenIn,
} from '../../compiler/index.ts';
import { sizeOf } from '../../compiler/core/tensor-node.ts';
import { loopsNamedIn, usedIn } from '../../compiler/loop/facts.ts';
import { arrayArgument } from '../clike/arguments.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import type { KernelArgument } from './steps.ts';

export interface Parameter {
  /** `const float *__restrict__ x` */
  readonly text: string;
  readonly argument: KernelArgument;
  readonly array?: { readonly name: string; readonly type: string };
  /** For an index, which is passed as a `long long` but is an `int` in the kernel. */
  readonly index?: { readonly name: string; readonly given: string };
}

export class KernelArguments {
  readonly #program: Program;
  readonly #exprs: ExprEmitter;
  readonly #given = new Map<LoopVar, string>();

  constructor(program: Program, exprs: ExprEmitter) {
    this.#program = program;
    this.#exprs = exprs;
  }

  /** `around`: the loops outside the kernel. */
  of(kernel: For, around: readonly LoopVar[]): readonly Parameter[] {
    const { params, scratch, symbols } = this.#program;
    const [used, written, named] = [usedIn(kernel), writtenIn(kernel), loopsNamedIn(kernel)];
    const firstIndex = params.length + (scratch.length > 0 ? 1 : 0);
    const array = (node: TensorNode, argument: KernelArgument): Parameter => {
      const use = { isConst: false, isWritten: written.has(node), isAlone: true };
      const { name, parameter } = arrayArgument(node, use, this.#exprs);
      const type = `${use.isWritten ? '' : 'const '}${this.#exprs.dialect.typeName[node.dtype]} *`;
      return { text: parameter, argument, array: { name, type } };
    };
    return [
      ...params.flatMap((node, position) =>
        used.has(node) ? [array(node, { kind: 'argument', position })] : [],
      ),
      ...scratch.flatMap(({ node, offset }) =>
        used.has(node) ? [array(node, { kind: 'scratch', offset, bytes: sizeOf(node) })] : [],
      ),
      ...symbols.flatMap(({ loop }, i) =>
        named.has(loop) ? [this.#index(loop, { kind: 'argument', position: firstIndex + i })] : [],
      ),
      ...around
        .filter(loop => named.has(loop))
        .map(loop => this.#index(loop, { kind: 'variable', name: loop })),
    ];
  }

  #index(loop: LoopVar, argument: KernelArgument): Parameter {
    const { identifiers } = this.#exprs;
    const name = identifiers.ofLoop(loop);
    const given = this.#given.get(loop) ?? identifiers.fresh(`${name}_given`);
    this.#given.set(loop, given);
    return { text: `const long long ${given}`, argument, index: { name, given } };
  }
}
