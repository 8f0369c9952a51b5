import { BackendError } from '../compiler/index.ts';

const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS']);

/** Whether something failed because a disk is full or may not be written to, as the system or a compiler says. */
export function isWantOfRoom(error: unknown): boolean {
  if (error instanceof BackendError) return error.diagnostic.code === 'EINC0905';
  return error instanceof Error && 'code' in error && codes.has(error.code);
}
