/** Device, stream, context, routine: what each is for, and what they share. */
import { describe, expect, test } from 'vitest';
import { InterpreterBackend } from '../../backends/interpreter/backend.ts';
import {
  cd,
  context,
  devices,
  Devices,
  deviceToDevice,
  forward,
  op,
  symbol,
  type Tensor,
  tensor,
} from '../../dsl/einc.ts';
import type { Kernel } from '../../runtime/backend.ts';
import { backends, messageOf } from './support.ts';

const param = (): Tensor => op`{ w = [1, 2, 3] }`;

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not there');
  return value;
}

/** Counts what it compiles and what of that is left; devices of it may share no memory. */
class CountingBackend extends InterpreterBackend {
  override readonly sharesMemory: boolean;
  compiled = 0;
  kernels = 0;

  constructor(sharesMemory = true) {
    super();
    this.sharesMemory = sharesMemory;
  }

  override async compile(...program: Parameters<InterpreterBackend['compile']>): Promise<Kernel> {
    const kernel = await super.compile(...program);
    this.compiled += 1;
    this.kernels += 1;
    const dispose = kernel[Symbol.dispose].bind(kernel);
    kernel[Symbol.dispose] = () => {
      dispose();
      this.kernels -= 1;
    };
    return kernel;
  }
}

describe.each(backends)('%s', backend => {
  test('devices and streams have names; contexts are on one', async () => {
    using all = await devices({ backend, count: 2 });
    const [one, two] = [...all];
    expect(all.all.map(({ name }) => name)).toEqual([`${backend}:0`, `${backend}:1`]);
    const stream = given(two).stream();
    expect([stream.name, given(two).stream().name]).toEqual([`${backend}:1/0`, `${backend}:1/1`]);
    const contexts = [await context({ on: given(one) }), await context({ on: stream })];
    expect(contexts.map(ctx => ctx.device)).toEqual([`${backend}:0`, `${backend}:1`]);
    expect(contexts.map(ctx => ctx.backend)).toEqual([backend, backend]);
    expect(contexts[1]?.stream).toBe(stream);
  });

  test('code that is compiled once is linked to many contexts, each with arrays of its own', async () => {
    using all = await devices({ backend, count: 2 });
    const w = param();
    const code = await all.compile(cd`~~("grow"; ${w} =* !@${symbol('by')})`);
    const contexts = await Promise.all([...all].map(on => context({ on })));
    const routines = await Promise.all(contexts.map(ctx => ctx.link(code)));
    for (const [i, routine] of routines.entries()) routine.run({ by: 10 ** (i + 1) });
    expect(contexts.map(ctx => ctx.readSync(w).toNested())).toEqual([
      [10, 20, 30],
      [100, 200, 300],
    ]);
    expect(routines.map(({ name }) => name)).toEqual(['grow', 'grow']);
    // The other way: from a routine of one context.
    const own = await given(contexts[0]).compile(cd`${w} =+ 1`);
    (await given(contexts[1]).link(own.code)).run();
    expect(given(contexts[1]).item(w)).toBe(101);
  });

  test('a child sees the arrays of its parent, which does not see those of the child', async () => {
    using all = await devices({ backend, count: 2 });
    const [one, two] = [...all];
    const parent = await context({ on: given(one) });
    const [w, x] = [param(), tensor([1, 2, 3], { label: 'x' })];
    await parent.hold(w);
    const child = parent.child({ stream: given(two).stream() });
    const grandchild = child.child();
    const grow = await child.compile(cd`~~("grow"; ${w} =+ ${x}; ${x} =* 2)`);
    grow.run();
    grow.run();
    expect(parent.readSync(w).toNested()).toEqual([4, 8, 12]);
    expect(grandchild.readSync(w).toNested()).toEqual([4, 8, 12]);
    expect(grandchild.readSync(x).toNested()).toEqual([4, 8, 12]);
    expect(parent.readSync(x).toNested()).toEqual([1, 2, 3]);
    expect([parent.memory().arrays, child.memory().arrays]).toEqual([2, 1]);
    parent[Symbol.dispose]();
    expect(await messageOf(() => grandchild.item(w))).toContain('EINC0507');
    expect(await messageOf(() => grow.run())).toContain('EINC0507');
  });

  test('two parameters of one label start apart, also in a child', async () => {
    using ctx = await context({ backend, seed: 5 });
    const [v, w] = [op`{ w; o = [4] }`, op`{ w; o = [4] }`];
    await ctx.hold(v);
    const child = ctx.child();
    expect(child.readSync(w).toNested()).not.toEqual(ctx.readSync(v).toNested());
  });

  test('routines of a batch are compiled together and linked in their order', async () => {
    using ctx = await context({ backend });
    const x = tensor([1, 2], { label: 'x' });
    const y = op`y = ${x} + 1`;
    const [first, second] = await ctx.compileAll([
      forward(y),
      cd`~~("double"; { twice } =: 2 *. ${x})`,
    ]);
    expect([first?.name, second?.name]).toEqual(['y_forward', 'double']);
    first?.runSync();
    expect(ctx.readSync(y).toNested()).toEqual([2, 3]);
  });

  test('static indices may be bound once', async () => {
    using ctx = await context({ backend });
    const w = tensor([0], { label: 'w' });
    const [part, step] = [symbol('part', 4), symbol('step')];
    const code = cd`~~("count"; ${w} =: 100 *. !@${part} + !@${step})`;
    const routine = await ctx.compile(code, { indices: { part: 2 } });
    routine.run({ step: 7 });
    expect(ctx.item(w)).toBe(207);
    routine.bind({ step: 1 }).run();
    expect(ctx.item(w)).toBe(201);
    routine.run({ step: 1, part: 3 });
    expect(ctx.item(w)).toBe(301);
    expect(await messageOf(() => routine.run())).toContain('needs a value for its static symbol');
    expect(await messageOf(() => routine.bind({ part: 4 }))).toContain('from 0 to 3, not 4');
    expect(await messageOf(() => routine.bind({ parts: 1 }))).toContain('did you mean `part`?');
  });

  test('a run is awaited, or not', async () => {
    using ctx = await context({ backend });
    const w = tensor([0], { label: 'w' });
    const grow = await ctx.compile(cd`${w} =+ 1`);
    for (let i = 0; i < 100; i++) grow.run();
    const last = grow.run();
    await last;
    expect(ctx.item(w)).toBe(101);
    await last.then(() => grow.run());
    await Promise.all([grow.run(), grow.run(), last]);
    expect(ctx.item(w)).toBe(104);
  });
});

describe.each(backends)('between devices, %s', backend => {
  async function two() {
    const all = await devices({ backend, count: 2 });
    const [dst, src] = await Promise.all([...all].map(on => context({ on })));
    const w = param();
    return { all, dst: given(dst), src: given(src), w };
  }

  test('an array is copied', async () => {
    const { all, dst, src, w } = await two();
    (await src.compile(cd`${w} =* 10`)).run();
    await deviceToDevice(w, { dst, src });
    (await src.compile(cd`${w} =+ 1`)).run();
    expect(dst.readSync(w).toNested()).toEqual([10, 20, 30]);
    all[Symbol.dispose]();
  });

  test('into a merge buffer, as a copy or pointing', async () => {
    const { all, dst, src, w } = await two();
    const merge = await dst.compile(cd`~~("merge"; ${w} =+ ${w}.merge)`, { receives: [w] });
    const grow = await src.compile(cd`${w} =* 10`);
    deviceToDevice(w, { intoMergeBuffer: 'copy', dst, src });
    grow.run();
    merge.run();
    expect(dst.readSync(w).toNested()).toEqual([2, 4, 6]);
    deviceToDevice(w, { intoMergeBuffer: 'point', dst, src });
    merge.run();
    expect(dst.readSync(w).toNested()).toEqual([12, 24, 36]);
    grow.run();
    merge.run();
    expect(dst.readSync(w).toNested()).toEqual([112, 224, 336]);
    expect(dst.readSync(w.merge).toNested()).toEqual([100, 200, 300]);
    dst.write(w.merge, [1, 1, 1]);
    merge.runSync();
    expect(dst.readSync(w).toNested()).toEqual([113, 225, 337]);
    expect(src.readSync(w).toNested()).toEqual([100, 200, 300]);
    all[Symbol.dispose]();
  });

  test('what the sender does not have cannot go', async () => {
    const { all, dst, src, w } = await two();
    const y = op`y = ${w} *. 2`;
    expect(await messageOf(() => deviceToDevice(y, { dst, src }))).toBe(
      'UserError: error[EINC0505]: no routine of this context keeps `y`\n' +
        '  = help: compile the routine that computes it with { keep: [y] }',
    );
    all[Symbol.dispose]();
  });

  test('a run names what it expects and what there is', async () => {
    const { all, dst, src } = await two();
    const y = op`y = { a = [1, 2] } + { b = [1, 1] }`;
    const { a, b } = y.params;
    const merge = await dst.compile(cd`~~("merge"; ${given(a)} =+ ${given(a)}.merge)`);
    deviceToDevice(given(b), { intoMergeBuffer: 'copy', dst, src });
    expect(await messageOf(() => merge.run())).toBe(
      'UserError: error[EINC0227]: `merge` reads `a.merge`, and nothing has been sent there\n' +
        '  = note: what has been sent is in `b.merge`\n' +
        '  = help: another device sends it, or the host: ctx.write(a.merge, values)',
    );
    all[Symbol.dispose]();
  });

  test('code that is linked to receive nothing', async () => {
    const { all, dst, w } = await two();
    const merge = cd`~~("merge"; ${w} =+ ${w}.merge)`;
    expect(await messageOf(() => dst.compile(merge, { receives: [] }))).toBe(
      'UserError: error[EINC0521]: `merge` reads what is sent for `w`, which is not among what this context receives\n' +
        '  = note: it receives nothing\n' +
        '  = help: add it: { receives: [w] }',
    );
    all[Symbol.dispose]();
  });
});

describe('by count', () => {
  test('one kernel for all links, which goes with its code', async () => {
    const backend = new CountingBackend();
    using all = new Devices(backend, { count: 3 });
    const code = await all.compile(forward(op`y = ${param()} *. 2`));
    for (const on of all) await (await context({ on })).link(code);
    expect([backend.compiled, backend.kernels]).toEqual([1, 1]);
    code[Symbol.dispose]();
    expect(backend.kernels).toBe(0);
  });

  test('none of a batch is left when one fails', async () => {
    const backend = new CountingBackend();
    using all = new Devices(backend, { count: 1 });
    const compile = backend.compile.bind(backend);
    backend.compile = program =>
      program.name === 'bad' ? Promise.reject(new Error('refused')) : compile(program);
    const [good, bad] = [forward(op`y = ${param()} *. 2`), cd`~~("bad"; ${param()} =+ 1)`];
    await expect(all.compileAll([good, bad, good])).rejects.toThrow('refused');
    expect([backend.compiled, backend.kernels]).toEqual([2, 0]);
  });
});

describe('without shared memory', () => {
  test('nothing points from one device to another', async () => {
    using all = new Devices(new CountingBackend(false), { count: 2 });
    const [one, two] = [...all];
    const [dst, src] = [await context({ on: given(one) }), await context({ on: given(two) })];
    const w = param();
    const pointing = { intoMergeBuffer: 'point', dst, src } as const;
    expect(await messageOf(() => deviceToDevice(w, pointing))).toBe(
      'UserError: error[EINC0525]: a merge buffer of interp:0 cannot point at an array of interp:1: they share no memory\n' +
        "  = help: copy it: { intoMergeBuffer: 'copy', … }",
    );
    expect(await messageOf(() => dst.child({ stream: given(two).stream() }))).toBe(
      'UserError: error[EINC0528]: a context on interp:1 cannot see the arrays of one on interp:0: they share no memory\n' +
        '  = help: open a context of its own there, and send it arrays: deviceToDevice(…)',
    );
    // On the same device it does.
    const beside = dst.child();
    deviceToDevice(w, { intoMergeBuffer: 'point', dst: beside, src: dst });
    expect(beside.readSync(w.merge).toNested()).toEqual([1, 2, 3]);
  });
});
