/** The words of CUDA, emulated: what kernels leave that are written by hand, and that nvcc takes them. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { findCppCompiler } from '../../../backends/cuda-emulator/library.ts';
import type { Compiler } from '../../../backends/native/compiler.ts';
import { type Intrinsic, intrinsics, intrinsicsFor } from '../../../backends/cuda/intrinsics.ts';
import { needCppCompiler } from '../../support/cpp-compiler.ts';
import { temporaryFolder } from '../native/support.ts';
import { kernels } from './kernels.ts';
import { compileByHand } from './support.ts';

const folder = temporaryFolder();

/** As for a processor that the emulator has no instructions for. */
function compilerWithoutOwnFibers(): Compiler {
  const { path } = findCppCompiler();
  const script = join(folder, 'c++-portable');
  const text = `#!/bin/sh\nexec ${path} "$@" -DEINC_PORTABLE_FIBERS\n`;
  writeFileSync(script, text, { mode: 0o755 });
  return findCppCompiler({ ...process.env, EINC_CXX: script });
}

const compiled = await Promise.all([
  compileByHand(kernels),
  compileByHand(kernels, { isChecked: false }),
  compileByHand(kernels, { findCompiler: compilerWithoutOwnFibers }),
]);

describe.each([
  ['with memory looked at', compiled[0]],
  ['with memory not looked at', compiled[1]],
  ['with fibers of the C library', compiled[2]],
])('%s', (_, runs) => {
  beforeEach(needCppCompiler);

  test.each(kernels)('$name', ({ name, given, expected }) => {
    const left = runs.get(name)?.(given) ?? {};
    for (const [array, values] of Object.entries(expected)) {
      expect([...(left[array] ?? [])], array).toEqual(values);
    }
  });
});

const nvcc = '/usr/local/cuda/bin/nvcc';

test.runIf(existsSync(nvcc)).each(['sm_80', 'sm_90'])('nvcc compiles them for %s', arch => {
  const file = join(folder, 'kernels.cu');
  const all = intrinsicsFor(Object.keys(intrinsics) as Intrinsic[]);
  writeFileSync(file, [all, ...kernels.map(({ text }) => text)].join('\n'));
  const args = ['-cubin', `-arch=${arch}`, '-o', join(folder, 'kernels.cubin'), file];
  execFileSync(nvcc, args, { stdio: 'pipe' });
});
