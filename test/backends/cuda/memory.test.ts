import { beforeAll, afterEach, describe, expect, test } from 'vitest';
import { CudaDevice } from '../../../backends/cuda/device/device.ts';
import { Driver } from '../../../backends/cuda/driver/driver.ts';
import { BackendError, dtypes } from '../../../compiler/index.ts';
import { launch, logged, openStub, routine, type Stub } from './support.ts';

let stub: Stub;
beforeAll(async () => {
  stub = await openStub();
});

afterEach(() => stub.checkAndReset());

const open = (): CudaDevice => new CudaDevice(Driver.open(stub.env), 'cuda', 0);
const mebibyte = 1 << 20;

describe.each([
  ['with pools', true],
  ['without pools', false],
])('%s', (_, hasPools) => {
  test('arrays of every dtype are zero at first, and keep what is written', () => {
    stub.machine(1, hasPools, mebibyte);
    using device = open();
    for (const dtype of dtypes) {
      using buffer = device.allocate(dtype, 3);
      expect([...buffer.read()].map(Number)).toEqual([0, 0, 0]);
      buffer.write([1, 0, 1]);
      expect([...buffer.read()].map(Number)).toEqual([1, 0, 1]);
      expect(Number(buffer.at(2))).toBe(1);
    }
  });

  test('what does not fit says what was asked, and who has the rest', () => {
    stub.machine(1, hasPools, mebibyte);
    using device = open();
    using first = device.allocate('f64', 100_000);
    const failure = new BackendError({
      code: 'EINC0912',
      message: 'no memory for 50000 cells of f64: 390.6 KiB asked for',
      notes: ['live buffers hold 781.3 KiB; 242.8 KiB are available'],
    });
    expect(() => device.allocate('f64', 50_000)).toThrow(failure);
    first[Symbol.dispose]();
    using again = device.allocate('f64', 100_000);
    expect(Number(again.at(99_999))).toBe(0);
  });

  test('memory comes back when what is queued with it is done', async () => {
    stub.machine(1, hasPools, mebibyte);
    const { backend: opened, kernel } = await routine(stub, [launch('one', 0)]);
    using backend = opened;
    using stream = backend.openStream();
    using result = backend.allocate('f64', 64);
    const large = backend.allocate('f64', 64);
    const filler = backend.allocate('f64', 130_000);
    const plan = stream.plan([{ kernel: kernel.bind([large]), symbols: [] }]);
    stream.launch(plan, []);
    stream.launch(plan, []);
    stream.copy(result, large);
    large[Symbol.dispose]();
    filler[Symbol.dispose]();
    using other = backend.allocate('f64', 130_000);
    other.write(new Float64Array(130_000).fill(7));
    stream.wait();
    expect(logged(result)).toEqual([1, 1]);
  });
});

test('long arrays go through two chunks in turn', () => {
  using device = open();
  const values = Int32Array.from({ length: 2_500_001 }, (_, i) => i * 3);
  using buffer = device.allocate('i32', values.length);
  stub.log();
  buffer.write(values);
  const copies = (name: string): readonly string[] =>
    stub
      .log()
      .filter(line => line.startsWith(name))
      .map(line => line.replace(/ \w+$/, ''));
  expect(copies('cuMemcpyHtoD')).toEqual([
    'cuMemcpyHtoDAsync_v2 a1 p1 4194304',
    'cuMemcpyHtoDAsync_v2 a1+4194304 p2 4194304',
    'cuMemcpyHtoDAsync_v2 a1+8388608 p1 1611396',
  ]);
  values.fill(0, 5);
  const read = buffer.read();
  expect(read[4]).toBe(12);
  expect([1_048_576, 2_097_151, 2_500_000].map(i => read[i])).toEqual([3145728, 6291453, 7500000]);
  expect(copies('cuMemcpyDtoH')).toHaveLength(3);
  expect(buffer.at(2_500_000)).toBe(7500000);
});

test('two devices of one GPU; what one leaves the other has to itself', () => {
  using first = open();
  const second = open();
  using buffer = first.allocate('f32', 2);
  using other = second.allocate('f32', 2);
  other.write([1, 2]);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  buffer.write([3, 4]);
  expect([...buffer.read()]).toEqual([3, 4]);
});
