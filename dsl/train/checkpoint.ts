/** The state of a training run on disk, from which an interrupted run continues. */
import {
  toDevice,
  type AnyCells,
  deviceCells,
  fromDevice,
  product,
  type Span,
} from '../../compiler/index.ts';
import {
  type Checkpoint,
  checkSameProgram,
  Context,
  readCheckpoint,
  type SavedArray,
  type StateArray,
  writeCheckpoint,
} from '../../runtime/index.ts';
import { optionsGiven, wrong } from '../arguments.ts';
import { describe } from '../elaborate/hole.ts';
import { callSite } from '../language/call-site.ts';
import type { World } from '../world/world.ts';
import type { DividedState } from './kept-arrays.ts';

export interface CheckpointOptions {
  /** How many steps have been done. */
  readonly step: number;
  /** If several ranks train together: the first one writes, and all wait until it has. */
  readonly world?: World;
}

/**
 * Writes everything that the routines of a context carry from run to run: the parameters that they update and
 * the optimiser's state; for a training on several devices, that of all devices. The file is replaced
 * atomically. Rejects with a `UserError` if it cannot be written, and if no routine that updates
 * anything has been compiled.
 */
export async function saveCheckpoint(
  of: Context | DividedState,
  path: string,
  options: CheckpointOptions,
): Promise<void> {
  const span = callSite(saveCheckpoint);
  const names = ['step', 'world'];
  const example = '{ step: n }';
  optionsGiven('EINC0960', 'saveCheckpoint', options, { names, example, span });
  checkPlace('saveCheckpoint', of, path, span);
  const { step, world } = options;
  if (!Number.isSafeInteger(step) || step < 0) {
    const message = `the option \`step\` of \`saveCheckpoint\` is how many steps were done, not ${describe(step)}`;
    throw wrong('EINC0960', message, span);
  }
  const together = world ?? worldOf(of);
  const write = (state: readonly StateArray[]): Promise<void> =>
    writeCheckpoint(path, { step, seed: of.seed, arrays: state.map(savedOf) }, state.map(bytesOf));
  if (!(of instanceof Context)) {
    const state = await of.gather();
    if (isSpeaker(together)) await write(state);
  } else if (isSpeaker(together)) await of.lendState('saveCheckpoint', write);
  await together?.barrier();
}

/**
 * Restores the arrays of a context, or of a training on any number of devices, from a file written by `saveCheckpoint`,
 * and returns the number of steps done: 0 if there is no such file. Call it after the training
 * routine has been compiled. Rejects with a `UserError` for an incomplete file, and for one of another program.
 */
export async function resumeFrom(
  of: Context | DividedState,
  path: string,
  options: Omit<CheckpointOptions, 'step'> = {},
): Promise<number> {
  const span = callSite(resumeFrom);
  optionsGiven('EINC0960', 'resumeFrom', options, { names: ['world'], example: '{ world }', span });
  checkPlace('resumeFrom', of, path, span);
  const { world } = options;
  const together = world ?? worldOf(of);
  const saved = isSpeaker(together) ? await readCheckpoint(path) : undefined;
  const isAlone = of instanceof Context;
  if (saved && isAlone) {
    await of.lendState('resumeFrom', state => {
      fill(state, saved, of.seed, path);
      return Promise.resolve();
    });
  }
  const read = saved?.step ?? 0;
  const [step = read] = (await together?.allReduceValues([read])) ?? [];
  if (step === 0) return step;
  if (isAlone) await together?.broadcastState(of);
  else {
    const state = await of.gather();
    if (saved) fill(state, saved, of.seed, path);
    await of.scatter(state);
  }
  return step;
}

function checkPlace(call: string, of: unknown, path: unknown, span: Span): void {
  const isTraining = typeof of === 'object' && of !== null && 'gather' in of && 'scatter' in of;
  if (!(of instanceof Context || isTraining)) {
    const message = `\`${call}\` takes a context or a training first, not ${describe(of)}`;
    throw wrong('EINC0960', message, span, [`write ${call}(ctx, file, …)`]);
  }
  if (typeof path === 'string' && path !== '') return;
  const message = `the file of \`${call}\` is a path, not ${describe(path)}`;
  throw wrong('EINC0960', message, span);
}

function worldOf(of: Context | DividedState): World | undefined {
  return of instanceof Context ? undefined : of.world;
}

/** Whether this rank reads and writes for all. */
function isSpeaker(world: World | undefined): boolean {
  return world === undefined || world.isFirst;
}

/** Throws a `UserError` for a checkpoint of another program. */
function fill(state: readonly StateArray[], saved: Checkpoint, seed: number, path: string): void {
  checkSameProgram(path, saved, { seed, arrays: state.map(savedOf) });
  const cells = new Map(saved.arrays.map(({ name }, i) => [name, saved.cells[i]]));
  for (const array of state) array.buffer.write(valuesOf(array, cells.get(array.name)));
}

function savedOf({ name, dims, buffer }: StateArray): SavedArray {
  return { name, dims, dtype: buffer.dtype };
}

/** In the byte order of devices: every machine that einc runs on is little-endian. */
function bytesOf({ buffer }: StateArray): Uint8Array {
  const cells = toDevice(buffer.dtype, buffer.read());
  return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
}

function valuesOf({ buffer, dims }: StateArray, bytes: Uint8Array | undefined): AnyCells {
  const cells = deviceCells(buffer.dtype, product(dims));
  if (bytes) new Uint8Array(cells.buffer).set(bytes);
  return fromDevice(buffer.dtype, cells);
}
