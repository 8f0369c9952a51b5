/** What a schedule needs to know of a processor. */
import { bytesOf, type DType } from '../core/dtype.ts';
import type { FactorKind } from '../loop/matrix-factors.ts';

export interface Target {
  readonly name: string;
  /** Width of a vector; 0 without vectors. */
  readonly vectorBytes: number;
  readonly vectorRegisters: number;
  /** Nests of fewer turns are left alone: C compilers unroll them completely, which is as fast. */
  readonly leastTurns: number;
  /** How much stays in the second-level cache while it is read repeatedly. */
  readonly cacheBytes: number;
  /** How much stays in the last-level cache while other threads use it too. */
  readonly sharedCacheBytes: number;
  /** How much the first-level TLB covers. */
  readonly mappedBytes: number;
  /** Set for a GPU, whose threads take the place of vectors. */
  readonly gpu?: Gpu;
}

export interface Gpu {
  /** Threads of a warp, which run in lockstep. */
  readonly warp: number;
  /** Shared memory of a block on any GPU. */
  readonly sharedBytes: number;
  /** Shared memory that a block can have if its launch asks for it, and that of all blocks on a processor together. */
  readonly mostSharedBytes: number;
  readonly processorSharedBytes: number;
  /** The most stages of a pipelined loop. */
  readonly mostStages: number;
  /** Latency of memory under load, in cycles. */
  readonly memoryCycles: number;
  /** Multiply-adds of a processor per cycle: by its threads, and on its tensor cores. */
  readonly rates: { readonly thread: number; readonly warp: number };
  /** The cost of a launch, in additions of one thread: one block may do so much instead of a launch of its own. */
  readonly launchSteps: number;
  /** Nests with at most so many turns keep no more than one block busy. */
  readonly fewTurns: number;
  /** Products of fewer rows × columns × terms get no tiles. */
  readonly leastProduct: number;
  /** Products of fewer rows, or columns, get no tiles. */
  readonly fewestInTile: number;
  /** With so many terms per part, splitting a product among idle processors pays. */
  readonly termsOfBlock: number;
  /** Larger matrices are recomputed rather than stored, since no cache holds them. */
  readonly leastMatrix: number;
  /** Size of the last-level cache. */
  readonly lastCacheBytes: number;
  /** Number of processors (SMs), assumed to be the same on all GPUs. */
  readonly processors: number;
  /** Concurrent threads of a processor. */
  readonly processorThreads: number;
  /** The most arrays and indices of a kernel, 8 bytes each: parameters of up to 4096 bytes work everywhere. */
  readonly mostArguments: number;
  /** The formats that tensor cores multiply. */
  readonly matrices: readonly FactorKind[];
  /** Set if four warps can multiply directly from shared memory: `wgmma`, on sm_90a only. */
  readonly groups?: Groups;
  /** Whether hardware copies what warpgroups multiply to shared memory (TMA). */
  readonly copiesInBulk: boolean;
}

export interface Groups {
  /** Shared memory of such a block, and of all blocks on a processor together. */
  readonly mostSharedBytes: number;
  readonly processorSharedBytes: number;
}

/** The figures of an H100. */
const groups: Groups = { mostSharedBytes: 227 * 1024, processorSharedBytes: 228 * 1024 };

export const pageBytes = 4096;

/** A first-level TLB has 64 entries, or a few more. */
export const mappedBytes = 64 * pageBytes;

const common = {
  leastTurns: 8192,
  cacheBytes: 512 * 1024,
  sharedCacheBytes: 6 * 1024 * 1024,
  mappedBytes,
};

export const targets = {
  avx512: { name: 'avx512', vectorBytes: 64, vectorRegisters: 32, ...common },
  avx2: { name: 'avx2', vectorBytes: 32, vectorRegisters: 16, ...common },
  neon: { name: 'neon', vectorBytes: 16, vectorRegisters: 32, ...common },
  sse: { name: 'sse', vectorBytes: 16, vectorRegisters: 16, ...common },
  /** No schedule: one scalar at a time, as lowered and simplified. */
  scalar: { name: 'scalar', vectorBytes: 0, vectorRegisters: 0, ...common },
} as const satisfies Readonly<Record<string, Target>>;

/** NVIDIA GPUs from sm_80 on. One schedule serves all of them. */
export const gpu: Target & { readonly gpu: Gpu } = {
  name: 'gpu',
  vectorBytes: 0,
  vectorRegisters: 0,
  ...common,
  gpu: {
    warp: 32,
    sharedBytes: 48 * 1024,
    mostSharedBytes: 99 * 1024,
    processorSharedBytes: 164 * 1024,
    mostStages: 4,
    memoryCycles: 1000,
    rates: { thread: 128, warp: 2048 },
    launchSteps: 512,
    fewTurns: 128,
    leastProduct: 2 ** 18,
    fewestInTile: 8,
    termsOfBlock: 96,
    leastMatrix: 32 * 2 ** 20,
    lastCacheBytes: 32 * 2 ** 20,
    processors: 108,
    processorThreads: 2048,
    mostArguments: 512,
    matrices: ['f16', 'bf16'],
    copiesInBulk: false,
  },
};

/** A GPU whose tensor cores multiply only these formats. */
export function withMatrices(target: Target, matrices: readonly FactorKind[]): Target {
  return target.gpu ? { ...target, gpu: { ...target.gpu, matrices } } : target;
}

/** A GPU of sm_90a, with warpgroups. */
export function withGroups(target: Target): Target {
  return target.gpu ? { ...target, gpu: { ...target.gpu, groups } } : target;
}

/** A GPU that, if it has warpgroups, copies in bulk. */
export function withBulkCopies(target: Target): Target {
  return target.gpu ? { ...target, gpu: { ...target.gpu, copiesInBulk: true } } : target;
}

/** A GPU before sm_80: tensor cores are not used, and copies are synchronous, so that they need not run far ahead. */
export function beforeSm80(target: Target): Target {
  const { gpu: own } = target;
  return own ? { ...target, gpu: { ...own, matrices: [], mostStages: 2 } } : target;
}

export type TargetName = keyof typeof targets;

/** How many values of a dtype a vector holds. */
export function lanesOf({ vectorBytes }: Target, dtype: DType): number {
  return Math.floor(vectorBytes / bytesOf[dtype]);
}
