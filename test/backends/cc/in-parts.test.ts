import { expect, test } from 'vitest';
import { CcBackend } from '../../../backends/cc/backend.ts';
import { InterpreterBackend } from '../../../backends/interpreter/backend.ts';
import { compile } from '../../../compiler/index.ts';
import { forward, op, sequence, tensor, type Tensor } from '../../../dsl/index.ts';
import { Context } from '../../../runtime/index.ts';
import type { Backend } from '../../../runtime/backend.ts';

/** So many nests, none of which is like another or could be one with it. */
function nests(count: number): readonly Tensor[] {
  return Array.from({ length: count }, (_, k) => {
    const values = Array.from({ length: 100 + k }, (_, i) => Math.sin(i + k));
    const x = tensor(values, { label: `x${k}` });
    return op`y = tanh(${x} *. ${k + 0.5}) + ${x} *. ${x}`;
  });
}

function sourcesOf(backend: CcBackend, tensors: readonly Tensor[]): readonly string[] {
  const code = sequence(tensors.map(forward));
  const { routine } = code.settle({ dtype: 'f32', keep: tensors, name: undefined });
  const { program } = compile(routine, { target: backend.target });
  const { source, others = [] } = backend.translate(program);
  return [source, ...others];
}

async function valuesOf(backend: Backend, tensors: readonly Tensor[]): Promise<unknown> {
  using ctx = new Context(backend, {});
  const routine = await ctx.compile(sequence(tensors.map(forward)), { keep: tensors });
  routine.runSync();
  return tensors.map(t => ctx.readSync(t).toNested());
}

test('a long program is compiled in parts, and computes the same', async () => {
  using backend = await CcBackend.open();
  const [few, many] = [nests(3), nests(110)];
  expect(sourcesOf(backend, few).length).toBe(1);
  const sources = sourcesOf(backend, many);
  expect(sources.length).toBeGreaterThan(2);
  expect(sources.filter(text => text.includes('int einc_run(')).length).toBe(1);
  const lengths = sources.slice(0, -1).map(text => text.length);
  expect(Math.max(...lengths) / Math.min(...lengths)).toBeLessThan(1.2);
  expect(await valuesOf(backend, many)).toEqual(await valuesOf(new InterpreterBackend(), many));
});
