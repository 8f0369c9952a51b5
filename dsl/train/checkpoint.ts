/** Where a training has come to, kept on disk: a run that was ended goes on from there. */
import { toDevice, type AnyCells, deviceCells, fromDevice, product } from '../../compiler/index.ts';
import {
  checkSameProgram,
  type Context,
  readCheckpoint,
  type SavedArray,
  type StateArray,
  writeCheckpoint,
} from '../../runtime/index.ts';
import { optionsGiven, wrong } from '../arguments.ts';
import { describe } from '../elaborate/hole.ts';
import { callSite } from '../language/call-site.ts';
import type { World } from '../world/world.ts';

export interface CheckpointOptions {
  /** How many steps have been done. */
  readonly step: number;
  /** When several ranks train together: the first one writes, and all wait until it has. */
  readonly world?: World;
}

/**
 * Writes all that the routines of a context carry from run to run: the parameters that they update and what
 * the optimiser keeps. The file is replaced as a whole or not at all. Rejects with a `UserError` when it
 * cannot be written, and when no routine that updates anything has been compiled.
 */
export async function saveCheckpoint(
  ctx: Context,
  path: string,
  options: CheckpointOptions,
): Promise<void> {
  const span = callSite(saveCheckpoint);
  const names = ['step', 'world'];
  const example = '{ step: n }';
  optionsGiven('EINC0960', 'saveCheckpoint', options, { names, example, span });
  const { step, world } = options;
  if (!Number.isSafeInteger(step) || step < 0) {
    const message = `the option \`step\` of \`saveCheckpoint\` is how many steps were done, not ${describe(step)}`;
    throw wrong('EINC0960', message, span);
  }
  if (world === undefined || world.isFirst) {
    await ctx.lendState('saveCheckpoint', state =>
      writeCheckpoint(
        path,
        { step, seed: ctx.seed, arrays: state.map(savedOf) },
        state.map(bytesOf),
      ),
    );
  }
  await world?.barrier();
}

/**
 * Gives the arrays of a context what `saveCheckpoint` has written, and returns how many steps had been done:
 * 0 when there is no such file. To be called when the training routine has been compiled. Rejects with a
 * `UserError` for a file that is not whole, and for one of another program.
 */
export async function resumeFrom(
  ctx: Context,
  path: string,
  { world }: { readonly world?: World } = {},
): Promise<number> {
  const read = world === undefined || world.isFirst ? await restore(ctx, path) : 0;
  if (world === undefined) return read;
  const [step = 0] = await world.allReduceValues([read]);
  if (step > 0) await world.broadcastState(ctx);
  return step;
}

async function restore(ctx: Context, path: string): Promise<number> {
  const saved = await readCheckpoint(path);
  if (!saved) return 0;
  await ctx.lendState('resumeFrom', state => {
    checkSameProgram(path, saved, { seed: ctx.seed, arrays: state.map(savedOf) });
    const cells = new Map(saved.arrays.map(({ name }, i) => [name, saved.cells[i]]));
    for (const array of state) array.buffer.write(valuesOf(array, cells.get(array.name)));
    return Promise.resolve();
  });
  return saved.step;
}

function savedOf({ name, dims, buffer }: StateArray): SavedArray {
  return { name, dims, dtype: buffer.dtype };
}

/** As devices hold the cells: every machine that einc runs on is little-endian. */
function bytesOf({ buffer }: StateArray): Uint8Array {
  const cells = toDevice(buffer.dtype, buffer.read());
  return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
}

function valuesOf({ buffer, dims }: StateArray, bytes: Uint8Array | undefined): AnyCells {
  const cells = deviceCells(buffer.dtype, product(dims));
  if (bytes) new Uint8Array(cells.buffer).set(bytes);
  return fromDevice(buffer.dtype, cells);
}
