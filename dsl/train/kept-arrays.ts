/** The arrays that updates carry from step to step: parameters, and the state of the optimiser for each. */
import { inMemoryOrder, type Span, type UserError } from '../../compiler/index.ts';
import { type Context, HostBuffer, type StateArray } from '../../runtime/index.ts';
import { wrong } from '../arguments.ts';
import type { Code } from '../graph/code.ts';
import { expand } from '../graph/expand.ts';
import { type Lifetimes, lifetimesIn } from '../graph/lifetimes.ts';
import { nameArrays } from '../graph/naming.ts';
import type { ArrayRef, Tensor } from '../graph/tensor.ts';
import type { World } from '../world/world.ts';

/** State that is divided among devices or processes; a checkpoint contains all of it. */
export interface DividedState {
  readonly seed: number;
  /** The group of ranks that train together. */
  readonly world?: World | undefined;
  /** Copies on the host, under names that do not depend on how the state is divided. All ranks call it. */
  gather(): Promise<readonly StateArray[]>;
  /** Distributes the state of the first rank. All ranks call it. */
  scatter(state: readonly StateArray[]): Promise<void>;
}

export interface KeptArray {
  readonly name: string;
  readonly array: ArrayRef;
  /** The parameter whose update carries it on; it may be the parameter itself. */
  readonly of: Tensor;
}

export function keptArrays(
  params: readonly Tensor[],
  updateOf: (p: Tensor) => Code,
): readonly KeptArray[] {
  const kept = new Map<ArrayRef, Tensor>();
  for (const p of params) {
    for (const array of carried(usesOf(updateOf(p)))) if (!kept.has(array)) kept.set(array, p);
  }
  const names = nameArrays([...kept.keys()]);
  return [...kept].map(([array, of]) => ({ name: names.get(array) ?? array.hint, array, of }));
}

/** An update that uses or changes an array of another parameter's update, so that the two cannot be separated. */
export interface Coupling {
  readonly param: Tensor;
  readonly array: ArrayRef;
}

export function couplingOf(
  params: readonly Tensor[],
  updateOf: (p: Tensor) => Code,
): Coupling | undefined {
  const known = new Set<ArrayRef>();
  for (const param of params) {
    const uses = usesOf(updateOf(param));
    const isOfOther = (array: ArrayRef): boolean =>
      known.has(array) || (array.tensor !== param && params.includes(array.tensor));
    const array = uses.arrays.find(isOfOther);
    if (array) return { param, array };
    for (const own of carried(uses)) known.add(own);
  }
  return undefined;
}

export function coupled({ param, array }: Coupling, span: Span): UserError {
  const [own, other] = [param.label ?? param.hint, array.label ?? array.hint];
  const message = `the update of \`${own}\` uses \`${other}\`, which only the device that updates another parameter has`;
  return wrong('EINC0544', message, span, [
    'leave `shardOptimizer` out, or have each update use its own parameter alone',
  ]);
}

function usesOf(code: Code): Lifetimes {
  return lifetimesIn(expand(code.tree));
}

function carried({ arrays, inputs, outputs }: Lifetimes): readonly ArrayRef[] {
  return arrays.filter(array => inputs.has(array) && outputs.has(array));
}

/** A copy of an array of a context. */
export async function copyOf({ name, array }: KeptArray, ctx: Context): Promise<StateArray> {
  return ctx.lend([array], 'saveCheckpoint', ([buffer]) => {
    if (!buffer) throw new RangeError(`no buffer of ${name}`);
    const { dims } = array.deviceArray(ctx.dtype);
    const copy = new HostBuffer(buffer.dtype, buffer.read());
    return Promise.resolve({ name, dims: inMemoryOrder(dims), buffer: copy });
  });
}
