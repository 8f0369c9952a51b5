/** Gradients of attention among many words: by definition in doubles, without a matrix of all scores. */
import { afterAll, expect, test } from 'vitest';
import { loadNative } from '../../backends/native/addon.ts';
import { poolSize } from '../../backends/native/threads.ts';
import { cellsOf } from '../../compiler/core/tensor-node.ts';
import { context, forward, op, sequence, type Tensor, tensor, vjp } from '../../dsl/einc.ts';

const [words, heads, width] = [1024, 3, 16];

const cells = (salt: number): readonly number[] =>
  Array.from({ length: words * heads * width }, (_, i) => Math.fround(Math.sin(salt * (i + 1))));
const inputs = [0.7, 1.3, 2.9].map(cells);
const input = (label: string, at: number): Tensor =>
  tensor(inputs[at] ?? [], { label, batch: [words], output: [heads, width] });
const [q, k, v] = [input('q', 0), input('k', 1), input('v', 2)];
const { attended } = op<{ attended: Tensor }>`
  scores = (${q} +* ${k} "s | h, d; t | h, d => | h, s, t") *. ${width ** -0.5};
  e = exp(scores - stop_gradient(scores @^^ "...|h, s, t => ...|h, s, 0"));
  p = e /. (e ++ "...|h, s, t => ...|h, s, 0");
  attended = p +* ${v} "| h, s, t; t | h, d => s | h, d"`;
/** What comes back hangs on all of the result, as in a network. */
const back = op`${attended} *. ((${attended} *. ${attended}) ++ "...|... => 0")`;
const results = [attended, ...vjp(attended, [q, k, v], back)];

const native = await loadNative();
const { threads, coreOf } = poolSize('');
afterAll(() => native.sizePool(threads, Int32Array.from(coreOf)));

test('are right, without a matrix of words, and the same on any threads', async () => {
  using ctx = await context({ backend: 'cc' });
  const routine = await ctx.compile(sequence(results.map(forward)), { keep: results });
  const { scratch } = routine.compiled.program;
  expect(Math.max(...scratch.map(({ node }) => cellsOf(node)))).toBeLessThan(words ** 2 / 4);
  const runs = [1, 2, 4].map(count => {
    native.sizePool(count, new Int32Array(0));
    routine.runSync();
    return results.map(result => Array.from(ctx.readSync(result).data, Number));
  });
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  byDefinition().forEach((expected, i) => {
    const off = expected.map((value, at) => Math.abs(value - (runs[0]?.[i]?.[at] ?? NaN)));
    expect(Math.max(...off)).toBeLessThan(1e-4 * Math.max(...expected.map(Math.abs)));
  });
});

/** The result, and gradients by queries, keys and values. */
function byDefinition(): readonly Float64Array[] {
  const [q = [], k = [], v = []] = inputs;
  const at = (word: number, head: number, d: number): number => (word * heads + head) * width + d;
  const [y, dy, dq, dk, dv] = [1, 2, 3, 4, 5].map(() => new Float64Array(q.length));
  if (!y || !dy || !dq || !dk || !dv) return [];
  const dot = (
    a: ArrayLike<number>,
    s: number,
    b: ArrayLike<number>,
    t: number,
    h: number,
  ): number => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += (a[at(s, h, d)] ?? 0) * (b[at(t, h, d)] ?? 0);
    return sum;
  };
  const add = (
    to: Float64Array,
    s: number,
    by: number,
    from: ArrayLike<number>,
    t: number,
    h: number,
  ): void => {
    for (let d = 0; d < width; d++) {
      to[at(s, h, d)] = (to[at(s, h, d)] ?? 0) + by * (from[at(t, h, d)] ?? 0);
    }
  };
  const weights = (s: number, h: number): readonly number[] => {
    const e = Array.from({ length: words }, (_, t) => Math.exp(dot(q, s, k, t, h) / width ** 0.5));
    const sum = e.reduce((a, b) => a + b);
    return e.map(one => one / sum);
  };
  const each = (f: (s: number, h: number) => void): void => {
    for (let s = 0; s < words; s++) for (let h = 0; h < heads; h++) f(s, h);
  };
  each((s, h) => weights(s, h).forEach((p, t) => add(y, s, p, v, t, h)));
  const squares = y.reduce((sum, one) => sum + one * one, 0);
  y.forEach((one, i) => (dy[i] = one * squares));
  each((s, h) => {
    const p = weights(s, h);
    const dp = p.map((_, t) => dot(dy, s, v, t, h));
    const mean = p.reduce((sum, one, t) => sum + one * (dp[t] ?? 0), 0);
    p.forEach((one, t) => {
      const ds = (one * ((dp[t] ?? 0) - mean)) / width ** 0.5;
      add(dq, s, ds, k, t, h);
      add(dk, t, ds, q, s, h);
      add(dv, t, one, dy, s, h);
    });
  });
  return [y, dq, dk, dv];
}
