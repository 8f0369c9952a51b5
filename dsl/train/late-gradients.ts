/**
 * Late gradients: sums over examples that are not taken per device. If devices share memory, the operands
 * of such a sum are arrays over all examples, of which each device computes some rows; the owner of a parameter takes
 * the whole sum.
 */
import {
  type DType,
  type LateSum,
  lateSumOf,
  type LinkableRoutine,
  printRoutine,
  product,
  type RoutineSource,
  type TensorNode,
} from '../../compiler/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import { nodeOf } from './arrays-of-code.ts';
import {
  arrayOfAll,
  cellsOfRow,
  rowsOfAll,
  type SharedRows,
  withoutSums,
  withSum,
} from './late-code.ts';
import type { ShardCode } from './shard-code.ts';
import { leastCells } from './shards.ts';

/** For batches of one size. */
export interface LateGradients {
  readonly params: ReadonlySet<Tensor>;
  /** By its number of examples. */
  readonly parts: ReadonlyMap<number, LatePart>;
  /** Code that sums gradients and uses them, with late sums instead of merging values sent by others. */
  readonly summed: (code: RoutineSource) => RoutineSource;
}

/** A part's code without its late gradients, and the arrays over all examples that it computes rows of. */
export interface LatePart {
  readonly code: RoutineSource;
  readonly rows: readonly SharedRows[];
}

/** For code for so many examples. */
interface Sums {
  readonly linkable: LinkableRoutine;
  readonly of: ReadonlyMap<Tensor, LateSum>;
}

/** Undefined if there are none. `sizes`: the number of examples of each part. */
export function lateGradients<Name extends string>(
  code: ShardCode<Name>,
  sizes: readonly number[],
  dtype: DType,
): LateGradients | undefined {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const bySize = new Map(sizes.map(size => [size, sumsOf(code, size, dtype)]));
  const [first, ...others] = bySize.values();
  if (!first) return undefined;
  const params = code.params.filter(p => {
    const own = first.of.get(p);
    return own && isWorthIt(own, count) && others.every(other => isLike(own, other.of.get(p)));
  });
  if (params.length === 0) return undefined;
  const all = new Map(
    [...readsOf(first, params)].map(node => [node.name, arrayOfAll(node, count)]),
  );
  const late = new Set(params.map(p => p.grad.deviceArray(dtype)));
  const parts = new Map(
    [...bySize].map(([size, sums]) => {
      const early = withoutSums(sums.linkable, late, readsOf(sums, params));
      return [size, { code: { settle: () => early }, rows: rowsOfAll(early, all) }] as const;
    }),
  );
  return {
    params: new Set(params),
    parts,
    summed: source => ({
      settle: options => {
        let linkable = source.settle(options);
        for (const p of params) {
          const sum = first.of.get(p);
          if (sum) linkable = withSum(linkable, p.grad.deviceArray(dtype), { sum, all, count });
        }
        return linkable;
      },
    }),
  };
}

function sumsOf<Name extends string>(code: ShardCode<Name>, size: number, dtype: DType): Sums {
  const { gradient, examples } = code.part(size);
  const keep = code.params.map(p => p.grad);
  const linkable = gradient.settle({ dtype, keep, name: undefined });
  const { body } = linkable.routine;
  const given = new Set(
    Object.values<Tensor>(examples).map(x => nodeOf(linkable, x.deviceArray(dtype))),
  );
  const isGiven = (node: TensorNode): boolean => given.has(node);
  const of = new Map<Tensor, LateSum>();
  for (const p of code.params) {
    const target = nodeOf(linkable, p.grad.deviceArray(dtype));
    const sum = target && lateSumOf(body, target, { count: size, isGiven });
    if (sum) of.set(p, sum);
  }
  return { linkable, of };
}

/**
 * A gradient per device is written by one device and read by another, which costs twice its cells; a late sum costs what
 * other devices have of its operands. Small gradients are not worth it.
 */
function isWorthIt({ sum, reads }: LateSum, count: number): boolean {
  const cells = product(sum.target.node.dims);
  const each = [...reads].reduce((all, node) => all + cellsOfRow(node), 0);
  return cells >= leastCells && each * count <= 2 * cells;
}

/** Whether parts of two sizes have the same sums, except for the number of rows. */
function isLike(own: LateSum, other: LateSum | undefined): boolean {
  const textOf = ({ sum, reads }: LateSum): string => {
    const rows = [...reads].map(({ name, dims: [, ...row] }) => `${name} ${row.join()}`);
    return [printRoutine({ name: '', symbols: [], device: [], body: sum }), ...rows].join('\n');
  };
  return other !== undefined && textOf(own) === textOf(other);
}

function readsOf({ of }: Sums, params: readonly Tensor[]): ReadonlySet<TensorNode> {
  return new Set(params.flatMap(p => [...(of.get(p)?.reads ?? [])]));
}
