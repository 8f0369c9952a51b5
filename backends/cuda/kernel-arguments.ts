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
import { type Boxes, boxesIn, isReadByThreads } from './bulk-copies.ts';
import { callOf } from './intrinsics.ts';
import type { KernelArgument, WordArgument } from './steps.ts';

export interface Parameter {
  /** `const float *__restrict__ x` */
  readonly text: string;
  readonly argument: KernelArgument;
  readonly array?: { readonly name: string; readonly type: string };
  /** For an index, which is passed as a `long long` but is an `int` in the kernel. */
  readonly index?: { readonly name: string; readonly given: string };
  readonly map?: Boxes & { readonly name: string };
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
    const boxes = boxesIn(kernel);
    const arrays = (node: TensorNode, argument: WordArgument): readonly Parameter[] => {
      const maps = boxes.filter(of => of.node === node);
      const own = maps.length === 0 || isReadByThreads(node, kernel) ? [array(node, argument)] : [];
      return [...own, ...maps.map(of => this.#map(of, argument))];
    };
    const array = (node: TensorNode, argument: WordArgument): Parameter => {
      const use = { isConst: false, isWritten: written.has(node), isAlone: true };
      const { name, parameter } = arrayArgument(node, use, this.#exprs);
      const type = `${use.isWritten ? '' : 'const '}${this.#exprs.dialect.typeName[node.dtype]} *`;
      return { text: parameter, argument, array: { name, type } };
    };
    return [
      ...params.flatMap((node, position) =>
        used.has(node) ? arrays(node, { kind: 'argument', position }) : [],
      ),
      ...scratch.flatMap(({ node, offset }) =>
        used.has(node) ? arrays(node, { kind: 'scratch', offset, bytes: sizeOf(node) }) : [],
      ),
      ...symbols.flatMap(({ loop }, i) =>
        named.has(loop) ? [this.#index(loop, { kind: 'argument', position: firstIndex + i })] : [],
      ),
      ...around
        .filter(loop => named.has(loop))
        .map(loop => this.#index(loop, { kind: 'variable', name: loop })),
    ];
  }

  #map(of: Boxes, array: WordArgument): Parameter {
    const { identifiers } = this.#exprs;
    const { node, box } = of;
    const name = identifiers.fresh(`${identifiers.ofNode(node)}_boxes`);
    const type = this.#exprs.need(callOf('einc_tensor_map'));
    const { dtype, dims } = node;
    return {
      text: `const __grid_constant__ ${type} ${name}`,
      argument: { kind: 'tensor-map', array, dtype, dims, box },
      map: { ...of, name },
    };
  }

  #index(loop: LoopVar, argument: KernelArgument): Parameter {
    const { identifiers } = this.#exprs;
    const name = identifiers.ofLoop(loop);
    const given = this.#given.get(loop) ?? identifiers.fresh(`${name}_given`);
    this.#given.set(loop, given);
    return { text: `const long long ${given}`, argument, index: { name, given } };
  }
}
