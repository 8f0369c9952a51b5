/** What a context takes goes back, also when it does not get all it asks for. */
import { expect, test } from 'vitest';
import { BackendError, forward, op, tensor } from '../../dsl/einc.ts';
import { InterpreterBackend } from '../../backends/interpreter/backend.ts';
import { Context } from '../../runtime/index.ts';
import type { DeviceBuffer, Kernel } from '../../runtime/backend.ts';

/** Has room for `limit` arrays, and counts what is alive. */
class SmallBackend extends InterpreterBackend {
  limit = Infinity;
  arrays = 0;
  kernels = 0;

  override allocate(...given: Parameters<InterpreterBackend['allocate']>): DeviceBuffer {
    if (this.arrays === this.limit) {
      throw new BackendError({ code: 'EINC0912', message: 'no memory' });
    }
    this.arrays += 1;
    return released(super.allocate(...given), () => (this.arrays -= 1));
  }

  override async compile(...given: Parameters<InterpreterBackend['compile']>): Promise<Kernel> {
    const kernel = await super.compile(...given);
    this.kernels += 1;
    return released(kernel, () => (this.kernels -= 1));
  }
}

function released<R extends Disposable>(resource: R, release: () => void): R {
  const dispose = resource[Symbol.dispose].bind(resource);
  resource[Symbol.dispose] = () => {
    dispose();
    release();
  };
  return resource;
}

const x = tensor(new Float32Array(5000), { label: 'x', batch: [5000], output: [1] });
/** Three arrays and one of one run that is too large for a stack. */
const code = forward(op`y = { v; o = [16] } * relu({ w; o = [8] } * ${x})`);

test('the routine takes five arrays, of which a context counts four', async () => {
  const backend = new SmallBackend();
  const ctx = new Context(backend);
  await ctx.compile(code);
  expect([backend.arrays, backend.kernels, ctx.memory().arrays]).toEqual([5, 1, 4]);
  ctx[Symbol.dispose]();
  expect([backend.arrays, backend.kernels]).toEqual([0, 0]);
});

test.each([0, 1, 2, 3, 4])('with room for %i arrays', async limit => {
  const backend = new SmallBackend();
  const ctx = new Context(backend);
  backend.limit = limit;
  await expect(ctx.compile(code)).rejects.toThrow('EINC0912');
  expect(backend.arrays).toBe(ctx.memory().arrays);
  expect(backend.kernels).toBe(0);
  backend.limit = 5;
  const routine = await ctx.compile(code);
  routine.runSync();
  expect(backend.arrays).toBe(5);
  ctx[Symbol.dispose]();
  expect([backend.arrays, backend.kernels]).toEqual([0, 0]);
});

test('a context that goes while its compiler is at work', async () => {
  const backend = new SmallBackend();
  const ctx = new Context(backend);
  const compiling = ctx.compile(code);
  ctx[Symbol.dispose]();
  await expect(compiling).rejects.toThrow('EINC0507');
  expect([backend.arrays, backend.kernels]).toEqual([0, 0]);
});
