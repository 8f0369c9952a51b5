/** Tests of the emulator need a C++ compiler; on a machine without one they say so and are left out. */
import type { TestContext } from 'vitest';
import { findCppCompiler } from '../../backends/cuda-emulator/library.ts';

/** Why tests of the emulator are left out; undefined where they can run. */
export const noCppCompiler: string | undefined = reason();

function reason(): string | undefined {
  try {
    findCppCompiler();
    return undefined;
  } catch {
    return 'there is no C++ compiler on this machine';
  }
}

/** For `beforeEach`, or within a test. */
export function needCppCompiler({ skip }: Pick<TestContext, 'skip'>): void {
  skip(noCppCompiler !== undefined, noCppCompiler);
}

/** The same of a test on `backend`, which may be another. */
export function needCompilerOf(backend: string, context: Pick<TestContext, 'skip'>): void {
  if (backend === 'cuda-emulator') needCppCompiler(context);
}
