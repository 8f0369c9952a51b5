/** Splits code into code without its late sums (`late-gradients.ts`), and code that computes them. */
import {
  type ArrayHandle,
  type DeviceArray,
  type DType,
  type LateSum,
  type LinkableRoutine,
  mapAssigns,
  mapNodes,
  mapScalar,
  product,
  readsOf,
  sumOver,
  type TensorNode,
  tensorNode,
  visitAssigns,
  withoutTargets,
} from '../../compiler/index.ts';
import { type ArrayOfCode, arraysOf, nodeOf, withCode } from './arrays-of-code.ts';
import { handleTo } from './handle-to.ts';

/** An array over all examples. */
export interface ArrayOfAll {
  readonly node: TensorNode;
  readonly array: DeviceArray;
}

/** The rows of such an array that one shard computes. */
export interface SharedRows {
  readonly whole: ArrayHandle;
  readonly own: ArrayHandle;
  /** For each example. */
  readonly cells: number;
}

export function arrayOfAll(
  { name, dtype, dims: [, ...row] }: TensorNode,
  count: number,
): ArrayOfAll {
  const [label, dims] = [`${name}.all`, [count, ...row]];
  return { node: tensorNode(label, dtype, dims), array: arrayLike(label, dtype, dims) };
}

function arrayLike(label: string, dtype: DType, batch: readonly number[]): DeviceArray {
  const dims = { batch, input: [], output: [] };
  return { label, dtype, dims, initial: { kind: 'fill', value: 0 } };
}

/** The code without its sums into some gradients; it keeps the arrays that those sums read instead. */
export function withoutSums(
  linkable: LinkableRoutine,
  gradients: ReadonlySet<DeviceArray>,
  reads: ReadonlySet<TensorNode>,
): LinkableRoutine {
  const targets = new Set([...gradients].flatMap(array => nodeOf(linkable, array) ?? []));
  const { routine } = linkable;
  const kept = arraysOf(linkable).filter(({ array }) => !gradients.has(array));
  const made = [...reads].filter(node => !routine.device.includes(node));
  const because = 'a sum over all examples reads it';
  const left = made.map(node => {
    const array = arrayLike(node.name, node.dtype, node.dims);
    return { node, array, because, isInput: false, isOutput: true };
  });
  return withCode(linkable, withoutTargets(routine.body, targets), [...kept, ...left]);
}

/** Which rows of the arrays over all examples a shard's rows are. */
export function rowsOfAll(
  linkable: LinkableRoutine,
  all: ReadonlyMap<string, ArrayOfAll>,
): readonly SharedRows[] {
  return arraysOf(linkable).flatMap(({ node, array }) => {
    const whole = all.get(node.name);
    if (!whole) return [];
    return [{ whole: handleTo(whole.array), own: handleTo(array), cells: cellsOfRow(node) }];
  });
}

export function cellsOfRow({ dims: [, ...row] }: TensorNode): number {
  return product(row);
}

/** Replaces `p.grad =+ p.grad.merge` by the sum over all examples, into a local array. */
export function withSum(
  linkable: LinkableRoutine,
  gradient: DeviceArray,
  { sum, all, count }: { sum: LateSum; all: ReadonlyMap<string, ArrayOfAll>; count: number },
): LinkableRoutine {
  const { routine } = linkable;
  const node = nodeOf(linkable, gradient);
  if (node === undefined) return linkable;
  const own = tensorNode(`${node.name}.sum`, node.dtype, node.dims);
  const wholeOf = (read: TensorNode): TensorNode => all.get(read.name)?.node ?? read;
  const now = (other: TensorNode): TensorNode => (other === node ? own : other);
  let isSummed = false;
  const body = mapAssigns(routine.body, a => {
    if (isSummed || a.target.node !== node) {
      return { ...a, target: mapNodes(a.target, now), value: mapScalar(a.value, now) };
    }
    isSummed = true;
    return sumOver(sum, own, { count, wholeOf });
  });
  const used = new Set<TensorNode>();
  visitAssigns(body, a => {
    for (const other of [a.target, ...readsOf(a)]) used.add(other.node);
  });
  const known = arraysOf(linkable).filter(other => used.has(other.node));
  const more = [...all.values()].flatMap(({ node: whole, array }): readonly ArrayOfCode[] => {
    if (!used.has(whole) || known.some(other => other.node === whole)) return [];
    const because = 'devices compute rows of it';
    return [{ node: whole, array, because, isInput: true, isOutput: false }];
  });
  return withCode(linkable, body, [...known, ...more]);
}
