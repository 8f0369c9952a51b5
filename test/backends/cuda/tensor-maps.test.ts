/** Bulk copies on the stub of a driver: which maps of arrays kernels get, and what is said where there are none. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CudaBackend } from '../../../backends/cuda/backend.ts';
import { cudaSource } from '../../../backends/cuda/source.ts';
import { parseProgram, passesFor, withBulkCopies, withGroups } from '../../../compiler/index.ts';
import { runPipeline } from '../../../compiler/passes/pipeline.ts';
import { compileOn } from '../../support/run-compiled.ts';
import { difference, outputsOf, thirdsFor } from '../../support/run-program.ts';
import { tilesFor } from '../../support/small-gpu.ts';
import { textOf } from '../cuda-emulator/group-programs.ts';
import { openStub, type Stub } from './support.ts';

const target = withBulkCopies(withGroups(tilesFor(1)));
const text = textOf({ size: [66, 72, 192], says: [] });
const program = runPipeline(passesFor(target), parseProgram(text));

function backendOn({ env }: Stub): CudaBackend {
  const nvcc = fileURLToPath(new URL('emulator-as-nvcc', import.meta.url));
  return new CudaBackend({
    ...{ ordinal: 0, target, source: cudaSource, architecture: 'sm_90a' },
    env: { ...env, EINC_NVCC: nvcc },
  });
}

async function run(backend: CudaBackend): Promise<ReturnType<typeof outputsOf>> {
  const [run] = await compileOn(backend, [program]);
  return run?.(0, thirdsFor) ?? new Map();
}

test('kernels get maps of the arrays', { timeout: 60_000 }, async () => {
  const stub = await openStub();
  {
    using backend = backendOn(stub);
    stub.log(); // what others had done before
    const expected = outputsOf(parseProgram(text), 0, thirdsFor);
    expect(difference(expected, await run(backend))).toBeUndefined();
    expect(stub.log().filter(line => /TensorMap|LaunchKernel|!!/.test(line)))
      .toMatchInlineSnapshot(`
      [
        "cuTensorMapEncodeTiled 9 a2 192/64 66/128 3",
        "cuTensorMapEncodeTiled 9 a3 72/64 192/64 3",
        "cuLaunchKernel layer_y(t1 t2 a4) <1 1 1> <256 1 1> 98304 s3",
      ]
    `);
  }
  stub.reset();
});

test('a map that the driver refuses', { timeout: 60_000 }, async () => {
  const stub = await openStub();
  {
    using backend = backendOn(stub);
    stub.fail('cuTensorMapEncodeTiled', 1);
    await expect(run(backend)).rejects.toThrowErrorMatchingInlineSnapshot(`
      [BackendError: error[EINC0932]: the CUDA driver could not make a map of an array of 66x192 bf16 for kernel \`layer_y\` of \`layer\`
        = note: cuTensorMapEncodeTiled: CUDA_ERROR_INVALID_VALUE, invalid argument]
    `);
  }
  stub.reset();
});

test('a driver of CUDA 11 makes none', { timeout: 60_000 }, async () => {
  const stub = await openStub({ isOld: true });
  {
    using backend = backendOn(stub);
    const said = await run(backend).then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(said.replace(/note: .*\.so.*/, 'note: …')).toMatchInlineSnapshot(`
      "BackendError: error[EINC0932]: the CUDA driver could not make maps of arrays for bulk copies
        = note: …
        = help: bulk copies take a driver of CUDA 12; without EINC_TMA=on threads copy"
    `);
  }
  stub.reset();
});
