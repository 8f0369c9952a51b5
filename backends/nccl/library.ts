/** NCCL's functions, and its codes for dtypes and reductions. */
import { BackendError, type DType } from '../../compiler/index.ts';
import type { ReduceOp } from '../../runtime/index.ts';
import {
  type Functions,
  LibraryNotFound,
  openLibrary,
  type Signatures,
  textAt,
} from '../foreign/library.ts';

/** `size_t` counts, and `pointer` for communicators and streams: see nccl.h. */
const signatures = {
  ncclGetUniqueId: ['i32', 'memory'],
  ncclCommInitRank: ['i32', 'memory', 'i32', 'bytes128', 'i32'],
  ncclCommDestroy: ['i32', 'pointer'],
  ncclCommAbort: ['i32', 'pointer'],
  ncclGetErrorString: ['pointer', 'i32'],
  ncclAllReduce: ['i32', 'pointer', 'pointer', 'u64', 'i32', 'i32', 'pointer', 'pointer'],
  ncclReduce: ['i32', 'pointer', 'pointer', 'u64', 'i32', 'i32', 'i32', 'pointer', 'pointer'],
  ncclBroadcast: ['i32', 'pointer', 'pointer', 'u64', 'i32', 'i32', 'pointer', 'pointer'],
  ncclSend: ['i32', 'pointer', 'u64', 'i32', 'i32', 'pointer', 'pointer'],
  ncclRecv: ['i32', 'pointer', 'u64', 'i32', 'i32', 'pointer', 'pointer'],
  ncclGroupStart: ['i32'],
  ncclGroupEnd: ['i32'],
} as const satisfies Signatures;

export type Nccl = Functions<typeof signatures>;

/** `$EINC_NCCL`, else what the system finds. Throws a `BackendError` if there is none. */
export function openNccl(chosen = process.env['EINC_NCCL'] ?? ''): Nccl {
  try {
    return openLibrary(chosen === '' ? ['libnccl.so.2', 'libnccl.so'] : [chosen], signatures).calls;
  } catch (cause) {
    if (!(cause instanceof LibraryNotFound)) throw cause;
    throw new BackendError(
      {
        code: 'EINC0965',
        message: 'there is no NCCL library through which GPUs could speak',
        notes: cause.tried,
        help: ['install libnccl2, or set EINC_NCCL to the path of libnccl.so.2'],
      },
      { cause },
    );
  }
}

/** Throws a `BackendError` with NCCL's message unless the call succeeded. */
export function check(nccl: Nccl, call: string, result: number): void {
  if (result === 0) return;
  const words = nccl.ncclGetErrorString(result);
  throw new BackendError({
    code: 'EINC0963',
    message: `NCCL could not do \`${call}\``,
    notes: [words === 0 ? `error ${result}` : textAt(words)],
    help: ['NCCL_DEBUG=INFO has it say more'],
  });
}

/** Values of `ncclDataType_t`. NCCL has no 16-bit integers. */
const dtypeNumbers: Readonly<Partial<Record<DType, number>>> = {
  i8: 0,
  u8: 1,
  i32: 2,
  u32: 3,
  i64: 4,
  u64: 5,
  f16: 6,
  f32: 7,
  f64: 8,
  bf16: 9,
  f8e4m3: 10,
  f8e5m2: 11,
};

/** For reductions; pure data movement is done in bytes. */
export function dtypeNumber(dtype: DType): number {
  const number = dtypeNumbers[dtype];
  if (number !== undefined) return number;
  throw new BackendError({
    code: 'EINC0964',
    message: `NCCL cannot combine arrays of ${dtype}`,
    help: [`it knows ${Object.keys(dtypeNumbers).join(' ')}`],
  });
}

export const byte = 1;

/** Values of `ncclRedOp_t`. */
export const opNumbers: Readonly<Record<ReduceOp, number>> = { sum: 0, max: 2, min: 3 };
