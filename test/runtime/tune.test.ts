/** Which schedule wins, by times that are made up. */
import { expect, test } from 'vitest';
import { CompileOnlyBackend } from '../../backends/compile-only.ts';
import { compile, type Compiled, type Program, targets } from '../../compiler/index.ts';
import { forward, op, tensor } from '../../dsl/einc.ts';
import type { Backend } from '../../runtime/backend.ts';
import type { TimeInTurns } from '../../runtime/time-in-turns.ts';
import { tune } from '../../runtime/tune.ts';

function product(): Compiled {
  const x = tensor(new Float32Array(128 * 64), { label: 'x', batch: [128], output: [64] });
  const h = op`h = { w1; o = [100] } * ${x}`;
  const y = op`y = { w2; o = [32] } * relu(${h})`;
  const { routine } = forward(y).settle({ dtype: 'f32', keep: [], name: undefined });
  return compile(routine, { target: targets.avx2, explains: true });
}

/** Runs nothing, and knows what is compiled and what is still there. */
class Fake extends CompileOnlyBackend {
  readonly compiled: Program[] = [];
  alive = 0;

  constructor() {
    super('fake', targets.avx2, () => undefined);
  }

  override compile(program?: Program): ReturnType<Backend['compile']> {
    if (program) this.compiled.push(program);
    this.alive += 1;
    const done = (): void => void (this.alive -= 1);
    return Promise.resolve({ bind: () => ({}), [Symbol.dispose]: done });
  }
}

/** The same times for each nest: `times[i]` of the i-th schedule. */
const clock =
  (...times: readonly number[]): TimeInTurns =>
  runs => {
    runs.forEach(run => run());
    return runs.map((_, i) => times[i] ?? 9);
  };

test('the fastest wins, nest by nest', async () => {
  const [backend, seen] = [new Fake(), [] as string[]];
  const nests = await tune(product(), {
    backend,
    candidates: 3,
    time: clock(2, 3, 1.5, 1.8),
    onNest: (name, done, total) => seen.push(`${done} of ${total}: ${name}`),
  });
  expect(seen).toEqual(['0 of 2: relu', '1 of 2: y']);
  expect(nests.map(({ name }) => name)).toEqual(['relu', 'y']);
  for (const { tried, winner } of nests) {
    expect(tried.map(({ ms }) => ms)).toEqual([2, 3, 1.5, 1.8]);
    expect(winner).toBe(tried[2]?.asked);
  }
  expect([backend.compiled.length, backend.alive]).toEqual([8, 0]);
});

test.each([
  ['as fast', clock(2, 2, 2)],
  ['slower', clock(2, 3, 4)],
  ['faster by what may be chance', clock(2, 1.95, 2)],
])('none wins that is %s', async (_, time) => {
  const nests = await tune(product(), { backend: new Fake(), candidates: 2, time });
  expect(nests.map(({ winner }) => winner)).toEqual([undefined, undefined]);
});

test('what was taken is given back when a clock fails', async () => {
  const backend = new Fake();
  const time = (): never => {
    throw new Error('no clock');
  };
  await expect(tune(product(), { backend, candidates: 2, time })).rejects.toThrow('no clock');
  expect(backend.alive).toBe(0);
});
