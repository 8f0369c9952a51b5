/** What `runtime/backend.ts` says of several streams and devices, for every backend. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type BackendName, openBackend } from '../../backends/index.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { UserError } from '../../compiler/index.ts';
import { testedBackends } from '../support/tested-backends.ts';
import type { Backend, BackendDevice, DeviceBuffer, Plan, Stream } from '../../runtime/backend.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';

/** Does not commute, so that a wrong order shows; takes a while. */
const mix = parseProgram(`mix(i):
  device log: f64[1];
  for k < 2000 {
    log[0] := log[0] + f64(k) - f64(k);
  }
  log[0] := log[0] * 10 + f64(i);
`);

interface Bench extends Disposable {
  readonly backend: Backend;
  readonly devices: readonly BackendDevice[];
  readonly streams: readonly Stream[];
  readonly log: DeviceBuffer;
  readonly plans: readonly Plan[];
}

async function bench(name: BackendName, count: number): Promise<Bench> {
  const backend = await openBackend(name);
  const kernel = await backend.compile(mix);
  const devices = backend.devices(count);
  const streams = devices.map(device => device.openStream());
  const log = backend.allocate('f64', 1);
  const plans = streams.map(s => s.plan([{ kernel: kernel.bind([log]), symbols: [0] }]));
  const all = [...plans, ...streams, ...devices, log, kernel, backend];
  const dispose = (): void => all.forEach(r => r[Symbol.dispose]());
  return { backend, devices, streams, log, plans, [Symbol.dispose]: dispose };
}

describe.each(testedBackends)('%s', name => {
  beforeEach(context => needCompilerOf(name, context));

  test('has as many devices as are asked for, with names of their own', async () => {
    using b = await bench(name, 3);
    expect(b.devices.map(device => device.name)).toEqual([`${name}:0`, `${name}:1`, `${name}:2`]);
    expect(b.backend.devices('all').length).toBeGreaterThan(0);
    expect(b.backend.sharesMemory).toBe(name !== 'cuda');
  });

  test('devices have arrays that are zero at first', async () => {
    using b = await bench(name, 2);
    for (const device of b.devices) {
      using buffer = device.allocate('f32', 3);
      expect([...buffer.read()]).toEqual([0, 0, 0]);
    }
  });

  test('what is queued after a wait starts after the event, on whatever device', async () => {
    using b = await bench(name, 2);
    const [one, other] = b.streams;
    const [first, second] = b.plans;
    if (!one || !other || !first || !second) throw new Error('two streams');
    let expected = 0;
    for (let i = 0; i < 6; i++) {
      one.launch(first, [1]);
      other.waitFor(one.record());
      other.launch(second, [2]);
      one.waitFor(other.record());
      expected = expected * 100 + 12;
    }
    one.wait();
    expect(b.log.at(0)).toBe(expected);
  });

  test('an event of the stream itself, or of one that is gone, is no wait', async () => {
    using b = await bench(name, 1);
    const [stream] = b.streams;
    const [plan] = b.plans;
    if (!stream || !plan) throw new Error('a stream');
    const gone = b.backend.openStream();
    const event = gone.record();
    gone[Symbol.dispose]();
    stream.waitFor(event);
    stream.waitFor(stream.record());
    stream.run(plan, [7]);
    expect(b.log.at(0)).toBe(7);
  });

  test('finished resolves when an event is reached, in any order of asking', async () => {
    using b = await bench(name, 1);
    const [stream] = b.streams;
    const [plan] = b.plans;
    if (!stream || !plan) throw new Error('a stream');
    const events = [1, 2, 3].map(i => {
      stream.launch(plan, [i]);
      return stream.record();
    });
    const asked = events.toReversed().map(event => stream.finished(event));
    await asked[2];
    expect(b.log.at(0)).toBeGreaterThanOrEqual(1);
    await Promise.all(asked);
    expect(b.log.at(0)).toBe(123);
    for (const event of events) await stream.finished(event);
  });

  test('a copy is of all cells, in its turn', async () => {
    using b = await bench(name, 2);
    const [one, other] = b.devices;
    const [stream] = b.streams;
    const [plan] = b.plans;
    if (!one || !other || !stream || !plan) throw new Error('two devices');
    using to = other.allocate('f64', 1);
    stream.launch(plan, [4]);
    stream.copy(to, b.log);
    stream.launch(plan, [5]);
    stream.wait();
    expect([to.at(0), b.log.at(0)]).toEqual([4, 45]);
    using large = one.allocate('i32', 5000);
    using copy = other.allocate('i32', 5000);
    large.write(Int32Array.from({ length: 5000 }, (_, i) => i));
    stream.copy(copy, large);
    large[Symbol.dispose]();
    stream.wait();
    expect([copy.at(0), copy.at(4999)]).toEqual([0, 4999]);
  });

  test('a copy is between arrays of one dtype and size', async () => {
    using b = await bench(name, 1);
    const [stream] = b.streams;
    if (!stream) throw new Error('a stream');
    using short = b.backend.allocate('f64', 2);
    using narrow = b.backend.allocate('f32', 1);
    expect(() => stream.copy(short, b.log)).toThrow('a copy of 1 cells of f64 to 2 of f64');
    expect(() => stream.copy(narrow, b.log)).toThrow('a copy of 1 cells of f64 to 1 of f32');
  });

  test('events and arrays of others are refused', async () => {
    using b = await bench(name, 2);
    using other = await openBackend(name === 'interp' ? 'cc' : 'interp');
    using foreign = other.openStream();
    using array = other.allocate('f64', 1);
    const [stream, second] = b.streams;
    if (!stream || !second) throw new Error('two streams');
    expect(() => stream.waitFor(foreign.record())).toThrow('an event of another backend');
    expect(() => stream.copy(array, b.log)).toThrow('a copy between buffers of another backend');
    await expect(stream.finished(second.record())).rejects.toThrow('an event of another stream');
  });

  test('use after disposing throws', async () => {
    using b = await bench(name, 1);
    const [stream] = b.streams;
    if (!stream) throw new Error('a stream');
    const event = stream.record();
    stream[Symbol.dispose]();
    expect(() => stream.waitFor(event)).toThrow(UserError);
    expect(() => stream.copy(b.log, b.log)).toThrow('EINC0911');
    await expect(stream.finished(event)).rejects.toThrow('EINC0911');
  });
});
