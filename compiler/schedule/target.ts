/** What a schedule needs to know of a processor. */
import { bytesOf, type DType } from '../core/dtype.ts';

export interface Target {
  readonly name: string;
  /** 0 where there are none. */
  readonly vectorBytes: number;
  readonly vectorRegisters: number;
  /** Nests of fewer turns are left as they are: C compilers write them out whole, which is as fast. */
  readonly leastTurns: number;
}

const leastTurns = 8192;

export const targets = {
  avx512: { name: 'avx512', vectorBytes: 64, vectorRegisters: 32, leastTurns },
  avx2: { name: 'avx2', vectorBytes: 32, vectorRegisters: 16, leastTurns },
  neon: { name: 'neon', vectorBytes: 16, vectorRegisters: 32, leastTurns },
  sse: { name: 'sse', vectorBytes: 16, vectorRegisters: 16, leastTurns },
  /** No schedule: one scalar at a time, as lowered and simplified. */
  scalar: { name: 'scalar', vectorBytes: 0, vectorRegisters: 0, leastTurns },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

/** How many values of a dtype a vector holds. */
export function lanesOf({ vectorBytes }: Target, dtype: DType): number {
  return Math.floor(vectorBytes / bytesOf[dtype]);
}
