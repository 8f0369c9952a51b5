import type { ArrayHandle } from '../compiler/index.ts';
import { checkOptions } from './arguments.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

export interface TransferOptions {
  /**
   * Where it goes: into the merge buffer of the array, as a copy, or with the buffer pointing at the
   * sender's array where devices share memory. Left out, into the array itself.
   */
  readonly intoMergeBuffer?: 'copy' | 'point';
  readonly dst: Context;
  readonly src: Context;
}

/**
 * Sends an array of one context to another one, of the same device or another of the same
 * `devices(…)`. Nobody has to wait: what reads it runs after it has come, and what writes it at the sender after it
 * has gone.
 *
 *   deviceToDevice(p.grad, { intoMergeBuffer: 'copy', dst: one, src: two });
 *
 * Throws a `UserError` when the sender has no such array.
 */
export function deviceToDevice(node: ArrayHandle, options: TransferOptions): Run {
  checkOptions('EINC0522', 'deviceToDevice', options, ['intoMergeBuffer', 'dst', 'src']);
  const { intoMergeBuffer, dst, src } = options;
  return dst.receive(node, src, intoMergeBuffer ?? 'array');
}
