/** What is said when the driver refuses, whatever it refuses, and that nothing is lost on the way. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CudaDevice } from '../../../backends/cuda/device/device.ts';
import { Driver } from '../../../backends/cuda/driver/driver.ts';
import { type DriverCall, functions } from '../../../backends/cuda/driver/functions.ts';
import { BackendError } from '../../../compiler/index.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { temporaryFolder } from '../native/support.ts';
import { kernels, launch, openStub, openStubbed, routine, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});

/** The first line and the notes. */
function saying(error: unknown): string {
  if (!(error instanceof BackendError)) throw error;
  const { code, message, notes = [] } = error.diagnostic;
  return [`${code}: ${message}`, ...notes].join('\n');
}

/** Makes every call that the driver has, with memory pools or without. */
async function everything(hasPools: boolean): Promise<void> {
  stub.machine(2, hasPools, 1 << 24);
  const steps = [
    { ...launch('one', 0), sharedBytes: 65536 },
    launch('two', 0),
    launch('append', 0, 1),
  ];
  using backend = openStubbed(stub, { r: { text: kernels, steps } });
  using kernel = await backend.compile(
    parseProgram('r(i):\n  device log: f64[64];\n  log[0] := 0;\n'),
  );
  using log = backend.allocate('f64', 64);
  log.write(new Float64Array(64));
  using stream = backend.openStream();
  using other = backend.openStream();
  using plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]);
  stream.launch(plan, [1]);
  stream.loop(plan, 2, [1], [1]);
  const event = stream.record();
  other.waitFor(event);
  using same = backend.allocate('f64', 64);
  other.deviceSeconds(() => other.copy(same, log));
  using far = new CudaDevice(Driver.open(stub.env), 'cuda:1', 1);
  using copied = far.allocate('f64', 64);
  other.copy(copied, log);
  await stream.finished(event);
  await other.idle();
  stream.wait();
  expect(Number(log.at(0))).toBe(9);
  expect(Number(same.at(0))).toBe(9);
}

afterEach(() => stub.reset());

describe('each call that the driver may refuse', () => {
  test('all are made, and all is given back', async () => {
    await everything(true);
    await everything(false);
    const made = new Set(stub.log().map(line => line.split(' ')[0]));
    const never = Object.keys(functions).filter(name => !made.has(name));
    // These are about what went wrong.
    expect(never).toEqual(['cuGetErrorName', 'cuGetErrorString', 'cuMemGetInfo_v2']);
    stub.checkAndReset();
  });

  const outcomes: string[] = [];
  const refused = Object.keys(functions).filter(name => !/^cuGetError|^cuInit|Version/.test(name));
  test.each(refused as readonly DriverCall[])('%s', async name => {
    const hasPools = !/^cuMem(Alloc|Free)_v2$/.test(name);
    stub.fail(name, 1);
    const outcome = await everything(hasPools).then(() => 'nobody needs to know', saying);
    outcomes.push(`${name}\n  ${outcome.replaceAll('\n', '\n  ')}`);
    const rules = stub.log().filter(line => line.startsWith('!!'));
    // What could not be given back is there to the end.
    const others = rules.filter(line => !/left behind in its context|unloaded while/.test(line));
    expect(others).toEqual([]);
    if (outcome !== 'nobody needs to know') {
      expect(outcome).toContain(`${name}: CUDA_ERROR_INVALID_VALUE, invalid argument`);
      stub.checkAndReset();
    }
  });

  test('is told in these words', () => {
    expect(outcomes.join('\n')).toMatchInlineSnapshot(`
      "cuDeviceGetCount
        EINC0932: the CUDA driver could not count the GPUs
        cuDeviceGetCount: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDeviceGet
        EINC0932: the CUDA driver could not find GPU 0
        cuDeviceGet: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDeviceGetName
        EINC0932: the CUDA driver could not describe GPU 0
        cuDeviceGetName: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDeviceGetAttribute
        EINC0932: the CUDA driver could not describe GPU 0
        cuDeviceGetAttribute: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDeviceTotalMem_v2
        EINC0932: the CUDA driver could not describe GPU 0
        cuDeviceTotalMem_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDeviceCanAccessPeer
        EINC0932: the CUDA driver could not ask for a way to another GPU
        cuDeviceCanAccessPeer: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDevicePrimaryCtxRetain
        EINC0932: the CUDA driver could not use GPU 0
        cuDevicePrimaryCtxRetain: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuDevicePrimaryCtxRelease_v2
        nobody needs to know
      cuCtxSetCurrent
        EINC0932: the CUDA driver could not change to another GPU
        cuCtxSetCurrent: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuCtxSynchronize
        nobody needs to know
      cuCtxEnablePeerAccess
        EINC0932: the CUDA driver could not open the way to another GPU
        cuCtxEnablePeerAccess: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuModuleLoadDataEx
        EINC0932: the CUDA driver could not load the code of \`r\` into GPU 0
        cuModuleLoadDataEx: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuModuleUnload
        nobody needs to know
      cuModuleGetFunction
        EINC0932: the CUDA driver could not find kernel \`one\` in the code of \`r\`
        cuModuleGetFunction: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuFuncSetAttribute
        EINC0932: the CUDA driver could not give kernel \`one\` 65536 bytes of shared memory, of 232448
        cuFuncSetAttribute: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemAlloc_v2
        EINC0932: the CUDA driver could not allocate 64 cells of f64
        cuMemAlloc_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemFree_v2
        nobody needs to know
      cuMemAllocAsync
        EINC0932: the CUDA driver could not allocate 64 cells of f64
        cuMemAllocAsync: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemFreeAsync
        nobody needs to know
      cuMemGetInfo_v2
        nobody needs to know
      cuDeviceGetDefaultMemPool
        EINC0932: the CUDA driver could not find the memory of the GPU
        cuDeviceGetDefaultMemPool: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemPoolSetAttribute
        EINC0932: the CUDA driver could not set up the memory of the GPU
        cuMemPoolSetAttribute: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemPoolSetAccess
        EINC0932: the CUDA driver could not open the way to another GPU
        cuMemPoolSetAccess: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemPoolTrimTo
        nobody needs to know
      cuMemAllocHost_v2
        EINC0932: the CUDA driver could not get memory of the host to copy through
        cuMemAllocHost_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemFreeHost
        nobody needs to know
      cuMemcpyHtoDAsync_v2
        EINC0932: the CUDA driver could not copy to the GPU
        cuMemcpyHtoDAsync_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemcpyDtoHAsync_v2
        EINC0932: the CUDA driver could not copy from the GPU
        cuMemcpyDtoHAsync_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemcpyDtoDAsync_v2
        EINC0932: the CUDA driver could not copy an array
        cuMemcpyDtoDAsync_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemcpyPeerAsync
        EINC0932: the CUDA driver could not copy an array to another GPU
        cuMemcpyPeerAsync: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuMemsetD8Async
        EINC0932: the CUDA driver could not clear an array
        cuMemsetD8Async: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuStreamCreate
        EINC0932: the CUDA driver could not make a stream
        cuStreamCreate: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuStreamDestroy_v2
        nobody needs to know
      cuStreamSynchronize
        EINC0932: the CUDA driver could not wait for a stream
        cuStreamSynchronize: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuStreamWaitEvent
        EINC0932: the CUDA driver could not have a stream wait for another
        cuStreamWaitEvent: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuEventCreate
        EINC0932: the CUDA driver could not make an event
        cuEventCreate: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuEventDestroy_v2
        nobody needs to know
      cuEventRecord
        EINC0932: the CUDA driver could not mark a point of a stream
        cuEventRecord: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuEventQuery
        EINC0932: the CUDA driver could not look how far a stream is
        cuEventQuery: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuEventSynchronize
        EINC0932: the CUDA driver could not wait for a stream
        cuEventSynchronize: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuEventElapsedTime
        EINC0932: the CUDA driver could not time a stream
        cuEventElapsedTime: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuLaunchKernel
        EINC0932: the CUDA driver could not launch kernel \`one\` of \`r\` as 1x1x1 blocks of 1x1x1 threads
        cuLaunchKernel: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuStreamBeginCapture_v2
        EINC0932: the CUDA driver could not record the graph of kernel \`one\` of \`r\` and 1 other
        cuStreamBeginCapture_v2: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuStreamEndCapture
        EINC0932: the CUDA driver could not record the graph of kernel \`one\` of \`r\` and 1 other
        cuStreamEndCapture: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuGraphInstantiateWithFlags
        EINC0932: the CUDA driver could not make the graph of kernel \`one\` of \`r\` and 1 other
        cuGraphInstantiateWithFlags: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuGraphLaunch
        EINC0932: the CUDA driver could not launch the graph of kernel \`one\` of \`r\` and 1 other
        cuGraphLaunch: CUDA_ERROR_INVALID_VALUE, invalid argument
      cuGraphExecDestroy
        nobody needs to know
      cuGraphDestroy
        nobody needs to know"
    `);
  });
});

const illegalAddress = 700;

describe('a kernel that fails while it runs', () => {
  const steps = [launch('one', 0)];
  async function failing(waits: 'wait' | 'idle' | 'read', more = false): Promise<unknown> {
    const { backend, kernel } = await routine(stub, more ? [...steps, launch('two', 0)] : steps);
    const log = backend.allocate('f64', 64);
    const stream = backend.openStream();
    const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [] }]);
    stub.failKernel('one', illegalAddress);
    stream.launch(plan, []);
    try {
      if (waits === 'wait') stream.wait();
      else if (waits === 'idle') await stream.idle();
      else log.read();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      // Nothing of it throws, though the driver refuses all.
      [plan, stream, log, kernel, backend].forEach(resource => resource[Symbol.dispose]());
    }
  }

  test('is named where only one can be meant', async () => {
    expect(String(await failing('wait'))).toMatchInlineSnapshot(`
      "BackendError: error[EINC0933]: kernel \`one\` of \`r\` failed on the GPU
        = note: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was encountered
        = note: the GPU takes no more calls of this process, and what its arrays held is lost
        = help: \`compute-sanitizer node …\` says where it reads or writes what it must not"
    `);
  });

  test('may be one of several', async () => {
    expect(saying(await failing('wait', true))).toMatchInlineSnapshot(`
      "EINC0933: a kernel failed on the GPU
      cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS, an illegal memory access was encountered
      one of those that were queued: kernel \`one\` of \`r\`, kernel \`two\` of \`r\`
      the GPU takes no more calls of this process, and what its arrays held is lost"
    `);
    stub.reset();
    expect(saying(await failing('idle', true))).toContain('cuEventQuery: CUDA_ERROR_ILLEGAL_ADDR');
  });
});

describe('with CUDA_LAUNCH_BLOCKING=1', () => {
  test('the driver waits for each kernel, so the one that failed is known; there are no graphs', async () => {
    // Another name, so that the process has not met the driver yet.
    const link = join(temporaryFolder(), 'libcuda.so');
    symlinkSync(stub.path, link);
    const env = { ...stub.env, EINC_LIBCUDA: link, CUDA_LAUNCH_BLOCKING: '1' };
    const steps = [launch('one', 0), launch('two', 0)];
    const { backend, kernel } = await routine({ ...stub, env }, steps);
    const log = backend.allocate('f64', 64);
    const stream = backend.openStream();
    const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [] }]);
    for (let i = 0; i < 3; i++) stream.launch(plan, []);
    expect(stub.log().filter(line => line.includes('Graph'))).toEqual([]);
    stub.fail('cuLaunchKernel', illegalAddress, 2);
    const message = 'error[EINC0933]: kernel `two` of `r` failed on the GPU';
    expect(() => stream.launch(plan, [])).toThrow(message);
    [plan, stream, log, kernel, backend].forEach(resource => resource[Symbol.dispose]());
  });
});

test('a graph that cannot be recorded leaves its stream as it was', async () => {
  const { backend: opened, kernel } = await routine(stub, [launch('one', 0), launch('two', 0)]);
  using backend = opened;
  using log = backend.allocate('f64', 64);
  using stream = backend.openStream();
  using plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [] }]);
  stream.run(plan, []);
  stub.fail('cuLaunchKernel', 1, 2);
  expect(() => stream.launch(plan, [])).toThrow('could not launch kernel `two` of `r`');
  stream.run(plan, []);
  expect([...log.read()].slice(0, 5)).toEqual([4, 1, 2, 1, 2]);
});

describe('what was kept back', () => {
  test('does not run when what is before it is refused; one that waits is told', async () => {
    const { backend: opened, kernel } = await routine(stub, [launch('count', 0, 1)], ['i']);
    using backend = opened;
    using log = backend.allocate('f64', 64);
    using stream = backend.openStream();
    using plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]);
    stub.fail('cuLaunchKernel', 1, 2000);
    stream.loop(plan, 3000, [0], [1]);
    const event = stream.record();
    const idle = [stream.idle(), stream.idle()];
    const told = await Promise.allSettled(idle);
    expect(told.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(stream.finished(event)).rejects.toThrow('could not launch kernel `count` of `r`');
    stream.wait();
    expect(Number(log.at(0))).toBe(1999);
    stream.run(plan, [5]);
    expect([Number(log.at(0)), Number(log.at(1))]).toEqual([2000, 5]);
    stub.log();
  });
});
