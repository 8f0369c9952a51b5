/** The code of data-parallel training, in `cd` itself, for parts of any size. */
import { product, type Span, type StaticSymbol } from '../../compiler/index.ts';
import { wrong } from '../arguments.ts';
import { cdAt } from '../cd.ts';
import { type AxisSize, tensor, type TensorShape } from '../data-tensor.ts';
import { Code } from '../graph/code.ts';
import { inOrderOfEnd, stagesOf } from '../graph/stages.ts';
import type { ArrayRef, Tensor } from '../graph/tensor.ts';
import { symbol } from '../symbol.ts';
import { type DataParallelOptions, type Examples, lossGiven } from './data-parallel-options.ts';
import { coupled, couplingOf, type KeptArray, keptArrays } from './kept-arrays.ts';

export interface Part<Name extends string> {
  readonly examples: Examples<Name>;
  readonly loss: Tensor;
  /** Gradients of the loss, weighted by the part's share of the batch. */
  readonly gradient: Code;
}

/** A stage of it, after which the gradients of a bucket are complete. */
export interface GradientStage {
  readonly code: Code;
  readonly keep: readonly ArrayRef[];
}

/** The batch size is passed to each run: the last batch may be smaller. */
const total: StaticSymbol = symbol('examples_of_batch');

export function batchIndices(examples: number): Readonly<Record<string, number>> {
  return { [total.name]: examples };
}

export class ShardCode<Name extends string> {
  readonly params: readonly Tensor[];
  /** How many numbers an example has, by the names of its arrays. */
  readonly cells: ReadonlyMap<Name, number>;
  readonly #options: DataParallelOptions<Name>;
  readonly #span: Span;
  /** Templates of this class are reported at the call of `dataParallel`. */
  readonly #cd: ReturnType<typeof cdAt>;
  readonly #largest: number;
  readonly #parts = new Map<number, Part<Name>>();
  readonly #updates = new Map<Tensor, Code>();

  /** `largest`: the largest number of examples of a part. */
  constructor(options: DataParallelOptions<Name>, largest: number, span: Span) {
    this.#options = options;
    this.#span = span;
    this.#cd = cdAt(span);
    this.#largest = largest;
    const names = Object.keys(options.shard) as Name[];
    this.cells = new Map(names.map(name => [name, cellsOf(options.shard[name])] as const));
    const part = this.#make(largest);
    this.#parts.set(largest, part);
    this.params = paramsOf(part.loss);
  }

  /** For a number of examples. Throws a `UserError` if its loss has other parameters. */
  part(count: number): Part<Name> {
    const known = this.#parts.get(count);
    if (known) return known;
    const part = this.#make(count);
    const odd = paramsOf(part.loss).find(p => !this.params.includes(p));
    if (odd) {
      const message = `the \`loss\` of \`dataParallel\` makes its parameter \`${odd.label ?? odd.hint}\` anew each time`;
      throw wrong('EINC0531', message, this.#span, [
        'make the model outside, and apply it there: op`${mlp}(${x})`',
      ]);
    }
    this.#parts.set(count, part);
    return part;
  }

  /** The parameters by when their gradients are complete, in the code of the largest part. */
  get paramsAsDone(): readonly Tensor[] {
    const gradients = this.params.map(p => p.grad);
    return inOrderOfEnd(this.part(this.#largest).gradient.tree, gradients).map(g => g.tensor);
  }

  /** The gradients of a part, bucket by bucket. */
  stages(count: number, buckets: readonly (readonly Tensor[])[]): readonly GradientStage[] {
    const groups = buckets.map(bucket => bucket.map(p => p.grad));
    const keep = groups.flat();
    if (count === 0) return [{ code: this.zeroGradients(), keep }];
    const { gradient, loss } = this.part(count);
    if (buckets.length === 1) return [{ code: gradient, keep }];
    const title = `${loss.label ?? loss.hint} gradient`;
    return stagesOf(gradient.tree, groups, title).map(({ tree, hands }, i) => ({
      code: Code.ofTree(tree, this.#span),
      keep: [...(groups[i] ?? []), ...hands, ...(i === 0 ? [loss.value] : [])],
    }));
  }

  /** For a part without examples. */
  zeroGradients(): Code {
    return this.#cd`~~("zero grads"; ${this.params.map(p => this.#cd`${p}.grad =: 0`)})`;
  }

  /** Adds the values that another device has sent for these gradients. */
  merge(params: readonly Tensor[]): Code {
    return this.#cd`~~("merge grads"; ${params.map(p => this.#cd`${p}.grad =+ ${p}.grad.merge`)})`;
  }

  /** The same pieces each time, so that all routines work on the same state. */
  update(params: readonly Tensor[]): Code {
    const pieces = params.map(p => {
      const code = this.#updates.get(p) ?? this.#options.update(p);
      this.#updates.set(p, code);
      return code;
    });
    return this.#cd`~~("update"; ${pieces})`;
  }

  /**
   * Both. Parameter by parameter if no update needs the gradient of another one, so that a sum is used while it is in
   * the cache.
   */
  mergeAndUpdate(params: readonly Tensor[]): Code {
    if (!this.division().isDivided) return this.#cd`${[this.merge(params), this.update(params)]}`;
    const pieces = params.flatMap(p => [this.#cd`${p}.grad =+ ${p}.grad.merge`, this.update([p])]);
    return this.#cd`~~("merge grads then update"; ${pieces})`;
  }

  /**
   * Whether parameters may be updated by several devices, and the minimum number of cells for each. Throws a
   * `UserError` if that is requested but impossible.
   */
  division(): { readonly isDivided: boolean; readonly least?: number } {
    const coupling = couplingOf(this.params, p => this.update([p]));
    if (this.#options.shardOptimizer !== true) return { isDivided: coupling === undefined };
    if (coupling) throw coupled(coupling, this.#span);
    return { isDivided: true, least: 1 };
  }

  /** The state that updates carry from step to step. */
  kept(): readonly KeptArray[] {
    return keptArrays(this.params, p => this.update([p]));
  }

  #make(count: number): Part<Name> {
    const { shard } = this.#options;
    const examples = Object.fromEntries(
      [...this.cells].map(([label, cells]) => {
        const zeros = new Float64Array(count * cells); // each run brings others
        return [label, tensor(zeros, shapeOf(shard[label], label, count))] as const;
      }),
    ) as unknown as Examples<Name>;
    const loss = lossGiven(this.#options.loss(examples, count), this.#span);
    const gradient = this.#cd`
    ~~(${loss} "gradient";
       ${loss}.forward;
       ${loss}.zero_grads;
       ${loss.grad} =: ${count} /. !@${total};
       ${loss}.backprop)`;
    return { examples, loss, gradient };
  }
}

function paramsOf(loss: Tensor): readonly Tensor[] {
  return Object.values(loss.grad.tensor.params);
}

type Shape = DataParallelOptions<string>['shard'][string];

/** For so many examples. */
function shapeOf({ batch = [], ...rest }: Shape, label: string, count: number): TensorShape {
  return { ...rest, label, batch: [count, ...batch] };
}

function cellsOf({ batch = [], input = [], output = [] }: Shape): number {
  return product([...batch, ...input, ...output].map(sizeOf));
}

function sizeOf(size: AxisSize): number {
  return typeof size === 'number' ? size : Number(size.slice(size.lastIndexOf(':') + 1));
}
