import { describe, expect, test } from 'vitest';
import { cd, context, op, type Routine, symbol, type Tensor, tensor } from '../../dsl/einc.ts';
import type { Context } from '../../runtime/index.ts';
import { backends, messageOf } from './support.ts';

const batch = symbol('batch', 4);
const step = symbol('step');

/** The frame that shows where the symbol that `message` is about is made. */
function placeFor(message: string): string {
  const [line, column, text] = message.includes('`batch`')
    ? [6, 15, "const batch = symbol('batch', 4);"]
    : [7, 14, "const step = symbol('step');"];
  const under = `${' '.repeat(column - 1)}^^^^^^ the symbol is made here`;
  return ` --> test/runtime/routine.test.ts:${line}:${column}\n  |\n${line} | ${text}\n  | ${under}`;
}

interface Bench extends Disposable {
  readonly ctx: Context;
  readonly log: Tensor;
  readonly steps: Tensor;
  readonly routine: Routine;
}

/** `log` becomes `log * 10 + table[batch]`, and `steps` gets the step. */
async function bench(backend: (typeof backends)[number]): Promise<Bench> {
  const table = tensor([1, 2, 3, 4], { label: 'table', batch: [4], output: [] });
  const log = tensor([0], { label: 'log' });
  const steps = tensor([0], { label: 'steps' });
  const entry = op`entry = ${table} @| ${batch}`;
  const ctx = await context({ backend, dtype: 'f64' });
  const code = cd`~~("append"; ${log} =: 10 *. ${log} + ${entry}; ${steps} =+ !@${step})`;
  const routine = await ctx.compile(code);
  return { ctx, log, steps, routine, [Symbol.dispose]: () => ctx[Symbol.dispose]() };
}

describe.each(backends)('%s', backend => {
  test('run queues, runSync runs after what is queued', async () => {
    using made = await bench(backend);
    const { ctx, log, steps, routine } = made;
    routine.run({ batch: 0, step: 5 });
    routine.run({ batch: 1, step: -7 });
    routine.runSync({ step: 2 ** 31 - 1, batch: 2 });
    expect([ctx.item(log), ctx.item(steps)]).toEqual([123, 2 ** 31 - 3]);
    expect(routine).toMatchObject({ name: 'append', symbols: [batch, step] });
  });

  test('loop runs once for every value of a symbol; the others grow by their steps', async () => {
    using made = await bench(backend);
    const { ctx, log, steps, routine } = made;
    routine.loop(batch, { step: 10 }, { step: 3 });
    expect([ctx.item(log), ctx.item(steps)]).toEqual([1234, 10 + 13 + 16 + 19]);
    routine.loop(batch, { step: 1 });
    routine.loop(batch, { step: 1, batch: 3 }, { step: -1 });
    expect([ctx.item(log), ctx.item(steps)]).toEqual([123412341234, 58 + 4 - 2]);
  });

  test('indices are those of the call, though the object is used again', async () => {
    using made = await bench(backend);
    const { ctx, log, routine } = made;
    const indices = { batch: 0, step: 0 };
    for (indices.batch = 0; indices.batch < 3; indices.batch++) routine.run(indices);
    expect(ctx.item(log)).toBe(123);
  });

  test.each([
    ['without any', {}, 'needs a value for its static symbol `batch`', ['run({ batch: 0 })']],
    [
      'with only one',
      { batch: 1 },
      'needs a value for its static symbol `step`',
      ['given were `batch`', 'run({ step: 0 })'],
    ],
  ])('a run %s', async (_, indices, message, hints) => {
    using made = await bench(backend);
    const { ctx, log, routine } = made;
    const [first = '', second] = hints;
    const trailer = second === undefined ? `help: ${first}` : `note: ${first}\n  = help: ${second}`;
    const text = `UserError: error[EINC0506]: \`append\` ${message}\n${placeFor(message)}\n  |\n  = ${trailer}`;
    expect(await messageOf(() => routine.run(indices))).toBe(text);
    expect(await messageOf(() => routine.runSync(indices))).toBe(text);
    expect(ctx.item(log)).toBe(0);
  });

  test('the first run takes no names that are none of its symbols', async () => {
    using made = await bench(backend);
    const { ctx, log, routine } = made;
    const indices = { batch: 1, step: 2, stop: 2 };
    const text =
      'UserError: error[EINC0506]: `append` has no static symbol `stop`\n  = help: did you mean `step`?';
    expect(await messageOf(() => routine.run(indices))).toBe(text);
    expect(await messageOf(() => routine.runSync(indices))).toBe(text);
    const listed = 'its static symbols are `batch`, `step`';
    expect(await messageOf(() => routine.runSync([1, 2] as never))).toBe(
      `UserError: error[EINC0506]: \`append\` has no static symbol \`0\`\n  = help: ${listed}`,
    );
    expect(ctx.item(log)).toBe(0);
  });

  const ofBatch = '`batch` must be an integer from 0 to 3';
  const ofStep = '`step` must be a 32-bit integer';
  test.each([
    [{ batch: 4, step: 0 }, `${ofBatch}, not 4`],
    [{ batch: -1, step: 0 }, `${ofBatch}, not -1`],
    [{ batch: 0.5, step: 0 }, `${ofBatch}, not 0.5`],
    [{ batch: NaN, step: 0 }, `${ofBatch}, not NaN`],
    [{ batch: 0, step: 2 ** 31 }, `${ofStep}, not 2147483648`],
    [{ batch: 0, step: -(2 ** 31) - 1 }, `${ofStep}, not -2147483649`],
    [{ batch: 0, step: 0.5 }, `${ofStep}, not 0.5`],
    [{ batch: 0, step: Infinity }, `${ofStep}, not Infinity`],
  ])('a run with %o', async (indices, message) => {
    using made = await bench(backend);
    const { ctx, log, routine } = made;
    const text = `UserError: error[EINC0506]: the static symbol ${message}\n${placeFor(message)}`;
    expect(await messageOf(() => routine.run(indices))).toBe(text);
    expect(await messageOf(() => routine.runSync(indices))).toBe(text);
    expect(ctx.item(log)).toBe(0);
  });

  test.each([
    ['a start', { step: 0.5 }, {}, '0.5'],
    ['an end', { step: 2 ** 31 - 3 }, { step: 1 }, '2147483648'],
    ['a step that ends on an integer', { step: 0 }, { step: 1 / 3 }, '0.3333333333333333'],
    ['no number', { step: 0 }, { step: NaN }, 'NaN'],
  ])('a loop with %s out of range', async (_, indices, steps, value) => {
    using made = await bench(backend);
    const { ctx, log, routine } = made;
    expect(await messageOf(() => routine.loop(batch, indices, steps))).toBe(
      `UserError: error[EINC0506]: the static symbol ${ofStep}, not ${value}\n${placeFor(ofStep)}`,
    );
    expect(ctx.item(log)).toBe(0);
  });

  test.each([
    ['without a range', step, '`step`'],
    ['of another routine', symbol('other', 3), '`other`'],
    ['that is only called like one of its own', symbol('batch', 4), '`batch`'],
  ])('a loop over a symbol %s', async (_, over, name) => {
    using made = await bench(backend);
    const { routine } = made;
    expect(await messageOf(() => routine.loop(over, { step: 0 })))
      .toBe(`UserError: error[EINC0501]: \`loop\` runs over a static symbol of \`append\` that has a range, not over ${name}
  = note: it has \`batch\``);
  });

  test('a loop in a context that is gone', async () => {
    const { ctx, routine } = await bench(backend);
    ctx[Symbol.dispose]();
    expect(await messageOf(() => routine.loop(batch, { step: 0 }))).toBe(
      'UserError: error[EINC0507]: this context has been disposed of',
    );
  });
});
