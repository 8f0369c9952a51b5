/** Every collective on arrays of many dtypes and lengths, against its definition. */
import { dtypes, type DType } from '../../../../compiler/index.ts';
import { CcBackend } from '../../../../backends/cc/backend.ts';
import { openMpi } from '../../../../backends/mpi/open.ts';
import { combine } from '../../../../runtime/collective/combine.ts';
import {
  HostBuffer,
  launchOf,
  type ReduceOp,
  reduceOps,
  shareOf,
  timeoutOf,
} from '../../../../runtime/index.ts';
import { haveSameBits, manyValues, valuesOf } from '../../../support/rank-values.ts';
import type { AnyCells } from '../../../../compiler/index.ts';
import type { DeviceBuffer } from '../../../../runtime/backend.ts';

using backend = await CcBackend.open();
using world = await openMpi(launchOf(), timeoutOf());
const { rank, size } = world;
const wrong: string[] = [];
let compared = 0;

function expectBits(what: string, buffer: DeviceBuffer, expected: AnyCells): void {
  compared++;
  if (!haveSameBits(buffer.read(), expected)) wrong.push(what);
}

function bufferOf(dtype: DType, values: AnyCells): DeviceBuffer {
  const buffer = backend.allocate(dtype, values.length);
  buffer.write(values);
  return buffer;
}

const lengths = [0, 1, 3, 64, 1025, 20_001];
let state = 1;
const random = (n: number): number => (state = (state * 48271) % 2147483647) % n;

// Ranks that have no core of their own take long: two of them try every dtype.
const tried: readonly DType[] = size === 2 ? dtypes : ['f32', 'bf16', 'i64', 'bool'];
for (const dtype of tried) {
  for (const cells of [...lengths, random(3000)]) {
    // What is compared in JavaScript takes its time.
    if (cells > 10_000 && !['f32', 'bf16', 'i64'].includes(dtype)) continue;
    const seed = `${dtype}${cells}`;
    const all = Array.from({ length: size }, (_, r) => valuesOf(dtype, cells, r, seed));
    const own = all[rank] ?? new Float32Array(0);
    const op: ReduceOp = reduceOps[random(3)] ?? 'sum';
    for (const how of new Set<ReduceOp>(['sum', op])) {
      const sum = combine(how, dtype, all);
      using reduced = bufferOf(dtype, own);
      await world.allReduce(reduced, { op: how });
      expectBits(`allReduce ${how} ${seed}`, reduced, sum);
      const { first, count } = shareOf(cells, rank, size);
      using from = bufferOf(dtype, own);
      using to = backend.allocate(dtype, count);
      await world.reduceScatter(from, to, { op: how });
      expectBits(`reduceScatter ${how} ${seed}`, to, sum.slice(first, first + count));
      using gathered = backend.allocate(dtype, cells);
      await world.allGather(to, gathered);
      expectBits(`allGather ${seed}`, gathered, sum);
    }
    const root = random(size);
    using cast = bufferOf(dtype, own);
    await world.broadcast(cast, root);
    expectBits(`broadcast ${seed}`, cast, all[root] ?? own);
    const [to, from] = [(rank + 1) % size, (rank + size - 1) % size];
    using out = bufferOf(dtype, own);
    using into = backend.allocate(dtype, cells);
    await world.sendRecv(out, into, { to, from });
    expectBits(`sendRecv ${seed}`, into, all[from] ?? own);
  }
}

// Arrays that go in many segments, of which several are on their way at once.
for (const cells of [2_000_003, 700_000]) {
  const all = Array.from({ length: size }, (_, r) => manyValues(cells, r));
  const sum = combine('sum', 'f32', all);
  const own = all[rank] ?? new Float32Array(0);
  for (let i = 0; i < 3; i++) {
    using reduced = bufferOf('f32', own);
    await world.allReduce(reduced);
    expectBits(`allReduce ${cells}`, reduced, sum);
  }
  const { first, count } = shareOf(cells, rank, size);
  using from = bufferOf('f32', own);
  using to = backend.allocate('f32', count);
  await world.reduceScatter(from, to);
  expectBits(`reduceScatter ${cells}`, to, sum.slice(first, first + count));
  expectBits(`reduceScatter of ${cells}, what it was made of`, from, own);
}

// Memory of JavaScript, and calls that are not awaited one by one.
const [a, b] = [Float64Array.of(rank, 1), Float64Array.of(1, rank)];
await Promise.all([
  world.allReduce(new HostBuffer('f64', a)),
  world.allReduce(new HostBuffer('f64', b), { op: 'max' }),
  world.barrier(),
]);
compared++;
if (a[0] !== (size * (size - 1)) / 2 || a[1] !== size || b[1] !== size - 1) wrong.push('host');
if (rank === 0 || wrong.length > 0) console.log(JSON.stringify({ rank, size, compared, wrong }));
