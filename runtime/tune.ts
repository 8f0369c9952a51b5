/** Tries other schedules for the nests of a routine, on a backend, and says which are faster. */
import {
  arenaBytes,
  type Compiled,
  cellsOf,
  type NestOverride,
  type NestVariants,
  nestVariants,
  type Program,
  type TensorNode,
  type Value,
  type Variant,
} from '../compiler/index.ts';
import type { Backend, DeviceBuffer } from './backend.ts';
import type { TimeInTurns } from './time-in-turns.ts';

export interface TuneOptions {
  readonly backend: Backend;
  /** How many schedules to try for a nest, besides the one that is chosen without. */
  readonly candidates: number;
  readonly time: TimeInTurns;
  /** Called before each nest. */
  readonly onNest?: (name: string, done: number, total: number) => void;
}

export interface TunedNest {
  readonly name: string;
  /** The schedules tried; the first is the compiler's choice. */
  readonly tried: readonly { readonly asked: NestOverride; readonly ms: number }[];
  /** The fastest, if it is faster than the first by more than measurement noise. */
  readonly winner: NestOverride | undefined;
}

/** Below this share of the time a gain may be chance. */
const leastGain = 0.03;

/** `compiled` has to have its decisions: `explains`. */
export async function tune(
  { witnessed, program }: Compiled,
  { backend, candidates, time, onNest }: TuneOptions,
): Promise<readonly TunedNest[]> {
  const nests = nestVariants(witnessed, program, backend.target, candidates);
  const tuned: TunedNest[] = [];
  for (const nest of nests) {
    onNest?.(nest.name, tuned.length, nests.length);
    tuned.push(await tuneNest(nest, backend, time));
  }
  return tuned;
}

async function tuneNest(
  { name, variants }: NestVariants,
  backend: Backend,
  time: TimeInTurns,
): Promise<TunedNest> {
  const taken: Disposable[] = [];
  try {
    const runs = await runsOf(variants, backend, taken);
    const times = time(runs);
    const tried = variants.map(({ asked }, i) => ({ asked, ms: times[i] ?? Infinity }));
    const [first] = tried;
    const best = tried.reduce((a, b) => (b.ms < a.ms ? b : a));
    const isFaster = first !== undefined && best.ms < first.ms * (1 - leastGain);
    return { name, tried, winner: isFaster ? best.asked : undefined };
  } finally {
    taken.toReversed().forEach(resource => resource[Symbol.dispose]());
  }
}

/** All on the same arrays. */
async function runsOf(
  variants: readonly Variant[],
  backend: Backend,
  taken: Disposable[],
): Promise<readonly (() => void)[]> {
  const keep = <T extends Disposable>(resource: T): T => {
    taken.push(resource);
    return resource;
  };
  const allocate = (node: TensorNode): DeviceBuffer =>
    keep(backend.allocate(node.dtype, cellsOf(node)));
  const arrays = new Map<TensorNode, DeviceBuffer>();
  const bufferOf = (node: TensorNode): DeviceBuffer => {
    const known = arrays.get(node) ?? allocate(node);
    if (!arrays.has(node)) known.write(valuesFor(node));
    arrays.set(node, known);
    return known;
  };
  const stream = keep(backend.openStream());
  const kernels = [];
  for (const { program } of variants) {
    kernels.push({ program, kernel: keep(await backend.compile(program)) });
  }
  return kernels.map(({ program, kernel }) => {
    const bytes = arenaBytes(program.scratch);
    const arena = bytes > 0 ? keep(backend.allocate('u8', bytes)) : undefined;
    const bound = kernel.bind(program.params.map(bufferOf), arena);
    const symbols = program.symbols.map((_, i) => i);
    const plan = keep(stream.plan([{ kernel: bound, symbols }]));
    const indices = indicesFor(program);
    return () => stream.run(plan, indices);
  });
}

function indicesFor({ symbols }: Program): readonly number[] {
  return symbols.map(() => 0);
}

/** Numbers of an ordinary size: from 0.5 to 1, or small integers, which are also good as positions. */
function valuesFor(node: TensorNode): readonly Value[] {
  const isFloat = node.dtype.startsWith('f') || node.dtype === 'bf16';
  let state = 1;
  return Array.from({ length: cellsOf(node) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return isFloat ? 0.5 + state / 2 ** 33 : state >>> 31;
  });
}
