/** Turns code whose shapes may be open into a routine for the compiler. */
import {
  inMemoryOrder,
  type LinkableRoutine,
  mapCode,
  setByParts,
  setWherePossible,
  type SettleOptions,
  tensorNode,
  UserError,
  visitAssigns,
} from '../../compiler/index.ts';
import { closeShapes } from '../shape/close.ts';
import { checkSetsOnce } from './check-sets.ts';
import { ArrayRef, type Tensor } from './tensor.ts';
import { type CodeTree, visitTree } from './code-tree.ts';
import { expand } from './expand.ts';
import { type Lifetimes, lifetimesIn } from './lifetimes.ts';
import { nameArrays, nameOfCode } from './naming.ts';
import { checkLengths } from './scan-code.ts';
import { freeSymbols } from './symbols.ts';

export function settle(tree: CodeTree, options: SettleOptions): LinkableRoutine {
  const code = expand(tree);
  const lifetimes = lifetimesIn(code);
  const { arrays } = lifetimes;
  closeShapes(arrays.map(array => array.tensor.shape));
  checkLengths(code);
  const names = nameArrays(arrays);
  const deviceOf = (array: ArrayRef): LinkableRoutine['arrays'][number] =>
    array.deviceArray(options.dtype);
  const nodes = new Map(
    arrays.map(array => {
      const { dtype, dims } = deviceOf(array);
      return [array, tensorNode(names.get(array) ?? array.hint, dtype, inMemoryOrder(dims))];
    }),
  );
  const nodeOf = (array: ArrayRef) => nodes.get(array) ?? tensorNode(array.hint, options.dtype, []);
  const name = options.name === undefined ? nameOfCode(tree) : checkedName(options.name);
  checkKept(name, arrays, options);
  const settled = mapCode(code, nodeOf, projections => projections.settle());
  const body = setWherePossible(setByParts(settled));
  visitAssigns(body, checkSetsOnce);
  const why = outliving(tree, lifetimes, options);
  const device = arrays
    .filter(array => why(array) !== undefined)
    .toSorted((a, b) => (nodeOf(a).name < nodeOf(b).name ? -1 : 1));
  return {
    routine: {
      name,
      symbols: freeSymbols(code),
      device: device.map(nodeOf),
      body,
    },
    arrays: device.map(deviceOf),
    because: device.map(array => why(array) ?? ''),
    inputs: new Set(device.filter(array => lifetimes.inputs.has(array)).map(deviceOf)),
    outputs: new Set(device.filter(array => lifetimes.outputs.has(array)).map(deviceOf)),
    tensors: [...new Set(arrays.map(array => array.tensor))],
  };
}

/** Names are used in files and generated code. */
function checkedName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  const message = `"${name}" cannot name a routine: use letters, digits and _`;
  throw new UserError({ code: 'EINC0509', message });
}

/** Keeping an array that the code never computes would have no effect. */
function checkKept(
  routine: string,
  arrays: readonly ArrayRef[],
  { keep, dtype }: SettleOptions,
): void {
  const touched = new Set(arrays.map(array => array.deviceArray(dtype)));
  for (const handle of keep) {
    const array = handle.deviceArray(dtype);
    const isGradient = handle instanceof ArrayRef && handle.part === 'grad';
    if (touched.has(array) || (array.initial.kind !== 'none' && !isGradient)) continue;
    throw new UserError({
      code: 'EINC0505',
      message: `\`${routine}\` does not compute \`${array.label}\`, so it cannot keep it`,
      help: [
        isGradient
          ? 'keep it where the backprop of a loss computes it'
          : `add the code that computes it: \${${array.label}}.forward`,
      ],
    });
  }
}

/**
 * Why an array lives in the context, if it does: a run needs its previous value, or is asked to leave its
 * result there. This applies to the tensors whose `forward` or `backprop` the code names, and to gradients that
 * it zeroes for the backprop of another routine.
 */
function outliving(
  tree: CodeTree,
  { inputs }: Lifetimes,
  { keep, dtype }: SettleOptions,
): (array: ArrayRef) => string | undefined {
  const kept = new Map(keep.map(handle => [handle.deviceArray(dtype), 'the program keeps it']));
  const zeroed: Tensor[] = [];
  const backprops: Tensor[] = [];
  visitTree(tree, t => {
    if (t.kind === 'forward' || t.kind === 'backprop') {
      kept.set(t.tensor.value.deviceArray(dtype), `the code says ${t.kind}`);
    }
    if (t.kind === 'backprop') backprops.push(t.tensor);
    if (t.kind === 'zero-grads') zeroed.push(...Object.values(t.tensor.params));
  });
  if (backprops.length === 0) {
    zeroed.forEach(p => kept.set(p.grad.deviceArray(dtype), 'it is zeroed for a backprop'));
  }
  return array => {
    const { kind } = array.tensor.source;
    if (array.part === 'value' && kind === 'param') return 'a parameter';
    if (array.part === 'value' && kind === 'data') return 'data';
    if (inputs.has(array)) return 'it is read before it is written';
    return kept.get(array.deviceArray(dtype));
  };
}
