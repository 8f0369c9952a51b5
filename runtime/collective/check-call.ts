/** Checks the arguments of a collective before other ranks are involved. */
import { UserError } from '../../compiler/index.ts';
import type { DeviceBuffer } from '../backend.ts';
import { type CollectiveName, shareOf } from './collective.ts';

export interface Place {
  readonly rank: number;
  readonly size: number;
}

/** `whole` is the array of all ranks, `part` this rank's share of it. */
export function checkShare(
  call: CollectiveName,
  whole: DeviceBuffer,
  part: DeviceBuffer,
  { rank, size }: Place,
): void {
  checkAlike(call, whole, part);
  const { count } = shareOf(whole.cells, rank, size);
  if (part.cells === count) return;
  throw wrongCall(
    `\`${call}\` of ${whole.cells} cells leaves ${count} for rank ${rank} of ${size}; its buffer has ${part.cells}`,
  );
}

/** Two buffers of one array. */
export function checkAlike(call: CollectiveName, a: DeviceBuffer, b: DeviceBuffer): void {
  if (a.dtype === b.dtype) return;
  throw wrongCall(`\`${call}\` was given buffers of ${a.dtype} and of ${b.dtype}`);
}

export function checkRank(call: CollectiveName, option: string, rank: number, size: number): void {
  if (Number.isInteger(rank) && rank >= 0 && rank < size) return;
  const ranks = size === 1 ? 'the only rank is 0' : `the ranks are 0 to ${size - 1}`;
  throw wrongCall(`\`${option}\` of \`${call}\` is ${rank}; ${ranks}`);
}

function wrongCall(message: string): UserError {
  return new UserError({ code: 'EINC0956', message });
}
