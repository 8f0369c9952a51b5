/** CUDA text to code, by each compiler: by real ones where they are installed. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileCuda } from '../../../backends/cuda/compiler/compile.ts';
import { type CudaCompiler, findCudaCompiler } from '../../../backends/cuda/compiler/find.ts';
import { Nvrtc } from '../../../backends/cuda/compiler/nvrtc.ts';
import { CudaDevice } from '../../../backends/cuda/device/device.ts';
import { CudaKernel } from '../../../backends/cuda/device/kernel.ts';
import { Driver } from '../../../backends/cuda/driver/driver.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';
import { type CountingCache, cacheIn, temporaryFolder } from '../native/support.ts';
import { gccAsNvcc, launch, openStub } from './support.ts';

const folder = temporaryFolder();
const { PATH = '' } = process.env;

function freshCache(name: string): CountingCache {
  return cacheIn(join(folder, `cache-${name}`));
}

async function failing(work: Promise<unknown>): Promise<string> {
  const said = await work.then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
  return said.replaceAll(folder, '/folder');
}

const saxpy = `extern "C" __global__ void saxpy(float *y, const float *x, long long n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += 2.0f * x[i];
}
`;
const wrong = saxpy.replace('blockIdx', 'blokIdx');
const sm90 = { name: 'saxpy', text: saxpy, architecture: 'sm_90' } as const;

describe('a library that is not really NVRTC', () => {
  let compiler: CudaCompiler;
  beforeAll(async () => {
    const path = await compileLibrary(findCompiler(), {
      name: 'stub-nvrtc',
      source: readFileSync(new URL('stub-nvrtc.c', import.meta.url), 'utf8'),
      flags: ['-O1'],
    });
    const own = join(folder, 'libnvrtc.so.13');
    symlinkSync(path, own);
    compiler = { ...findCudaCompiler({ EINC_NVRTC: own, PATH }), include: undefined };
  });

  const compile = (text: string, architecture: `sm_${string}` = 'sm_90') =>
    compileCuda(compiler, { name: 'k', text, architecture }, freshCache('stub'));

  test('is told what for, and how', async () => {
    expect(Buffer.from(await compile('text')).toString()).toMatchInlineSnapshot(`
      "--gpu-architecture=sm_90
      --std=c++17
      --fmad=false
      text"
    `);
  });

  test('makes PTX for what it does not know, which ends with a zero', async () => {
    const code = Buffer.from(await compile('text', 'sm_120')).toString();
    expect(code.split('\n')[0]).toBe('--gpu-architecture=compute_90');
    expect(code.endsWith('text\0')).toBe(true);
  });

  test('what it refuses is shown with its lines', async () => {
    expect(await failing(compile('a\nb\n#error\nc\nd'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0935]: the CUDA compiler rejected \`k\`
        = note: k.cu(3): error: #error is an error
            2 | b
          > 3 | #error
            4 | c
        = note: /folder/libnvrtc.so.13 --gpu-architecture=sm_90 --std=c++17 --fmad=false"
    `);
  });

  test('what it fails on', async () => {
    expect(await failing(compile('#crash'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0936]: the CUDA compiler failed on \`k\`
        = note: NVRTC_ERROR_INTERNAL_ERROR
        = note: /folder/libnvrtc.so.13 --gpu-architecture=sm_90 --std=c++17 --fmad=false"
    `);
  });

  test('one text, one architecture and one compiler are compiled once', async () => {
    const cache = freshCache('once');
    const source = { name: 'k', text: 'x', architecture: 'sm_90' } as const;
    const first = await compileCuda(compiler, source, cache);
    const other = { ...compiler, path: '/nowhere' };
    expect(await compileCuda(other, source, cache)).toEqual(first);
    const newer = { ...other, identity: 'newer' };
    expect(await failing(compileCuda(newer, source, cache))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0936]: the CUDA compiler could not be loaded for \`k\`
        = note: /nowhere: Failed to load shared library: cannot open shared object file: No such file or directory
        = note: /nowhere --std=c++17 --fmad=false
        = help: set EINC_NVRTC to another libnvrtc.so, or EINC_NVCC to nvcc"
    `);
  });
});

describe('nvcc', () => {
  function script(name: string, text: string): CudaCompiler {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return findCudaCompiler({ EINC_NVCC: path, PATH });
  }

  test('one that does not do it', async () => {
    const scripts = [
      'echo "saxpy.cu(2): error: no" >&2; exit 1',
      'exit 0',
      'kill -9 $$',
      'echo "No space left on device" >&2; exit 1',
    ];
    const said = [];
    for (const [i, text] of scripts.entries()) {
      const compiler = script(`nvcc-${i}`, text);
      said.push(await failing(compileCuda(compiler, sm90, freshCache(`nvcc-${i}`))));
    }
    expect(said.join('\n\n')).toMatchInlineSnapshot(`
      "BackendError: error[EINC0935]: the CUDA compiler rejected \`saxpy\`
        = note: saxpy.cu(2): error: no
            1 | extern "C" __global__ void saxpy(float *y, const float *x, long long n) {
          > 2 |   int i = blockIdx.x * blockDim.x + threadIdx.x;
            3 |   if (i < n) y[i] += 2.0f * x[i];
        = note: /folder/nvcc-0 -cubin -gencode=arch=compute_90,code=sm_90 --std=c++17 --fmad=false -o saxpy.cubin saxpy.cu

      BackendError: error[EINC0936]: the CUDA compiler reported success but made nothing of \`saxpy\`
        = note: /folder/nvcc-1 -cubin -gencode=arch=compute_90,code=sm_90 --std=c++17 --fmad=false -o saxpy.cubin saxpy.cu
        = help: check what $EINC_NVCC names

      BackendError: error[EINC0936]: the CUDA compiler was ended by SIGKILL while it compiled \`saxpy\`
        = note: /folder/nvcc-2 -cubin -gencode=arch=compute_90,code=sm_90 --std=c++17 --fmad=false -o saxpy.cubin saxpy.cu

      BackendError: error[EINC0936]: the CUDA compiler found no space on the device for \`saxpy\`
        = note: No space left on device
        = note: /folder/nvcc-3 -cubin -gencode=arch=compute_90,code=sm_90 --std=c++17 --fmad=false -o saxpy.cubin saxpy.cu
        = help: set EINC_CACHE_DIR to a folder with room, or EINC_CACHE=off to use TMPDIR"
    `);
  });

  test('one that takes too long', async () => {
    const compiler = script('nvcc-slow', 'sleep 20');
    const options = { ...freshCache('slow'), timeoutMs: 200 };
    expect(await failing(compileCuda(compiler, sm90, options))).toContain(
      'error[EINC0936]: the CUDA compiler took more than 0.2 s for `saxpy`',
    );
  });
});

const nvcc = PATH.split(':')
  .map(path => join(path, 'nvcc'))
  .find(existsSync);

describe.skipIf(nvcc === undefined)('the nvcc that is installed', () => {
  const compiler = (): CudaCompiler => findCudaCompiler({ EINC_NVCC: nvcc, PATH });

  test('makes code in which the driver finds the kernel', { timeout: 60_000 }, async () => {
    const stub = await openStub();
    const image = await compileCuda(compiler(), sm90, freshCache('nvcc'));
    using device = new CudaDevice(Driver.open(stub.env), 'cuda', 0);
    const steps = [launch('saxpy', 0, 1, 2)];
    const buffers = [0, 1].map(() => ({ dtype: 'f32', cells: 4 }) as const);
    using kernel = new CudaKernel({
      name: 'saxpy',
      image,
      steps,
      buffers,
      arenaBytes: 0,
      indices: 1,
    });
    using stream = device.openStream();
    const bound = kernel.bind(buffers.map(() => device.allocate('f32', 4)));
    stream.run(stream.plan([{ kernel: bound, symbols: [0] }]), [4]);
    expect(stub.log().filter(line => line.startsWith('cuLaunch'))).toHaveLength(1);
    const other = [launch('daxpy')];
    using missing = new CudaKernel({
      name: 'saxpy',
      image,
      steps: other,
      buffers: [],
      arenaBytes: 0,
      indices: 0,
    });
    expect(() => stream.plan([{ kernel: missing.bind([]), symbols: [] }])).toThrow(
      'could not find kernel `daxpy` in the code of `saxpy`',
    );
  });

  test('is quoted with the lines', { timeout: 60_000 }, async () => {
    const said = await failing(
      compileCuda(compiler(), { ...sm90, text: wrong }, freshCache('nvcc-no')),
    );
    expect(said.replace(/\S*\/nvcc/, 'nvcc')).toMatchInlineSnapshot(`
      "BackendError: error[EINC0935]: the CUDA compiler rejected \`saxpy\`
        = note: saxpy.cu(2): error: identifier "blokIdx" is undefined
            1 | extern "C" __global__ void saxpy(float *y, const float *x, long long n) {
          > 2 |   int i = blokIdx.x * blockDim.x + threadIdx.x;
            3 |   if (i < n) y[i] += 2.0f * x[i];
        = note: nvcc -cubin -gencode=arch=compute_90,code=sm_90 --std=c++17 --fmad=false -o saxpy.cubin saxpy.cu"
    `);
  });
});

/** Of CUDA or pip; the search is that of users. */
function installedNvrtc(): CudaCompiler | undefined {
  const found = findCudaCompiler({ ...process.env, EINC_NVCC: '' });
  return found.kind === 'nvrtc' ? found : undefined;
}

describe.skipIf(nvcc === undefined || installedNvrtc() === undefined)(
  'the NVRTC that is installed',
  () => {
    const compile = (text: string) => {
      const compiler = installedNvrtc();
      if (compiler === undefined) throw new Error('the describe is skipped without it');
      return compileCuda(compiler, { ...sm90, text }, freshCache('nvrtc'));
    };

    test('makes machine code', async () => {
      expect(
        Buffer.from(await compile(saxpy))
          .subarray(1, 4)
          .toString(),
      ).toBe('ELF');
      const half = `#include <cuda_fp16.h>\n${saxpy.replace('float *y', '__half *y').replace('+=', '=')}`;
      expect((await compile(half)).length).toBeGreaterThan(1000);
    });

    test('is quoted with the lines', async () => {
      const said = await failing(compile(wrong));
      expect(said).toContain('saxpy.cu(2): error: identifier "blokIdx" is undefined');
      expect(said).toContain('> 2 |   int i = blokIdx.x');
    });
  },
);

describe('where it is looked for', () => {
  const root = join(folder, 'find');
  const put = (path: string): string => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, 0o755);
    return file;
  };
  const found = (env: Record<string, string>): string =>
    findCudaCompiler(env).path.replace(`${root}/`, '');

  test('first what the environment says', () => {
    const library = put('own/libnvrtc.so');
    expect(found({ EINC_NVRTC: library, EINC_NVCC: gccAsNvcc })).toBe('own/libnvrtc.so');
    expect(findCudaCompiler({ EINC_NVCC: gccAsNvcc }).kind).toBe('nvcc');
  });

  test('the newest library of CUDA, then of pip, with headers beside it', () => {
    put('cuda/lib64/libnvrtc.so.12');
    put('cuda/lib64/libnvrtc.so.13');
    put('cuda/lib64/libnvrtc.so.9.2');
    put('cuda/lib64/libnvrtc-builtins.so.13.0');
    put('cuda/lib64/libnvrtc.alt.so.13');
    put('cuda/include/cuda_fp16.h');
    put('venv/lib/python3.12/site-packages/nvidia/cu13/lib/libnvrtc.so.13');
    put('old/lib/python3.9/site-packages/nvidia/cuda_nvrtc/lib/libnvrtc.so.11.2');
    const env = { CUDA_HOME: join(root, 'cuda'), VIRTUAL_ENV: join(root, 'venv') };
    expect(found(env)).toBe('cuda/lib64/libnvrtc.so.13');
    expect(findCudaCompiler(env).include).toBe(join(root, 'cuda/include'));
  });

  test('of which CUDA it is', () => {
    const versions = ['libnvrtc.so', 'libnvrtc.so.11.2', 'libnvrtc.so.12.4.99'].map(name => {
      return findCudaCompiler({ EINC_NVRTC: put(`versions/${name}`) }).majorVersion;
    });
    expect(versions).toEqual([undefined, 11, 12]);
    const of = (folder: string): number | undefined =>
      findCudaCompiler({ EINC_NVCC: put(`${folder}/bin/nvcc`) }).majorVersion;
    expect([of('cuda-11.8'), of('toolkit')]).toEqual([11, undefined]);
    writeFileSync(
      join(root, 'toolkit/version.json'),
      '{"cuda" : {"name" : "CUDA SDK", "version" : "12.4.1"}, "nvcc": {"version": "1.0"}}',
    );
    expect(of('toolkit')).toBe(12);
  });

  test('what it needs is opened from beside it, by another name where CUDA calls it so', () => {
    const library = (source: string, name: string): void => {
      const file = join(root, 'beside', `${name}.c`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, source);
      const args = ['-shared', '-fPIC', '-o', join(root, 'beside', name), file];
      execFileSync(findCompiler().path, args);
    };
    library(readFileSync(new URL('stub-nvrtc.c', import.meta.url), 'utf8'), 'libnvrtc.so.11.2');
    library('int of_1;', 'libnvrtc-builtins.so.1.8');
    library('int of_11;', 'libnvrtc-builtins.so.11.8');
    expect(new Nvrtc(join(root, 'beside/libnvrtc.so.11.2')).architectures).toContain(90);
    const loaded = readFileSync('/proc/self/maps', 'utf8');
    expect(loaded).toContain(join(root, 'beside/libnvrtc-builtins.so.11.8'));
    expect(loaded).not.toContain('libnvrtc-builtins.so.1.8');
  });

  test('a compiler that changes is another', () => {
    const path = put('changing/libnvrtc.so');
    const before = findCudaCompiler({ EINC_NVRTC: path }).identity;
    writeFileSync(path, 'more');
    expect(findCudaCompiler({ EINC_NVRTC: path }).identity).not.toBe(before);
  });
});
