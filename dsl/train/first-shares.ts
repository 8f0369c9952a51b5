/** Initial values of divided arrays: each device gets its slice of the values that the whole array would get. */
import type { AnyCells, DType } from '../../compiler/index.ts';
import { Context, type Device } from '../../runtime/index.ts';
import { cutAxis, partsOf } from './axis-shares.ts';
import { type DividedArray, startsAlike } from './divided-code.ts';
import { handleTo } from './handle-to.ts';

export interface FirstShares {
  readonly arrays: readonly DividedArray[];
  readonly parts: number;
  /** Arrays whose slices have to be cut from the whole's values. */
  readonly wholes: ReadonlyMap<DividedArray, AnyCells>;
}

/**
 * Computed once on one device, in a temporary context, for the undivided arrays: random values depend on an array's size,
 * and on which other arrays have its label.
 */
export async function firstShares(
  arrays: readonly DividedArray[],
  parts: number,
  on: Device,
  { seed, dtype }: { readonly seed: number; readonly dtype: DType },
): Promise<FirstShares> {
  const held = inOrderOfLinking(arrays);
  const cut = held.filter(({ axis, whole }) => axis !== undefined && !startsAlike(whole.initial));
  const wholes = new Map<DividedArray, AnyCells>();
  if (cut.length > 0) {
    const stream = on.stream();
    using ctx = new Context({ stream, owned: [stream] }, { seed, dtype });
    for (const { whole } of held) await ctx.hold(handleTo(whole));
    await ctx.lend(
      cut.map(({ whole }) => handleTo(whole)),
      'tensorParallel',
      buffers => {
        buffers.forEach((buffer, i) => {
          const array = cut[i];
          if (array) wholes.set(array, buffer.read());
        });
        return Promise.resolve();
      },
    );
  }
  return { arrays: held, parts, wholes };
}

/** Stores all slices of a device in its context. */
export async function holdShares(
  ctx: Context,
  part: number,
  { arrays, parts, wholes }: FirstShares,
): Promise<void> {
  for (const { share } of arrays) await ctx.hold(handleTo(share));
  for (const [array, cells] of wholes) {
    const own = cutAxis(array.whole.dtype, cells, part, partsOf(array, parts));
    ctx.write(handleTo(array.share), own);
  }
}

/**
 * In the order in which a context would initialise them for the undivided code, since names determine random values.
 */
function inOrderOfLinking(arrays: readonly DividedArray[]): readonly DividedArray[] {
  const isComputed = ({ whole }: DividedArray): boolean => whole.initial.kind === 'computed';
  const own = arrays.filter(({ whole }) => whole.initial.kind !== 'sent');
  return [...own.filter(isComputed), ...own.filter(array => !isComputed(array))];
}
