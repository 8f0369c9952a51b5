/**
 * Emits one kernel.
 *
 *     extern "C" __global__ void __launch_bounds__(256) layer_y(
 *         float *__restrict__ y,
 *         const float *__restrict__ x) {
 *       const int turn = blockIdx.x * 256 + threadIdx.x;
 *       if (turn >= 1000) return;
 *       const int b = turn / 100;
 *       const int o = turn % 100;
 *       y[b * 100 + o] = relu_f32(x[b * 100 + o]);
 *     }
 */
import { bytesOf, cellsOf, type For, Writer } from '../../compiler/index.ts';
import { sitesUnder } from '../../compiler/loop/facts.ts';
import { chainAt, geometryOf, turnsOfChain } from '../../compiler/loop/kernel.ts';
import { privateArrays } from '../../compiler/loop/private-arrays.ts';
import { swizzledIn } from '../../compiler/loop/swizzled.ts';
import { functionHead } from '../clike/arguments.ts';
import { type ExprEmitter, largestInt } from '../clike/expr.ts';
import { emitStmt } from '../clike/stmt.ts';
import { emitBlock } from './block.ts';
import { MapNames } from './bulk-copies.ts';
import type { Parameter } from './kernel-arguments.ts';
import { withTurn } from './turn.ts';

export interface KernelText {
  readonly name: string;
  readonly text: string;
}

export function emitKernel(
  kernel: For,
  parameters: readonly Parameter[],
  exprs: ExprEmitter,
): KernelText {
  const { threads } = geometryOf(kernel);
  const name = exprs.identifiers.fresh(nameFor(kernel, exprs));
  const w = new Writer();
  const bounds = [threads, ...fewestBlocks(kernel, threads)].join(', ');
  const prefix = `${exprs.dialect.functionPrefix} __launch_bounds__(${bounds})`;
  const texts = parameters.map(({ text }) => text);
  functionHead(w, prefix, name, texts);
  w.indented(() => {
    for (const { index } of parameters) {
      if (index) w.line(`const int ${index.name} = ${index.given};`);
    }
    for (const line of alignedArrays(kernel, parameters)) w.line(line);
    if (kernel.mode === 'grid') emitGrid(kernel, w, exprs);
    else emitBlocks(kernel, mapsIn(parameters), w, exprs);
  }).line('}');
  return { name, text: w.toString() };
}

/** Of the 64 Ki registers of a multiprocessor, this many suffice for the sums of a tile and their operands. */
const registersOfTile = 128;

/**
 * The minimum number of resident blocks per multiprocessor. Left alone, compilers use slightly
 * too many registers for a tile, or too few, so that sums spill to memory.
 */
function fewestBlocks(kernel: For, threads: number): readonly number[] {
  const own = [...privateArrays(kernel)];
  if (own.length === 0) return [];
  const bytes = own.map(
    ([{ dims, dtype }, axes]) => bytesOf[dtype] * cellsOf({ dims: dims.slice(axes) }),
  );
  // One block of warpgroups keeps the tensor cores busy, so a second one is not worth spilling registers.
  const isLarge = Math.max(...bytes) > 2 * registersOfTile || swizzledIn(kernel).size > 0;
  return [isLarge ? 1 : 2 ** 16 / (registersOfTile * threads)].map(Math.floor);
}

/** Named after the array that it stores to last. */
export function nameFor(kernel: For, { identifiers }: ExprEmitter): string {
  const stored = sitesUnder(kernel).findLast(({ kind }) => kind !== 'read');
  const what = stored ? identifiers.ofNode(stored.node) : 'nothing';
  return `${identifiers.part}_${what}`;
}

/**
 * States the alignment of buffers, with which compilers load and store four cells at once. Not
 * needed where each thread has a single cell.
 */
export function alignedArrays(kernel: For, parameters: readonly Parameter[]): readonly string[] {
  const { body } = chainAt(kernel);
  const hasNeighbours = body.kind === 'for' && body.mode === 'unrolled';
  if (privateArrays(kernel).size === 0 && !hasNeighbours) return [];
  return parameters.flatMap(({ array }) =>
    array ? [`${array.name} = (${array.type})__builtin_assume_aligned(${array.name}, 16);`] : [],
  );
}

function mapsIn(parameters: readonly Parameter[]): MapNames {
  const maps = new MapNames();
  for (const { map } of parameters) if (map) maps.set(map, map.name);
  return maps;
}

/** Each thread executes one iteration; surplus threads return. */
function emitGrid(kernel: For, w: Writer, exprs: ExprEmitter): void {
  const { blocks, threads } = geometryOf(kernel);
  const turns = turnsOfChain(chainAt(kernel));
  const isFull = turns === blocks * threads;
  const block = blocks > 1 ? 'blockIdx.x' : undefined;
  emitTurn(kernel, { block, threads, turns: isFull ? undefined : String(turns) }, w, exprs);
}

export interface ThreadTurn {
  /** The number of the block, unless there is only one. */
  readonly block: string | undefined;
  readonly threads: number;
  /** Undefined if each thread executes one. */
  readonly turns: string | undefined;
}

/** The iteration of one thread of a grid. */
export function emitTurn(
  kernel: For,
  { block, threads, turns }: ThreadTurn,
  w: Writer,
  exprs: ExprEmitter,
): void {
  const chain = chainAt(kernel);
  const isWide = turnsOfChain(chain) + threads > largestInt;
  const size = isWide ? `(long long)${threads}` : threads;
  const thread = block === undefined ? 'threadIdx.x' : `${block} * ${size} + threadIdx.x`;
  withTurn(chain, thread, w, exprs, turn => {
    if (turns !== undefined) w.line(`if (${turn} >= ${turns}) return;`);
    emitStmt(chain.body, w, exprs);
  });
}

function emitBlocks(kernel: For, maps: MapNames, w: Writer, exprs: ExprEmitter): void {
  const chain = chainAt(kernel);
  const { threads } = geometryOf(kernel);
  withTurn(chain, 'blockIdx.x', w, exprs, () => emitBlock(kernel, { threads, maps }, w, exprs));
}
