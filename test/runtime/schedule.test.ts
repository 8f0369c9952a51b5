/** A routine runs as its program asks, compiled or interpreted, and leaves what it would have. */
import { expect, test } from 'vitest';
import { context, forward, op, type Schedule, tensor } from '../../dsl/einc.ts';

const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i + 1)));

async function resultOf(backend: 'cc' | 'interp', schedule?: Schedule): Promise<readonly number[]> {
  using ctx = await context({ backend });
  const x = tensor(values(33 * 40), { label: 'x', batch: [33], output: [40] });
  const y = op`y = relu({ w = ${values(50 * 40)}; o = [50]; i = [40] } * ${x})`;
  const total = op`total = ${y} ++ "...|i => ...|0"`;
  const routine = await ctx.compile(forward(total), {
    keep: [y],
    ...(schedule !== undefined && { schedule }),
  });
  routine.runSync();
  return [...ctx.readSync(y).data, ...ctx.readSync(total).data];
}

const schedules: readonly Schedule[] = [
  {},
  { y: { rows: 5, vectors: 1 } },
  { y: { rows: 11, vectors: 1, pack: false } },
  { y: { tile: false, fuse: false }, total: { parallel: true } },
  { y: 'scalar', total: 'scalar' },
  'scalar',
];

test.each(schedules)('cc: %j', async schedule => {
  const [expected, actual] = [await resultOf('interp'), await resultOf('cc', schedule)];
  expect(actual).toHaveLength(33 * 50 + 33);
  // Sums are not taken in one order, so that their last bits differ.
  const isNear = (a: number, b: number): boolean =>
    Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  expect(actual.filter((value, i) => !isNear(value, expected[i] ?? NaN))).toEqual([]);
});

test('the interpreter takes the same schedules, and has no tiles to make', async () => {
  for (const schedule of schedules) {
    expect(await resultOf('interp', schedule)).toEqual(await resultOf('interp'));
  }
});
