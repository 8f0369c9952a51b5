/** What a schedule needs to know of a processor. */
import { bytesOf, type DType } from '../core/dtype.ts';
import type { FactorKind } from '../loop/matrix-factors.ts';

export interface Target {
  readonly name: string;
  /** 0 where there are none. */
  readonly vectorBytes: number;
  readonly vectorRegisters: number;
  /** Nests of fewer turns are left as they are: C compilers write them out whole, which is as fast. */
  readonly leastTurns: number;
  /** What stays in a cache of the second level while it is read over and over. */
  readonly cacheBytes: number;
  /** What stays in a cache of the last level while others use it too. */
  readonly sharedCacheBytes: number;
  /** What the pages cover whose places it has at hand. */
  readonly mappedBytes: number;
  /** Of a GPU, whose threads take the place of vectors. */
  readonly gpu?: Gpu;
}

export interface Gpu {
  /** Threads of a block that run in step. */
  readonly warp: number;
  /** What the threads of a block can share, whatever the GPU. */
  readonly sharedBytes: number;
  /** What a block can have when its launch asks for it, and what all blocks on a processor have together. */
  readonly mostSharedBytes: number;
  readonly processorSharedBytes: number;
  /** Turns whose copies are in shared memory at once, at most. */
  readonly mostStages: number;
  /** Cycles until what is asked of memory is there, while others ask for much. */
  readonly memoryCycles: number;
  /** Multiply-adds of a processor in a cycle: of its threads, and on its tensor cores. */
  readonly rates: { readonly thread: number; readonly warp: number };
  /** What a launch takes, in steps of a thread, each an addition: so much one block may do instead. */
  readonly launchSteps: number;
  /** Nests of so few turns keep one block busy at most. */
  readonly fewTurns: number;
  /** Rows times columns times terms from which a product is computed in tiles. */
  readonly leastProduct: number;
  /** Rows, and columns, from which a product is computed in tiles. */
  readonly fewestInTile: number;
  /** So many terms of the sums in a tile are worth a block, where other processors have nothing to do. */
  readonly termsOfBlock: number;
  /** Matrices of more bytes are made again rather than stored: no cache holds them. */
  readonly leastMatrix: number;
  /** What is read over and over comes from its last cache up to here. */
  readonly lastCacheBytes: number;
  /** Blocks that are worth having at once. */
  readonly processors: number;
  /** Threads that a processor has at once. */
  readonly processorThreads: number;
  /** Arrays and indices that a kernel takes at most, 8 bytes each: of more than 4096 no launch is sure. */
  readonly mostArguments: number;
  /** What tensor cores multiply. */
  readonly matrices: readonly FactorKind[];
  /** Where four warps can multiply together what is in shared memory: `wgmma`, of sm_90a alone. */
  readonly groups?: Groups;
}

export interface Groups {
  /** What a block that does so can have, and what all blocks on a processor have together. */
  readonly mostSharedBytes: number;
  readonly processorSharedBytes: number;
}

/** Of an H100. */
const groups: Groups = { mostSharedBytes: 227 * 1024, processorSharedBytes: 228 * 1024 };

export const pageBytes = 4096;

/** A processor has the places of 64 pages at hand, or a few more. */
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

/** NVIDIA's, from sm_80 on; of older ones tensor cores are not used. Beyond that there is one schedule for all. */
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
  },
};

/** A GPU whose tensor cores multiply these, and nothing else. */
export function withMatrices(target: Target, matrices: readonly FactorKind[]): Target {
  return target.gpu ? { ...target, gpu: { ...target.gpu, matrices } } : target;
}

/** A GPU of sm_90a, and no other. */
export function withGroups(target: Target): Target {
  return target.gpu ? { ...target, gpu: { ...target.gpu, groups } } : target;
}

/** A GPU before sm_80: without tensor cores, and with copies that are there at once, so that none need run far ahead. */
export function beforeSm80(target: Target): Target {
  const { gpu: own } = target;
  return own ? { ...target, gpu: { ...own, matrices: [], mostStages: 2 } } : target;
}

export type TargetName = keyof typeof targets;

/** How many values of a dtype a vector holds. */
export function lanesOf({ vectorBytes }: Target, dtype: DType): number {
  return Math.floor(vectorBytes / bytesOf[dtype]);
}
