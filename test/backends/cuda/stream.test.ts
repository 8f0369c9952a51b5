/** Order, events and copies; and that nobody waits who was not asked to. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { CudaBackend } from '../../../backends/cuda/backend.ts';
import type { CudaDevice } from '../../../backends/cuda/device/device.ts';
import type { DeviceBuffer, Kernel, Plan } from '../../../runtime/backend.ts';
import { launch, logged, openStub, routine, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});

afterEach(() => {
  stub.checkAndReset();
});

interface Setup extends Disposable {
  readonly backend: CudaBackend;
  readonly kernel: Kernel;
  /** A stream with an array, and a plan that appends index 0 to it. */
  readonly line: (device?: CudaDevice) => Line;
}

interface Line {
  readonly stream: ReturnType<CudaDevice['openStream']>;
  readonly log: DeviceBuffer;
  readonly plan: Plan;
}

async function setup(): Promise<Setup> {
  const { backend, kernel } = await routine(stub, [launch('append', 0, 1)], ['i']);
  const [own] = backend.devices(1);
  if (!own) throw new Error('the stub has two');
  return {
    backend,
    kernel,
    line: (device = own) => {
      const [stream, log] = [device.openStream(), device.allocate('f64', 64)];
      return { stream, log, plan: stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]) };
    },
    [Symbol.dispose]: () => [own, backend].forEach(resource => resource[Symbol.dispose]()),
  };
}

const calls = (name: string): number => stub.log().filter(line => line.startsWith(name)).length;

test('more than the driver takes at once is kept back, and given to it bit by bit', async () => {
  const { backend, kernel } = await routine(stub, [launch('count', 0, 1)], ['i']);
  using opened = backend;
  using stream = opened.openStream();
  using log = opened.allocate('f64', 64);
  const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]);
  let ticks = 0;
  const clock = setInterval(() => ticks++, 1);
  stub.log();
  stream.loop(plan, 3000, [0], [1]);
  const given = calls('cuLaunchKernel');
  expect(given).toBeGreaterThan(200);
  expect(given).toBeLessThan(800);
  stream.launch(plan, [99]);
  expect(calls('cuLaunchKernel')).toBe(0);
  await stream.idle();
  clearInterval(clock);
  expect(ticks).toBeGreaterThan(0);
  expect([...log.read()].slice(0, 2)).toEqual([3001, 99]);
});

test('what is kept back is waited for all the same', async () => {
  const { backend, kernel } = await routine(stub, [launch('count', 0, 1)], ['i']);
  using opened = backend;
  const stream = opened.openStream();
  using log = opened.allocate('f64', 64);
  const plan = stream.plan([{ kernel: kernel.bind([log]), symbols: [0] }]);
  stream.loop(plan, 3000, [0], [1]);
  stream.launch(plan, [7]);
  stream.wait();
  expect([...log.read()].slice(0, 2)).toEqual([3001, 7]);
  stream.loop(plan, 3000, [0], [1]);
  stream.run(plan, [8]);
  expect([...log.read()].slice(0, 2)).toEqual([6002, 8]);
  stream.loop(plan, 3000, [0], [1]);
  await setTimeout(50);
  await stream.idle();
  expect([...log.read()].slice(0, 2)).toEqual([9002, 2999]);
  stream.loop(plan, 3000, [0], [1]);
  stream[Symbol.dispose]();
});

test('a stream waits for an event of another, and only then', async () => {
  using s = await setup();
  const [a, b] = [s.line(), s.line()];
  for (const waits of [false, true]) {
    for (const { log } of [a, b]) log.write(new Float64Array(64));
    a.stream.launch(a.plan, [5]);
    if (waits) b.stream.waitFor(a.stream.record());
    b.stream.copy(b.log, a.log);
    b.stream.wait();
    expect(logged(b.log)).toEqual(waits ? [5] : []);
    a.stream.wait();
  }
});

test('what comes after the event is not waited for', async () => {
  using s = await setup();
  const [a, b] = [s.line(), s.line()];
  a.stream.launch(a.plan, [5]);
  const event = a.stream.record();
  a.stream.launch(a.plan, [6]);
  b.stream.waitFor(event);
  b.stream.copy(b.log, a.log);
  stub.log();
  await a.stream.finished(event);
  b.stream.wait();
  expect(logged(b.log).slice(0, 1)).toEqual([5]);
  a.stream.wait();
  expect(() => b.stream.waitFor({})).toThrow('an event of another backend');
  await expect(b.stream.finished(event)).rejects.toThrow('an event of another stream');
});

test('an event of a stream that is kept back', async () => {
  using s = await setup();
  const [a, b] = [s.line(), s.line()];
  const { backend, kernel } = await routine(stub, [launch('count', 0, 1)], ['i']);
  using opened = backend;
  expect(opened.name).toBe('cuda');
  const plan = a.stream.plan([{ kernel: kernel.bind([a.log]), symbols: [0] }]);
  a.stream.loop(plan, 3000, [0], [1]);
  const event = a.stream.record();
  b.stream.waitFor(event);
  b.stream.copy(b.log, a.log);
  b.stream.wait();
  expect([...b.log.read()].slice(0, 2)).toEqual([3000, 2999]);
  await a.stream.finished(event);
  a.stream.wait();
});

test('between GPUs, directly', async () => {
  using s = await setup();
  const [near, far] = s.backend.devices('all');
  if (!near || !far) throw new Error('the stub has two');
  expect([near.name, far.name]).toEqual(['cuda:0', 'cuda:1']);
  const [a, b] = [s.line(near), s.line(far)];
  a.stream.launch(a.plan, [5]);
  b.stream.waitFor(a.stream.record());
  stub.log();
  b.stream.copy(b.log, a.log);
  b.stream.copy(b.log, a.log);
  expect(stub.log().filter(line => /Peer|SetCurrent/.test(line))).toMatchInlineSnapshot(`
    [
      "cuCtxSetCurrent c1",
      "cuCtxSetCurrent c2",
      "cuDeviceCanAccessPeer 11 10",
      "cuCtxEnablePeerAccess c1 0",
      "cuCtxSetCurrent c1",
      "cuCtxSetCurrent c2",
      "cuMemcpyPeerAsync a2 c2 a1 c1 512 s10",
      "cuMemcpyPeerAsync a2 c2 a1 c1 512 s10",
    ]
  `);
  b.stream.wait();
  expect(logged(b.log)).toEqual([5]);
  for (const device of [far, near]) device[Symbol.dispose]();
});

test('an array that goes while another GPU copies it is there until then', async () => {
  using s = await setup();
  const [near, far] = s.backend.devices(2);
  if (!near || !far) throw new Error('the stub has two');
  const [a, b] = [s.line(near), s.line(far)];
  a.log.write(Float64Array.of(1, 42, ...new Float64Array(62)));
  b.stream.copy(b.log, a.log);
  a.log[Symbol.dispose]();
  b.stream.wait();
  expect(logged(b.log)).toEqual([42]);
  for (const device of [far, near]) device[Symbol.dispose]();
});

test('copies are of one dtype and size', async () => {
  using s = await setup();
  const { stream, log } = s.line();
  using short = s.backend.allocate('f64', 63);
  expect(() => stream.copy(short, log)).toThrow('a copy of 64 cells of f64 to 63 of f64');
  using none = s.backend.allocate('i32', 0);
  stream.copy(none, none);
});

test('more devices than GPUs are some of them twice', async () => {
  using s = await setup();
  const devices = s.backend.devices(3);
  expect(devices.map(({ name, device }) => [name, device.properties.name])).toEqual([
    ['cuda:0', 'Stub GPU 0'],
    ['cuda:1', 'Stub GPU 1'],
    ['cuda:2', 'Stub GPU 0'],
  ]);
  devices.forEach(device => device[Symbol.dispose]());
});

test('many wait at once; each is told when its part is done', async () => {
  using s = await setup();
  const { stream, plan, log } = s.line();
  const done: number[] = [];
  const all = [1, 2, 3].map(i => {
    stream.launch(plan, [i]);
    return stream.idle().then(() => done.push(i));
  });
  stream.launch(plan, [4]);
  await Promise.all(all);
  expect(done).toEqual([1, 2, 3]);
  stream.wait();
  expect(logged(log)).toEqual([1, 2, 3, 4]);
});

test('who waits when the stream is disposed of is told', async () => {
  using s = await setup();
  const { stream, plan } = s.line();
  stream.launch(plan, [1]);
  const idle = stream.idle();
  stream[Symbol.dispose]();
  await idle;
});

test('the GPU says how long it takes, without what the host does', async () => {
  using s = await setup();
  const { stream, plan, log } = s.line();
  stream.launch(plan, [1]);
  const seconds = stream.deviceSeconds(() => {
    for (const i of [2, 3, 4]) stream.launch(plan, [i]);
  });
  // A kernel of the stub takes a millisecond.
  expect(seconds).toBeCloseTo(0.003, 9);
  expect(logged(log)).toEqual([1, 2, 3, 4]);
});
