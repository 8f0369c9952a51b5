import { describe, expect, test } from 'vitest';
import { arenaBytes } from '../../compiler/index.ts';
import { cd, context, forward, op, type Tensor, tensor } from '../../dsl/einc.ts';
import { messageOf, backends } from './support.ts';

/** A tensor function of a test: each test has tensors of its own. */
const line = (): { x: Tensor; y: Tensor } => {
  const x = tensor([1, 2, 3], { label: 'x' });
  return { x, y: op`y = ${x} *. 2 + 1` };
};

describe.each(backends)('values, %s', backend => {
  test('read, readSync and item give what a run left', async () => {
    const { x, y } = line();
    using ctx = await context({ backend });
    const routine = await ctx.compile(forward(y));
    routine.run();
    expect([...(await ctx.read(y)).data]).toEqual([3, 5, 7]);
    ctx.write(x, [10, 20, 30]);
    routine.runSync();
    expect([...ctx.readSync(y).data]).toEqual([21, 41, 61]);
    expect([0, 1, 2].map(cell => ctx.item(y, cell))).toEqual([21, 41, 61]);
    expect(ctx.item(y)).toBe(21);
    expect(ctx.backend).toBe(backend);
  });

  test('item has no cell outside', async () => {
    const { x } = line();
    using ctx = await context({ backend });
    for (const cell of [-1, 3, 1.5, NaN]) {
      expect(() => ctx.item(x, cell)).toThrow(
        `error[EINC0505]: \`x\` has cells 0 to 2; \`item\` was asked for ${cell}`,
      );
    }
  });

  test('what is read is a copy', async () => {
    const { x } = line();
    using ctx = await context({ backend });
    ctx.readSync(x).data[0] = 9;
    expect(ctx.item(x)).toBe(1);
  });

  test('write and item wait for what is queued', async () => {
    const n = tensor([0], { label: 'n' });
    using ctx = await context({ backend });
    const count = await ctx.compile(cd`~~("count"; ${n} =+ 1)`);
    for (let i = 0; i < 1000; i++) count.run();
    expect(ctx.item(n)).toBe(1000);
    for (let i = 0; i < 1000; i++) count.run();
    ctx.write(n, [0]);
    count.run();
    await ctx.idle();
    expect(ctx.item(n)).toBe(1);
    count.run();
    ctx.wait();
    expect(ctx.item(n)).toBe(2);
  });

  test('f32 rounds, f64 does not', async () => {
    const x = tensor([0.1, 16777217], { label: 'x' });
    const y = op`y = ${x} + 0.2`;
    const read = async (dtype?: 'f64'): Promise<readonly number[]> => {
      using ctx = await context(dtype ? { backend, dtype } : { backend });
      const routine = await ctx.compile(forward(y));
      routine.runSync();
      expect(ctx.readSync(y).dtype).toBe(dtype ?? 'f32');
      return [...ctx.readSync(x).data, ...ctx.readSync(y).data];
    };
    const { fround } = Math;
    expect(await read()).toEqual([
      fround(0.1),
      16777216,
      fround(fround(0.1) + fround(0.2)),
      16777216,
    ]);
    expect(await read('f64')).toEqual([0.1, 16777217, 0.1 + 0.2, 16777217.2]);
  });

  test('contexts know nothing of each other', async () => {
    const { x, y } = line();
    using one = await context({ backend });
    using two = await context({ backend, dtype: 'f64' });
    const routines = [await one.compile(forward(y)), await two.compile(forward(y))];
    one.write(x, [7, 7, 7]);
    routines.forEach(routine => routine.runSync());
    expect([...one.readSync(y).data]).toEqual([15, 15, 15]);
    expect([...two.readSync(y).data]).toEqual([3, 5, 7]);
    one[Symbol.dispose]();
    routines[1]?.runSync();
    expect(two.item(y, 2)).toBe(7);
  });

  test('routines share parameters, and read what others keep', async () => {
    const x = tensor([2], { label: 'x' });
    const h = op`h = { w = 3 } *. ${x}`;
    const y = op`y = ${h} *. ${h}`;
    const w = y.param('w');
    using ctx = await context({ backend });
    const gradient = await ctx.compile(
      cd`~~("gradient"; ${y}.forward; ${y}.zero_grads; ${y}.grad =: 1; ${y}.backprop)`,
      { keep: [h, h.grad] },
    );
    const grow = await ctx.compile(cd`~~("grow"; ${w} =+ 1)`);
    const collect = await ctx.compile(cd`~~("collect"; { sum } =+ ${h.grad})`, { name: 'sums' });
    expect(collect.name).toBe('sums');
    expect(collect.compiled.routine.device.map(node => node.name)).toEqual(['h.grad', 'sum']);
    for (const routine of [gradient, collect, grow, gradient, collect]) routine.run();
    expect([ctx.item(w), ctx.item(h), ctx.item(y), ctx.item(h.grad)]).toEqual([4, 8, 64, 16]);
    const [sum] = collect.compiled.program.params.filter(node => node.name === 'sum');
    expect(sum?.dims).toEqual([1]);
  });

  test('memory counts arrays once, and all of them go', async () => {
    const x = tensor(new Float32Array(1000), { label: 'x', output: [1000] });
    const [y, z] = [op`y = ${x} + 1`, op`z = ${x} + 2`];
    const ctx = await context({ backend });
    expect(ctx.memory()).toEqual({ arrays: 0, bytes: 0, arenaBytes: 0 });
    await ctx.compile(forward(y));
    await ctx.compile(forward(z));
    await ctx.compile(forward(z), { name: 'again' });
    expect(ctx.memory()).toEqual({ arrays: 3, bytes: 12_000, arenaBytes: 0 });
    ctx[Symbol.dispose]();
    expect(ctx.memory()).toEqual({ arrays: 0, bytes: 0, arenaBytes: 0 });
  });
});

/** y = v * relu(w * x), where w * x is needed during a run alone. */
function network(rows: number): { readonly y: Tensor; readonly x: Tensor } {
  const x = tensor(
    Float32Array.from({ length: rows }, (_, i) => Math.cos(i)),
    {
      label: 'x',
      batch: [rows],
      output: [1],
    },
  );
  return { x, y: op`y = { v = 0.5; o = [4] } * relu({ w = 2; o = [64] } * ${x})` };
}

describe.each(backends)('what is needed during a run alone, %s', backend => {
  test('routines of a context have one arena, as large as the largest needs', async () => {
    using ctx = await context({ backend });
    const [small, large, again] = [network(100), network(500), network(400)];
    const routines = [await ctx.compile(forward(small.y))];
    expect(ctx.memory().arenaBytes).toBe(4 * 64 * 100);
    routines.push(await ctx.compile(forward(large.y)));
    const both = 4 * 64 * (100 + 500);
    expect(ctx.memory().arenaBytes).toBe(both);
    routines.push(await ctx.compile(forward(again.y)));
    expect(ctx.memory().arenaBytes).toBe(both);
    // One after the other, and again, whatever the runs between have left there.
    for (const n of [0, 1, 2, 1, 0, 2]) routines[n]?.run();
    for (const { x, y } of [small, large, again]) {
      const expected = [...ctx.readSync(x).data].flatMap(value =>
        Array<number>(4).fill(64 * 0.5 * Math.max(0, 2 * value)),
      );
      const found = [...ctx.readSync(y).data].map(Number);
      found.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 3));
    }
    ctx[Symbol.dispose]();
    expect(ctx.memory().arenaBytes).toBe(0);
  });

  test('a tensor that is kept keeps its value, whatever the rest of the run does', async () => {
    using ctx = await context({ backend });
    const { x } = network(100);
    const layers: Tensor[] = [];
    for (let i = 0; i < 5; i++) {
      layers.push(op`h = relu({ w; o = [64] } * ${layers.at(-1) ?? x} + 0.5)`);
    }
    const [last = x] = layers.slice(-1);
    const all = await ctx.compile(forward(last), { keep: layers });
    expect(all.compiled.program.scratch).toEqual([]);
    all.runSync();
    const values = layers.map(layer => ctx.readSync(layer).data);
    for (const [i, layer] of layers.slice(0, -1).entries()) {
      using other = await context({ backend });
      const routine = await other.compile(forward(last), { keep: [layer] });
      const { scratch } = routine.compiled.program;
      expect(scratch).toHaveLength(3);
      // One, where the tile of a target has all columns of some rows: then a layer takes its operand's place.
      expect([1, 2]).toContain(arenaBytes(scratch) / (4 * 64 * 100));
      routine.runSync();
      expect(other.readSync(layer).data).toEqual(values[i]);
      expect(other.readSync(last).data).toEqual(values.at(-1));
    }
  });
});

describe.each(backends)('wrong uses, %s', backend => {
  test('reading what nothing keeps', async () => {
    const { y } = line();
    using ctx = await context({ backend });
    const text = `UserError: error[EINC0505]: no routine of this context keeps \`y\`
  = help: compile the routine that computes it with { keep: [y] }`;
    expect(await messageOf(() => ctx.read(y))).toBe(text);
    expect(await messageOf(() => ctx.readSync(y))).toBe(text);
    expect(await messageOf(() => ctx.item(y))).toBe(text);
  });

  test('a routine that reads what nothing has computed', async () => {
    const h = op`h = { w = 3 } *. 2`;
    using ctx = await context({ backend });
    expect(await messageOf(() => ctx.compile(cd`~~("add"; { sum } =+ ${h.grad})`))).toBe(
      `UserError: error[EINC0504]: \`add\` reads \`h.grad\`, which nothing in this context has computed
  = help: run the code that computes it in the same routine, before it is read
  = help: or compile the routine that computes it first, with { keep: [h.grad] }`,
    );
    ctx.write(h.grad, [5]);
    await ctx.compile(cd`~~("add"; { sum } =+ ${h.grad})`);
  });

  test('writing another number of values', async () => {
    const { x } = line();
    using ctx = await context({ backend });
    for (const values of [[], [1, 2], new Float64Array(4)]) {
      expect(await messageOf(() => ctx.write(x, values))).toBe(
        `UserError: error[EINC0602]: \`x\` has 3 cells but ${values.length} values were given`,
      );
    }
    expect([...ctx.readSync(x).data]).toEqual([1, 2, 3]);
  });

  test('a context that is gone', async () => {
    const { x, y } = line();
    const ctx = await context({ backend });
    const routine = await ctx.compile(forward(y));
    routine.run();
    ctx[Symbol.dispose]();
    ctx[Symbol.dispose]();
    const text = 'UserError: error[EINC0507]: this context has been disposed of';
    for (const use of [
      () => ctx.read(x),
      () => ctx.readSync(x),
      () => ctx.item(x),
      () => ctx.write(x, [1, 2, 3]),
      () => ctx.idle(),
      () => ctx.wait(),
      () => ctx.compile(forward(y)),
      () => routine.run(),
      () => routine.runSync(),
    ]) {
      expect(await messageOf(use), use.toString()).toBe(text);
    }
    expect(ctx.memory()).toEqual({ arrays: 0, bytes: 0, arenaBytes: 0 });
  });

  test('a context that goes while it compiles or reads', async () => {
    const { x, y } = line();
    const ctx = await context({ backend });
    const pending = [ctx.compile(forward(y)), ctx.read(x)];
    ctx[Symbol.dispose]();
    const text = 'UserError: error[EINC0507]: this context has been disposed of';
    for (const one of pending) expect(await messageOf(() => one)).toBe(text);
    expect(ctx.memory()).toEqual({ arrays: 0, bytes: 0, arenaBytes: 0 });
  });
});
