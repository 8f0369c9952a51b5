/** What a plan tells the driver, and what comes of it. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CudaDevice } from '../../../backends/cuda/device/device.ts';
import { CudaKernel } from '../../../backends/cuda/device/kernel.ts';
import { compileCuda } from '../../../backends/cuda/compiler/compile.ts';
import { findCudaCompiler } from '../../../backends/cuda/compiler/find.ts';
import { Driver } from '../../../backends/cuda/driver/driver.ts';
import type { Step } from '../../../backends/cuda/steps.ts';
import { kernel, launch, logged, openStub, routine, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});

afterEach(() => {
  stub.checkAndReset();
});

/** Runs a routine once for each list of indices; gives what it logged, and what each run told the driver. */
async function runs(
  steps: readonly Step[],
  names: readonly string[],
  values: readonly (readonly number[])[],
) {
  const { backend: opened, kernel } = await routine(stub, steps, names);
  using backend = opened;
  using log = backend.allocate('f64', 64);
  using stream = backend.openStream();
  using plan = stream.plan([{ kernel: kernel.bind([log]), symbols: names.map((_, i) => i) }]);
  // What comes before the first launch is not of interest here.
  stream.run(stream.plan([]), []);
  log.read();
  stub.log();
  const told = values.map(indices => {
    stream.launch(plan, indices);
    return stub.log().filter(line => !/Event/.test(line));
  });
  stream.wait();
  const result = logged(log);
  return { told, logged: result };
}

const loop = (variable: string, turns: number, ...body: readonly Step[]): Step => ({
  kind: 'loop',
  variable,
  turns,
  body,
});

test('launches that are the same in every run are a graph from the second on', async () => {
  const steps = [launch('one', 0), launch('two', 0), loop('t', 2, launch('append', 0, 't'))];
  const { told, logged } = await runs(steps, [], [[], [], []]);
  expect(logged).toEqual([1, 2, 0, 1, 1, 2, 0, 1, 1, 2, 0, 1]);
  expect(told).toMatchInlineSnapshot(`
    [
      [
        "cuLaunchKernel one(a1) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel two(a1) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel append(a1 0) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel append(a1 1) <1 1 1> <1 1 1> 0 s3",
      ],
      [
        "cuStreamBeginCapture_v2 s3 1",
        "cuLaunchKernel one(a1) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel two(a1) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel append(a1 0) <1 1 1> <1 1 1> 0 s3",
        "cuLaunchKernel append(a1 1) <1 1 1> <1 1 1> 0 s3",
        "cuStreamEndCapture s3",
        "cuGraphInstantiateWithFlags g1",
        "cuGraphDestroy g1",
        "cuGraphLaunch x1 s3",
      ],
      [
        "cuGraphLaunch x1 s3",
      ],
    ]
  `);
});

test('launches that take an index are done one by one, with graphs between them', async () => {
  const steps = [
    launch('one', 0),
    launch('two', 0),
    launch('append', 0, 1),
    launch('one', 0),
    launch('one', 0),
    launch('append', 0, 1),
    launch('two', 0),
  ];
  const { told, logged } = await runs(steps, ['i'], [[7], [8], [-9]]);
  expect(logged).toEqual([7, 8, -9].flatMap(i => [1, 2, i, 1, 1, i, 2]));
  expect(told.at(-1)).toMatchInlineSnapshot(`
    [
      "cuGraphLaunch x1 s3",
      "cuLaunchKernel append(a1 -9) <1 1 1> <1 1 1> 0 s3",
      "cuGraphLaunch x2 s3",
      "cuLaunchKernel append(a1 -9) <1 1 1> <1 1 1> 0 s3",
      "cuLaunchKernel two(a1) <1 1 1> <1 1 1> 0 s3",
    ]
  `);
});

test('a loop around a launch that takes an index is turned here, with graphs inside', async () => {
  const steps = [
    loop(
      't',
      3,
      launch('append', 0, 't'),
      launch('append', 0, 1),
      launch('one', 0),
      launch('two', 0),
    ),
  ];
  const { told, logged } = await runs(steps, ['i'], [[5], [6]]);
  expect(logged).toEqual([5, 6].flatMap(i => [0, 1, 2].flatMap(t => [t, i, 1, 2])));
  expect(told.at(-1)).toMatchInlineSnapshot(`
    [
      "cuLaunchKernel append(a1 0) <1 1 1> <1 1 1> 0 s3",
      "cuLaunchKernel append(a1 6) <1 1 1> <1 1 1> 0 s3",
      "cuGraphLaunch x1 s3",
      "cuLaunchKernel append(a1 1) <1 1 1> <1 1 1> 0 s3",
      "cuLaunchKernel append(a1 6) <1 1 1> <1 1 1> 0 s3",
      "cuGraphLaunch x1 s3",
      "cuLaunchKernel append(a1 2) <1 1 1> <1 1 1> 0 s3",
      "cuLaunchKernel append(a1 6) <1 1 1> <1 1 1> 0 s3",
      "cuGraphLaunch x1 s3",
    ]
  `);
});

test('loops in loops; the inner one of the same values is a graph', async () => {
  const inner = loop('u', 2, launch('append', 0, 'u'));
  const steps = [loop('t', 2, launch('append', 0, 1), inner), loop('none', 0, launch('one', 0))];
  const { told, logged } = await runs(steps, ['i'], [[9], [8]]);
  expect(logged).toEqual([9, 8].flatMap(i => [i, 0, 1, i, 0, 1]));
  expect(told.at(-1)?.filter(line => line.startsWith('cuGraphLaunch'))).toHaveLength(2);
});

test('too many launches for a graph are done one by one', async () => {
  const { told } = await runs([loop('t', 5000, launch('empty', 0))], [], [[], []]);
  expect(told[1]?.filter(line => line.startsWith('cuGraph'))).toEqual([]);
});

describe('arguments', () => {
  test('arrays, arena, indices, and arrays in the arena', async () => {
    const text = kernel(
      'store',
      4,
      '  double *out = *(double **)a[0], *scratch = *(double **)a[1];\n' +
        '  scratch[0] += *(long long *)a[2];\n  out[0] = scratch[0];\n  out[1] = *(double **)a[3] - scratch;',
    );
    const store = launch('store', 0, 2, 1);
    const [out, index, arena] = store.args;
    const args = [out, { kind: 'scratch', offset: 128 }, index, arena].flatMap(a => a ?? []);
    const steps: Step[] = [{ ...store, args: args as typeof store.args }];
    const source = { name: 'store', text, architecture: 'sm_90' } as const;
    using device = new CudaDevice(Driver.open(stub.env), 'cuda', 0);
    using kernel_ = new CudaKernel({
      name: 'store',
      image: await compileCuda(findCudaCompiler(stub.env), source),
      steps,
      buffers: [{ dtype: 'f64', cells: 2 }],
      arenaBytes: 256,
      indices: 1,
    });
    using result = device.allocate('f64', 2);
    using scratch = device.allocate('u8', 512);
    using stream = device.openStream();
    const bound = kernel_.bind([result], scratch);
    using plan = stream.plan([{ kernel: bound, symbols: [0] }]);
    stream.run(plan, [4]);
    stream.run(plan, [-1]);
    expect([...result.read()]).toEqual([3, -16]);
    expect(() => kernel_.bind([result])).toThrow('takes an arena of 256 bytes');
  });

  test('shape and shared memory of a launch; above 48 KiB a kernel is allowed more', async () => {
    const wide = {
      ...launch('one', 0),
      grid: [3, 2, 1],
      block: [128, 1, 2],
      sharedBytes: 65536,
    } as const;
    const { told } = await runs([wide], [], [[]]);
    expect(told).toEqual([['cuLaunchKernel one(a1) <3 2 1> <128 1 2> 65536 s3']]);
  });
});

test('a plan, its kernel and its arrays may go while it runs', async () => {
  const { backend: opened, kernel } = await routine(stub, [launch('one', 0), launch('two', 0)]);
  using backend = opened;
  const log = backend.allocate('f64', 64);
  using stream = backend.openStream();
  const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [] }]);
  stream.launch(plan, []);
  stream.launch(plan, []);
  stub.log();
  plan[Symbol.dispose]();
  kernel[Symbol.dispose]();
  log[Symbol.dispose]();
  expect(stub.log()).toMatchInlineSnapshot(`
    [
      "cuEventRecord e2 s3",
      "cuStreamWaitEvent s2 e2 0",
      "cuEventRecord e1 s1",
      "cuStreamWaitEvent s2 e1 0",
      "cuMemFreeAsync a1 s2",
    ]
  `);
  stream.wait();
  expect(stub.log()).toMatchInlineSnapshot(`
    [
      "cuStreamSynchronize s3",
      "cuGraphExecDestroy x1",
      "cuModuleUnload m1",
    ]
  `);
});

test('what nobody disposes of goes with the backend', async () => {
  const { backend, kernel } = await routine(stub, [launch('one', 0), launch('two', 0)]);
  const stream = backend.openStream();
  const plan = stream.plan([{ kernel: kernel.bind([backend.allocate('f64', 64)]), symbols: [] }]);
  stream.launch(plan, []);
  stream.launch(plan, []);
  backend[Symbol.dispose]();
});

test('kernels of one GPU are not bound to arrays of another', async () => {
  const { backend: opened, kernel } = await routine(stub, [launch('one', 0)]);
  using backend = opened;
  const [first, second] = backend.devices(2);
  if (!first || !second) throw new Error('the stub has two');
  const bound = kernel.bind([second.allocate('f64', 64)]);
  expect(() => first.openStream().plan([{ kernel: bound, symbols: [] }])).toThrow('of another GPU');
  first[Symbol.dispose]();
  second[Symbol.dispose]();
});
