/**
 * The checklist of a backend: every sentence of `runtime/backend.ts`, for every backend. What its
 * programs compute is in the other `conformance-*.test.ts`.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { allBackendNames, openBackend } from '../../backends/index.ts';
import { CompileOnlyBackend } from '../../backends/compile-only.ts';
import { parseProgram } from '../../compiler/loop/parse.ts';
import { targets, UserError } from '../../compiler/index.ts';
import type { Backend, DeviceBuffer, Plan, Stream } from '../../runtime/backend.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { chosen } from '../support/tested-backends.ts';
import { kernel, launch, openStub, openStubbed } from './cuda/support.ts';

/** Does not commute, so that a wrong order shows. */
const mix = parseProgram(`mix(i, j):
  device log: f64[1];
  log[0] := log[0] * 10 + f64(i) + f64(j) * 100;
`);

type Name = (typeof allBackendNames)[number];
/** Without a GPU, `cuda` has a driver that does as one would, and kernels in C. */
const names: readonly Name[] = chosen ? [chosen] : allBackendNames;

const mixInC = `  double *log = *(double **)a[0];
  log[0] = log[0] * 10 + *(long long *)a[1] + *(long long *)a[2] * 100.0;`;

async function open(name: Name): Promise<Backend> {
  if (name !== 'cuda' || chosen === 'cuda') return openBackend(name);
  const routine = { text: kernel('mix', 3, mixInC), steps: [launch('mix', 0, 1, 2)] };
  return openStubbed(await openStub(), { mix: routine });
}

interface Bench extends Disposable {
  readonly backend: Backend;
  readonly stream: Stream;
  readonly log: DeviceBuffer;
  readonly plan: (...symbols: readonly (readonly number[])[]) => Plan;
  readonly logged: () => number;
}

async function bench(name: Name): Promise<Bench> {
  const backend = await open(name);
  const kernel = await backend.compile(mix);
  const stream = backend.openStream();
  const log = backend.allocate('f64', 1);
  const bound = kernel.bind([log]);
  return {
    backend,
    stream,
    log,
    plan: (...steps) => stream.plan(steps.map(symbols => ({ kernel: bound, symbols }))),
    logged: () => Number(log.at(0)),
    [Symbol.dispose]: () => [stream, log, kernel, backend].forEach(r => r[Symbol.dispose]()),
  };
}

describe.each(names)('%s', name => {
  beforeEach(context => needCompilerOf(name, context));

  test('says what it is called', async () => {
    using backend = await open(name);
    expect(backend.name).toBe(name);
  });

  test('arrays are zero at first, and round what is written', async () => {
    using backend = await open(name);
    for (const [dtype, expected] of [
      ['f32', [Math.fround(0.1), -0, NaN, -Infinity, 3e9]],
      ['f64', [0.1, -0, NaN, -Infinity, 3e9]],
      ['i32', [0, 0, 0, 0, 3e9 - 2 ** 32]],
      ['bool', [1, 0, 1, 1, 1]],
    ] as const) {
      using buffer = backend.allocate(dtype, 5);
      expect([...buffer.read()]).toEqual([0, 0, 0, 0, 0]);
      buffer.write([0.1, -0, NaN, -Infinity, 3e9]);
      expect([...buffer.read()]).toEqual(expected);
      expect([0, 1, 2, 3, 4].map(cell => buffer.at(cell))).toEqual(expected);
      expect(buffer).toMatchObject({ dtype, cells: 5, bytes: buffer.read().byteLength });
    }
  });

  test('what is read is a copy, and what is written is copied', async () => {
    using backend = await open(name);
    using buffer = backend.allocate('f32', 2);
    const values = Float32Array.of(1, 2);
    buffer.write(values);
    values[0] = 9;
    const copy = buffer.read();
    copy[1] = 9;
    expect([...buffer.read()]).toEqual([1, 2]);
  });

  test('an array takes as many numbers as it has cells, and has no others', async () => {
    using backend = await open(name);
    using buffer = backend.allocate('f32', 2);
    expect(() => buffer.write([1, 2, 3])).toThrow();
    expect(() => buffer.write([1])).toThrow();
    for (const cell of [-1, 2, 0.5, NaN]) {
      expect(() => buffer.at(cell)).toThrow(new RangeError(`cell ${cell} of 2`));
    }
  });

  test('an array of no cells', async () => {
    using backend = await open(name);
    using buffer = backend.allocate('f64', 0);
    buffer.write([]);
    expect(buffer.read()).toHaveLength(0);
  });

  test('kernels run in the order of the calls, whichever calls', async () => {
    using b = await bench(name);
    using plan = b.plan([0, 1]);
    b.stream.launch(plan, [1, 0]);
    b.stream.run(plan, [2, 0]);
    b.stream.loop(plan, 2, [3, 0], [1, 0]);
    b.stream.launch(plan, [5, 0]);
    await b.stream.idle();
    expect(b.logged()).toBe(12345);
    b.stream.launch(plan, [6, 0]);
    b.stream.wait();
    expect(b.logged()).toBe(123456);
  });

  test('the kernels of a plan run in order, each with the indices it names', async () => {
    using b = await bench(name);
    using plan = b.plan([1, 2], [0, 2], [2, 1]);
    expect(plan.indexCount).toBe(3);
    b.stream.run(plan, [1, 2, 0]);
    expect(b.logged()).toBe(2 * 100 + 1 * 10 + 200);
  });

  test('indices are those of the call', async () => {
    using b = await bench(name);
    using plan = b.plan([0, 1]);
    const indices = [1, 0];
    b.stream.launch(plan, indices);
    indices[0] = 7;
    b.stream.wait();
    expect(b.logged()).toBe(1);
  });

  test('in a loop each index grows by its own step, or shrinks', async () => {
    using b = await bench(name);
    using plan = b.plan([0, 1]);
    b.stream.loop(plan, 3, [9, 1], [-2, 1]);
    b.stream.loop(plan, 0, [1, 1], [1, 1]);
    b.stream.wait();
    expect(b.logged()).toBe(((9 + 100) * 10 + 7 + 200) * 10 + 5 + 300);
  });

  test('an empty plan runs', async () => {
    using b = await bench(name);
    using plan = b.plan();
    expect(plan.indexCount).toBe(0);
    b.stream.run(plan, []);
    expect(b.logged()).toBe(0);
  });

  test('disposing twice is disposing once; use after disposing throws', async () => {
    const b = await bench(name);
    const plan = b.plan([0, 1]);
    const kernel = await b.backend.compile(mix);
    const gone = (use: () => unknown): void => {
      expect(use).toThrow(UserError);
      expect(use).toThrow(/EINC0911.* is used after it was disposed of/);
    };
    const twice = (resource: Disposable): void => [1, 2].forEach(() => resource[Symbol.dispose]());
    twice(kernel);
    gone(() => kernel.bind([b.log]));
    twice(plan);
    gone(() => b.stream.run(plan, [0, 0]));
    const other = b.plan([0, 1]);
    twice(b.log);
    gone(() => b.log.read());
    gone(() => b.log.write([1]));
    gone(() => b.log.at(0));
    gone(() => b.stream.run(other, [0, 0]));
    twice(b.stream);
    gone(() => b.stream.run(other, [0, 0]));
    gone(() => b.stream.wait());
    await expect(b.stream.idle()).rejects.toThrow('EINC0911');
    gone(() => b.stream.plan([]));
    twice(b.backend);
  });

  test('plans outlive their kernel', async () => {
    using b = await bench(name);
    const kernel = await b.backend.compile(mix);
    using plan = b.stream.plan([{ kernel: kernel.bind([b.log]), symbols: [0, 1] }]);
    kernel[Symbol.dispose]();
    b.stream.run(plan, [4, 0]);
    expect(b.logged()).toBe(4);
  });

  test('kernels and plans of others are refused', async () => {
    using b = await bench(name);
    using other = await openBackend(name === 'interp' ? 'cc' : 'interp');
    using kernel = await b.backend.compile(mix);
    using foreign = other.allocate('f64', 1);
    using stream = other.openStream();
    using plan = b.plan([0, 1]);
    expect(() => kernel.bind([foreign])).toThrow();
    expect(() => stream.run(plan, [0, 0])).toThrow();
    expect(() => stream.plan([{ kernel: kernel.bind([b.log]), symbols: [0, 1] }])).toThrow();
  });

  test('only what its language is written in has a source', async () => {
    using backend = await open(name);
    const source = backend.source(mix);
    const extensions = { cc: 'c', interp: undefined, cuda: 'cu', 'cuda-emulator': 'cu' };
    expect(source?.extension).toBe(extensions[name]);
  });
});

test('the backend that only writes code runs nothing and fails nowhere', async () => {
  using backend = new CompileOnlyBackend('cc', targets.avx2, () => ({
    extension: 'c',
    text: 'text',
  }));
  using kernel = await backend.compile();
  using x = backend.allocate('f64', 1);
  using stream = backend.openStream();
  using plan = stream.plan([{ kernel: kernel.bind([x]), symbols: [0, 1] }]);
  stream.launch(plan, [1, 2]);
  stream.run(plan, [1, 2]);
  stream.loop(plan, 3, [1, 2], [0, 0]);
  stream.wait();
  await stream.idle();
  expect(x.at(0)).toBe(0);
  expect(backend.source(mix)).toEqual({ extension: 'c', text: 'text' });
});

test('a backend nobody knows', async () => {
  // As it comes from an environment variable, which no type checks.
  const opened = openBackend('metal' as 'cc');
  await expect(opened).rejects.toThrow(
    new UserError({
      code: 'EINC0508',
      message: 'there is no backend called `metal`',
      help: [`the backends are ${allBackendNames.map(name => `\`${name}\``).join(', ')}`],
    }),
  );
});
