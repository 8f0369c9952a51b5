/** The arrays of settled code with everything the routine says about them, so that other code can replace it. */
import {
  type DeviceArray,
  type LinkableRoutine,
  type Routine,
  type TensorNode,
} from '../../compiler/index.ts';

/** An array that outlives a run. */
export interface ArrayOfCode {
  readonly node: TensorNode;
  readonly array: DeviceArray;
  readonly because: string;
  readonly isInput: boolean;
  readonly isOutput: boolean;
}

export function arraysOf({
  routine,
  arrays,
  because,
  inputs,
  outputs,
}: LinkableRoutine): readonly ArrayOfCode[] {
  return routine.device.flatMap((node, i) => {
    const array = arrays[i];
    if (!array) return [];
    const [isInput, isOutput] = [inputs.has(array), outputs.has(array)];
    return [{ node, array, because: because[i] ?? '', isInput, isOutput }];
  });
}

/** Replaces the code and its arrays. */
export function withCode(
  linkable: LinkableRoutine,
  body: Routine['body'],
  arrays: readonly ArrayOfCode[],
): LinkableRoutine {
  const all = arrays.toSorted((a, b) => (a.node.name < b.node.name ? -1 : 1));
  return {
    ...linkable,
    routine: { ...linkable.routine, device: all.map(({ node }) => node), body },
    arrays: all.map(({ array }) => array),
    because: all.map(({ because }) => because),
    inputs: new Set(all.flatMap(({ isInput, array }) => (isInput ? [array] : []))),
    outputs: new Set(all.flatMap(({ isOutput, array }) => (isOutput ? [array] : []))),
  };
}

export function nodeOf(
  { routine, arrays }: LinkableRoutine,
  array: DeviceArray,
): TensorNode | undefined {
  return routine.device[arrays.indexOf(array)];
}
