import type { DType, Span, UserError } from '../../compiler/index.ts';
import { Devices } from '../../runtime/index.ts';
import { isRecord, optionsGiven, wrong } from '../arguments.ts';
import type { TensorShape } from '../data-tensor.ts';
import type { OpenDevicesOptions } from '../einc.ts';
import { describe } from '../elaborate/hole.ts';
import type { Code } from '../graph/code.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import { World } from '../world/world.ts';

/** The axes and the dtype of an array of an example; its batch axes follow the axis of examples. */
export type ExampleShape = Omit<TensorShape, 'label'>;

export type Examples<Name extends string> = Readonly<Record<Name, Tensor>>;

export interface DataParallelOptions<Name extends string> {
  /** How many devices, as for `devices`; `all` by default. Or devices that the program has opened. */
  readonly devices?: number | 'all' | Devices;
  /**
   * The number of parts (shards) of a batch, by default one per device. With the same number of
   * parts, and the same choice of shared or copied parameters, results are bit-identical for any number of devices.
   */
  readonly shards?: number;
  /** How many examples a step takes; the last one of an epoch may have fewer. */
  readonly batch: number;
  /** The arrays of an example, by name. */
  readonly shard: Readonly<Record<Name, ExampleShape>>;
  /**
   * The mean loss of `count` examples, which are the first batch axis of the tensors. It is called once for each
   * number of examples that a part has, so make the model with its parameters outside.
   */
  readonly loss: (examples: Examples<Name>, count: number) => Tensor;
  /** The code that updates a parameter from its gradient: `p => sgdOne(p, { learningRate: 0.1 })`. */
  readonly update: (param: Tensor) => Code;
  /** Tensors computed by updates that `item` and `read` should be able to read. */
  readonly keep?: readonly (Tensor | ArrayRef)[];
  /**
   * Whether devices read the parameters in place, or have copies that are sent to them after each
   * update. By default they are read in place where devices share memory.
   */
  readonly parameters?: 'point' | 'copy';
  /**
   * The processes that train together, each with its own devices: `await joinWorld()`. A batch is that of all ranks,
   * and each rank takes its share of it. All ranks call `step` with the same batches.
   */
  readonly world?: World;
  /**
   * Gradients are summed in buckets of at least this many bytes, each as soon as backprop has completed it,
   * overlapped with the rest of backprop. Infinity: all at the end. The sums are the same.
   */
  readonly bucketBytes?: number;
  /**
   * Whether optimiser state is divided among the devices, however small it is (ZeRO-1): each has
   * the state of the parameters that it updates. Results have the same bits. By default false: then
   * small parameters are all updated by the first device. Not supported with several processes.
   */
  readonly shardOptimizer?: boolean;
  readonly seed?: number;
  readonly dtype?: DType;
  /** The backend of the devices, if `devices` are not given; default `$EINC_BACKEND`, else `cc`. */
  readonly backend?: OpenDevicesOptions['backend'];
}

const names = [
  'devices',
  'shards',
  'batch',
  'shard',
  'loss',
  'update',
  'keep',
  'parameters',
  'world',
  'bucketBytes',
  'shardOptimizer',
  'seed',
  'dtype',
  'backend',
];
const example = '{ batch: 128, shard: { x: { output: [2] } }, loss: ({ x }) => …, update: p => … }';

type Check = readonly [name: string, wanted: string, fits: (value: unknown) => boolean];

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 31;
const isAboveZero = (value: unknown): boolean => typeof value === 'number' && value > 0;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const or =
  (fits: (value: unknown) => boolean, ...others: readonly unknown[]) =>
  (value: unknown): boolean =>
    others.includes(value) || fits(value);

const checks: readonly Check[] = [
  ['batch', 'a number of examples', isCount],
  ['shard', 'an object with the shape of each array of an example', isRecord],
  ['loss', 'a function of tensors', isFunction],
  ['update', 'a function of a parameter', isFunction],
  ['shards', 'a number', or(isCount, undefined)],
  ['devices', "a number, 'all' or devices", or(isDevices, 'all', undefined)],
  ['parameters', "'point' or 'copy'", or(() => false, 'point', 'copy', undefined)],
  ['world', 'what `joinWorld` gives', or(value => value instanceof World, undefined)],
  ['bucketBytes', 'a number above 0', or(isAboveZero, undefined)],
  ['shardOptimizer', 'true or false', or(() => false, true, false, undefined)],
  ['keep', 'a list of tensors', or(isListOfHandles, undefined)],
];

function isDevices(value: unknown): boolean {
  return isCount(value) || value instanceof Devices;
}

function isListOfHandles(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(handle => handle instanceof Tensor || handle instanceof ArrayRef)
  );
}

/** Checks for callers in JavaScript, who have no types. */
export function checkDataParallelOptions(options: unknown, span: Span): void {
  const given = optionsGiven('EINC0530', 'dataParallel', options, { names, example, span });
  for (const [name, wanted, fits] of checks) {
    const value = given[name];
    if (fits(value)) continue;
    const message = `the option \`${name}\` of \`dataParallel\` is ${wanted}, not ${describe(value)}`;
    throw wrong('EINC0530', message, span);
  }
  const { devices, backend, world, shardOptimizer } = given;
  if (shardOptimizer === true && world instanceof World && world.size > 1) {
    const message =
      'with `shardOptimizer` devices of one process divide what the optimiser keeps, and `world` has several processes';
    throw wrong('EINC0530', message, span, [
      'leave `shardOptimizer` out, or divide among processes: shardOptimizer(ctx, loss, { world, update })',
    ]);
  }
  if (!(devices instanceof Devices) || backend === undefined) return;
  throw wrong('EINC0530', '`dataParallel` has the backend of its devices', span, [
    'leave `backend` out',
  ]);
}

/** For what functions of `dataParallel` return. */
export function lossGiven(value: unknown, span: Span): Tensor {
  if (value instanceof Tensor) return value;
  throw wrong(
    'EINC0530',
    `the \`loss\` of \`dataParallel\` gives a tensor, not ${describe(value)}`,
    span,
  );
}

/** Which call the examples are for, and how many it takes. */
interface Wanted {
  readonly call: 'step' | 'epoch';
  readonly most: number;
  readonly place: () => Span;
}

/** Checks that the arrays of a batch, or of an epoch, have whole examples, and equally many. Returns how many. */
export function examplesGiven(
  batch: unknown,
  cells: ReadonlyMap<string, number>,
  wanted: Wanted,
): number {
  return countAtOnce(batch, cells, wanted.most) ?? countOrComplain(batch, cells, wanted);
}

/** The fast path for a valid batch of typed arrays, the usual case; otherwise undefined. */
function countAtOnce(
  batch: unknown,
  cells: ReadonlyMap<string, number>,
  most: number,
): number | undefined {
  if (!isRecord(batch)) return undefined;
  let count: number | undefined;
  for (const [name, each] of cells) {
    const values = batch[name];
    if (!Object.hasOwn(batch, name) || !isListOfNumbers(values)) return undefined;
    count ??= values.length / each;
    if (values.length !== count * each) return undefined;
  }
  const isRight = count !== undefined && Number.isInteger(count) && count >= 1 && count <= most;
  return isRight ? count : undefined;
}

function countOrComplain(
  batch: unknown,
  cells: ReadonlyMap<string, number>,
  { call, most, place }: Wanted,
): number {
  const whole = call === 'step' ? 'a batch' : 'an epoch';
  const complain = (message: string): UserError => wrong('EINC0532', message, place());
  const names = [...cells.keys()];
  const isWhole = isRecord(batch) && names.every(name => Object.hasOwn(batch, name));
  const example = `{ ${names.join(', ')} }`;
  const given = isWhole
    ? batch
    : optionsGiven('EINC0532', call, batch, { names, example, span: place() });
  const counts = [...cells].map(([name, each]) => {
    const values = given[name];
    const length = isListOfNumbers(values) ? values.length : NaN;
    if (Number.isInteger(length / each)) return { name, count: length / each };
    const what = Number.isNaN(length) ? describe(values) : `${length} numbers`;
    throw complain(`\`${name}\` of ${whole} has ${each} numbers for each example, not ${what}`);
  });
  const [first] = counts;
  const other = counts.find(({ count }) => count !== first?.count);
  if (first === undefined) throw complain(`${whole} has no arrays`);
  if (other) {
    throw complain(
      `${whole} has ${first.count} examples in \`${first.name}\` and ${other.count} in \`${other.name}\``,
    );
  }
  if (first.count >= 1 && first.count <= most) return first.count;
  const range = most === Infinity ? 'at least one example' : `1 to ${most} examples`;
  throw complain(`${whole} has ${range}, not ${first.count}`);
}

function isListOfNumbers(values: unknown): values is ArrayLike<number> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
}
