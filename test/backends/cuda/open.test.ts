/** What is said where there is no CUDA, or something else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CudaBackend } from '../../../backends/cuda/backend.ts';
import {
  architectureOf,
  compilableBy,
  parseArchitecture,
} from '../../../backends/cuda/compiler/architecture.ts';
import { functions } from '../../../backends/cuda/driver/functions.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { gpu, targets } from '../../../compiler/index.ts';
import type { Gpu } from '../../../compiler/schedule/target.ts';
import { temporaryFolder } from '../native/support.ts';
import { openStub, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});

afterEach(() => stub.checkAndReset());

function opening(
  env: Readonly<Record<string, string>>,
  ordinal = 0,
  architecture?: string,
): string {
  const source = () => ({ text: '', steps: [] });
  try {
    const target = targets.scalar;
    using backend = new CudaBackend({ ordinal, target, source, architecture, env });
    return `opened ${backend.name}`;
  } catch (error) {
    return String(error);
  }
}

test('no driver', () => {
  expect(opening({ ...stub.env, EINC_LIBCUDA: '/nowhere/libcuda.so.1' })).toMatchInlineSnapshot(`
    "BackendError: error[EINC0930]: no CUDA driver found for backend \`cuda\`
      = note: /nowhere/libcuda.so.1: Failed to load shared library: cannot open shared object file: No such file or directory
      = help: it comes with NVIDIA's driver, 470 or newer; \`nvidia-smi\` works where it is installed
      = help: in a container: start that with \`--gpus all\`
      = help: without a GPU: \`einc dump --backend cuda\` writes the CUDA code of a program on any machine"
  `);
});

test('a driver that is too old', async () => {
  const path = await compileLibrary(findCompiler(), {
    name: 'old-driver',
    source: 'int cuInit(unsigned flags) { return (int)flags; }\n',
    flags: [],
  });
  const said = opening({ ...stub.env, EINC_LIBCUDA: path });
  expect(said.replaceAll(path, 'libcuda.so.1')).toMatchInlineSnapshot(`
    "BackendError: error[EINC0930]: no CUDA driver found for backend \`cuda\`
      = note: libcuda.so.1: Cannot find function 'cuDriverGetVersion' in shared library
      = help: it comes with NVIDIA's driver, 470 or newer; \`nvidia-smi\` works where it is installed
      = help: in a container: start that with \`--gpus all\`
      = help: without a GPU: \`einc dump --backend cuda\` writes the CUDA code of a program on any machine"
  `);
});

test('a driver without GPUs', async () => {
  const others = Object.keys(functions).filter(name => !/^cuInit$|^cuGetError/.test(name));
  const path = await compileLibrary(findCompiler(), {
    name: 'idle-driver',
    source: [
      'int cuInit(unsigned flags) { return 100 + (int)flags; }',
      'int cuGetErrorName(int status, const char **to) { *to = "CUDA_ERROR_NO_DEVICE"; return !status; }',
      'int cuGetErrorString(int status, const char **to) { *to = 0; return !status; }',
      ...others.map(name => `int ${name}(void) { return 100; }`),
    ].join('\n'),
    flags: [],
  });
  const said = opening({ ...stub.env, EINC_LIBCUDA: path });
  expect(said.replaceAll(path, 'libcuda.so.1')).toMatchInlineSnapshot(`
    "BackendError: error[EINC0931]: the CUDA driver finds no GPU for backend \`cuda\`
      = note: libcuda.so.1: cuInit: CUDA_ERROR_NO_DEVICE
      = help: \`nvidia-smi\` says which GPUs there are, and CUDA_VISIBLE_DEVICES hides some
      = help: in a container: start that with \`--gpus all\`
      = help: without a GPU: \`einc dump --backend cuda\` writes the CUDA code of a program on any machine"
  `);
});

test('a GPU that is not there', () => {
  expect(opening(stub.env, 2)).toMatchInlineSnapshot(`
    "BackendError: error[EINC0931]: there is no GPU 2
      = note: \`cuda:0\` is Stub GPU 0
      = note: \`cuda:1\` is Stub GPU 1
      = help: CUDA_VISIBLE_DEVICES hides GPUs, and changes their numbers
      = help: without a GPU: \`einc dump --backend cuda\` writes the CUDA code of a program on any machine"
  `);
  expect(opening(stub.env, 1)).toBe('opened cuda');
});

describe('the compiler', () => {
  const folder = temporaryFolder();

  test('none', () => {
    const bin = join(folder, 'bin');
    const env = { EINC_LIBCUDA: stub.path, PATH: bin, CUDA_HOME: '/nowhere' };
    // Where CUDA is usually installed is looked at as well.
    const said = opening(env);
    if (said !== 'opened cuda') {
      expect(said).toContain('error[EINC0934]: no CUDA compiler found for backend `cuda`');
      expect(said).toContain(bin);
    }
  });

  test('one that is not there', () => {
    expect(opening({ ...stub.env, EINC_NVCC: 'nvcc' })).toMatchInlineSnapshot(`
      "BackendError: error[EINC0934]: no CUDA compiler found for backend \`cuda\`
        = note: $EINC_NVCC is \`nvcc\`: not the absolute path of a command
        = help: set EINC_NVCC to …/bin/nvcc, or unset it"
    `);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const said = opening({ ...stub.env, EINC_NVRTC: folder, EINC_NVCC: file });
    expect(said.replaceAll(folder, '/folder')).toMatchInlineSnapshot(`
      "BackendError: error[EINC0934]: no CUDA compiler found for backend \`cuda\`
        = note: $EINC_NVRTC is \`/folder\`: not the absolute path of a library
        = help: set EINC_NVRTC to …/libnvrtc.so.13, or unset it"
    `);
  });
});

describe('the architecture', () => {
  test('as people write it', () => {
    expect(['sm_90', '90', '9.0', 'sm_100', '12.1', 'sm_90a'].map(parseArchitecture)).toEqual([
      'sm_90',
      'sm_90',
      'sm_90',
      'sm_100',
      'sm_121',
      'sm_90a',
    ]);
    const named = (compiler?: number) =>
      [[8, 6] as const, [9, 0] as const].map(capability => architectureOf(capability, compiler));
    expect(named()).toEqual(['sm_86', 'sm_90a']);
    expect(named(13)).toEqual(['sm_86', 'sm_90a']);
    // CUDA 11.8 has sm_90, and says that there is no sm_90a.
    expect(named(11)).toEqual(['sm_86', 'sm_90']);
    expect(opening(stub.env, 0, 'hopper')).toMatchInlineSnapshot(`
      "UserError: error[EINC0937]: \`hopper\` is no architecture of a GPU
        = help: write one as \`sm_80\`, \`sm_90\` or \`9.0\`; \`einc doctor\` says which this GPU has"
    `);
  });

  test('a GPU before sm_80 has no tensor cores that products could use', () => {
    expect(gpuOf('sm_75')?.matrices).toEqual([]);
    expect(gpuOf('sm_80')?.matrices).toEqual(['f16', 'bf16']);
  });

  test('groups of warps multiply on sm_90a alone', () => {
    const all = ['sm_80', 'sm_90', 'sm_90a', 'sm_100a', 'sm_120'];
    expect(all.filter(name => gpuOf(name)?.groups !== undefined)).toEqual(['sm_90a']);
  });

  function gpuOf(architecture: string): Gpu | undefined {
    const source = { text: '', steps: [] };
    using backend = new CudaBackend({
      ...{ ordinal: 0, target: gpu, source: () => source, env: stub.env },
      architecture,
    });
    return backend.target.gpu;
  }

  test('a GPU that is newer than the compiler gets PTX', () => {
    const known = [75, 80, 90];
    expect(compilableBy(known, 'sm_80')).toBe('sm_80');
    expect(compilableBy(known, 'sm_90a')).toBe('sm_90a');
    expect(compilableBy(known, 'sm_120')).toBe('compute_90');
    expect(compilableBy(known, 'sm_86')).toBe('compute_80');
    // Nothing is old enough: the compiler says so itself.
    expect(compilableBy(known, 'sm_60')).toBe('sm_60');
  });
});
