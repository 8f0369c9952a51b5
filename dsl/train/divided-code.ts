/** Code for several devices, each of which has a slice of one axis. */
import {
  type ArrayHandle,
  type DeviceArray,
  divide,
  dividedAxes,
  type DividedStep,
  type Initial,
  inMemoryOrder,
  type LinkableRoutine,
  readsOf,
  type RoutineSource,
  type TensorNode,
  visitAssigns,
} from '../../compiler/index.ts';
import { annotatedAxes, type AxisWanted } from './annotated-axes.ts';
import { handleTo } from './handle-to.ts';

export interface DividedCode {
  readonly steps: readonly CodeStep[];
  /** The arrays that outlive a run of the undivided routine, in its order. */
  readonly arrays: readonly DividedArray[];
}

/** A section that all devices run, or a sum of an array over the devices. */
export type CodeStep =
  | { readonly kind: 'run'; readonly source: RoutineSource }
  | { readonly kind: 'sum'; readonly array: ArrayHandle };

export interface DividedArray {
  readonly whole: DeviceArray;
  /** A device's slice of it; the whole array if it is not divided. */
  readonly share: DeviceArray;
  /** In memory order; undefined for an array that each device has as a whole. */
  readonly axis: number | undefined;
}

/** Throws a `UserError` for an axis that does not exist, or that cannot be divided. */
export function dividedCode(linkable: LinkableRoutine, wanted: AxisWanted): DividedCode {
  const { routine } = linkable;
  const axes = dividedAxes(routine.body, annotatedAxes(linkable, wanted), wanted.name);
  const { steps, shareOf } = divide(routine.body, { ...wanted, axes });
  const outliving = new Map<TensorNode, DeviceArray>();
  const arrays = linkable.arrays.map((whole, i): DividedArray => {
    const node = nodeAt(routine.device, i);
    const axis = axes.get(node);
    const share = axis === undefined ? whole : shareOfArray(whole, axis, wanted.parts);
    outliving.set(shareOf(node), share);
    return { whole, share, axis };
  });
  for (const node of metTwice(steps)) {
    if (!outliving.has(node)) outliving.set(node, betweenSteps(node));
  }
  const wasInput = new Set(
    arrays.filter(({ whole }) => linkable.inputs.has(whole)).map(({ share }) => share),
  );
  const written = new Set<DeviceArray>();
  return {
    arrays,
    steps: steps.map((step, i): CodeStep => {
      if (step.kind === 'sum')
        return { kind: 'sum', array: handleTo(arrayAt(outliving, step.node)) };
      const { nodes, targets } = nodesOf(step);
      const device = [...nodes]
        .filter(node => outliving.has(node))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const own = device.map(node => arrayAt(outliving, node));
      const part: LinkableRoutine = {
        routine: { ...routine, name: `${routine.name}_${i + 1}`, device, body: step.body },
        arrays: own,
        because: own.map(array => (wasInput.has(array) ? 'state' : 'later parts read it')),
        inputs: new Set(own.filter(array => wasInput.has(array) || written.has(array))),
        outputs: new Set(device.filter(node => targets.has(node)).map(n => arrayAt(outliving, n))),
        tensors: linkable.tensors,
      };
      part.outputs.forEach(array => written.add(array));
      return { kind: 'run', source: { settle: () => part } };
    }),
  };
}

function shareOfArray(whole: DeviceArray, axis: number, parts: number): DeviceArray {
  const { batch, output, input } = whole.dims;
  const dims = inMemoryOrder(whole.dims).with(axis, (inMemoryOrder(whole.dims)[axis] ?? 0) / parts);
  const outputs = batch.length + output.length;
  return {
    ...whole,
    initial: startsAlike(whole.initial) ? whole.initial : { kind: 'fill', value: 0 },
    dims: {
      batch: dims.slice(0, batch.length),
      output: dims.slice(batch.length, outputs),
      input: dims.slice(outputs, outputs + input.length),
    },
  };
}

/** Whether each slice can be initialised like the whole; otherwise slices are cut from the whole's values. */
export function startsAlike({ kind }: Initial): boolean {
  return kind === 'none' || kind === 'fill' || kind === 'sum';
}

function betweenSteps({ name, dtype, dims }: TensorNode): DeviceArray {
  const rows = { batch: [], input: [], output: dims };
  return { label: name, dtype, dims: rows, initial: { kind: 'none' } };
}

interface StepNodes {
  readonly nodes: ReadonlySet<TensorNode>;
  readonly targets: ReadonlySet<TensorNode>;
}

function nodesOf(step: DividedStep): StepNodes {
  if (step.kind === 'sum') return { nodes: new Set([step.node]), targets: new Set([step.node]) };
  const nodes = new Set<TensorNode>();
  const targets = new Set<TensorNode>();
  visitAssigns(step.body, a => {
    for (const { node } of [a.target, ...readsOf(a)]) nodes.add(node);
    targets.add(a.target.node);
  });
  return { nodes, targets };
}

/** Values passed from one section to another. */
function metTwice(steps: readonly DividedStep[]): readonly TensorNode[] {
  const counts = new Map<TensorNode, number>();
  for (const step of steps) {
    for (const node of nodesOf(step).nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return [...counts].flatMap(([node, count]) => (count > 1 ? [node] : []));
}

function nodeAt(nodes: readonly TensorNode[], i: number): TensorNode {
  const node = nodes[i];
  if (node) return node;
  throw new RangeError(`no node ${i}`);
}

function arrayAt(arrays: ReadonlyMap<TensorNode, DeviceArray>, node: TensorNode): DeviceArray {
  const array = arrays.get(node);
  if (array) return array;
  throw new RangeError(`no array for ${node.name}`);
}
