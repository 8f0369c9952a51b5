/** Divides additions and updates among devices by rows of the parameters. */
import {
  access,
  arraysByRow,
  type DeviceArray,
  invariant,
  type LinkableRoutine,
  mapAssigns,
  mapNodes,
  mapScalar,
  type RoutineSource,
  type RowRange,
  scalarApply,
  someRows,
  type TensorNode,
  tensorNode,
} from '../../compiler/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import { nodeOf } from './arrays-of-code.ts';

/** The rows of shared parameters that one device updates. */
export interface OwnRows {
  /** Which of the parts. */
  readonly part: number;
  readonly rows: ReadonlyMap<Tensor, RowRange>;
}

/** Whether code that uses the gradient of a parameter works row by row, so that it can be divided. */
export function isByRow(linkable: LinkableRoutine, gradient: DeviceArray): boolean {
  const { routine } = linkable;
  const node = nodeOf(linkable, gradient);
  const isKept = (other: TensorNode): boolean => routine.device.includes(other);
  return node !== undefined && arraysByRow(routine.body, node, isKept) !== undefined;
}

/** The code restricted to a device's rows, if it is `isByRow` for each parameter. */
export function rowsOfCode(source: RoutineSource, { part, rows }: OwnRows): RoutineSource {
  return {
    settle: options => {
      const linkable = source.settle(options);
      const { routine, arrays } = linkable;
      const ranges = new Map<TensorNode, RowRange>();
      for (const [p, range] of rows) {
        const { dtype } = options;
        const node =
          nodeOf(linkable, p.grad.deviceArray(dtype)) ?? nodeOf(linkable, p.deviceArray(dtype));
        if (node === undefined) continue;
        const byRow = arraysByRow(routine.body, node, () => false);
        invariant(byRow !== undefined, () => `rows of ${p.grad.hint} are not apart`);
        for (const array of byRow) ranges.set(array, range);
      }
      const own = arrays.filter((_, i) => {
        const node = routine.device[i];
        return node !== undefined && ranges.has(node);
      });
      const isLocal = (node: TensorNode): boolean => !routine.device.includes(node);
      const body = someRows(routine.body, node => ranges.get(node), isLocal);
      return {
        ...linkable,
        routine: { ...routine, body },
        parts: new Map(own.map(array => [array, part])),
      };
    },
  };
}

/**
 * The same code with its additions to these gradients made local: the gradients themselves stay unchanged, and a sum that
 * is used at once need not be in memory.
 */
export function sumsForItself(source: RoutineSource, params: readonly Tensor[]): RoutineSource {
  return {
    settle: options => {
      const gradients = params.map(p => p.grad.deviceArray(options.dtype));
      return gradients.reduce(withOwnSum, source.settle(options));
    },
  };
}

function withOwnSum(linkable: LinkableRoutine, gradient: DeviceArray): LinkableRoutine {
  const { routine, outputs } = linkable;
  const node = nodeOf(linkable, gradient);
  if (node === undefined) return linkable;
  const own = tensorNode(`${node.name}.sum`, node.dtype, node.dims);
  let isAdded = false;
  const body = mapAssigns(routine.body, a => {
    const now = (other: TensorNode): TensorNode => (isAdded && other === node ? own : other);
    const [target, value] = [mapNodes(a.target, now), mapScalar(a.value, now)];
    if (isAdded || a.target.node !== node) return { ...a, target, value };
    isAdded = true;
    const sum = scalarApply<TensorNode>('add', access(node, a.target.slot), value);
    return { ...a, op: 'set', target: access(own, a.target.slot), value: sum };
  });
  return {
    ...linkable,
    routine: { ...routine, body },
    outputs: new Set([...outputs].filter(array => array !== gradient)),
  };
}
