/** Axes that are made of others: strides, windows, margins, concatenations, literals and stacks. */
import type { Known, Made, Pool } from '../pool.ts';

function single(pool: Pool, atLeast: number): Known | undefined {
  return pool.pick(k => (k.dims.output[0] ?? 0) >= atLeast && k.dims.output.length === 1);
}

/** A window over the output axis, valid or padded, perhaps strided or dilated. */
export function convolutionOf(pool: Pool): Made | undefined {
  const x = single(pool, 2);
  const size = x?.dims.output[0] ?? 0;
  if (!x || x.dims.input.length > 0) return undefined;
  const kernel = Math.min(size, pool.choices.of([2, 3, 1]));
  const steps = size - kernel + 1;
  const isPadded = pool.choices.oneIn(2);
  const window = `o${isPadded ? '=' : '<'}+k:${kernel}`;
  const sign = pool.choices.of(['+*', '@^+', '+*']);
  const text = `${x.name} ${sign} "...|${window}; k, c => ...|o, c" { ${pool.param()}; o = [${kernel}, 2] }`;
  return { text, dims: { ...x.dims, output: [isPadded ? size : steps, 2] } };
}

/** The largest of each window: a pool without a kernel. */
export function windowOf(pool: Pool): Made | undefined {
  const x = single(pool, 2);
  const size = x?.dims.output[0] ?? 0;
  if (!x || x.dims.input.length > 0 || size % 2 !== 0) return undefined;
  const sign = pool.choices.of(['@^^', '++', '@--']);
  const text = `${x.name} ${sign} "...|2*o<+k:2 => ...|o"`;
  return { text, dims: { ...x.dims, output: [size / 2] } };
}

/** Every other cell. */
export function strideOf(pool: Pool): Made | undefined {
  const x = single(pool, 2);
  const size = x?.dims.output[0] ?? 0;
  if (!x || x.dims.input.length > 0 || size % 2 !== 0) return undefined;
  const offset = pool.choices.below(2);
  const text = `${x.name} ++ "...|2*o${offset === 0 ? '' : '+1'} => ...|o"`;
  return { text, dims: { ...x.dims, output: [size / 2] } };
}

export function concatenationOf(pool: Pool): Made | undefined {
  const x = single(pool, 1);
  const y = x && pool.pick(k => isAlike(k, x) && k.dims.output.length === 1);
  if (!x || !y || x.dims.input.length > 0) return undefined;
  const output = [(x.dims.output[0] ?? 0) + (y.dims.output[0] ?? 0)];
  return {
    text: `(${x.name}, ${y.name}) ++^ "...|a,; ...|b => ...|a^b"`,
    dims: { ...x.dims, output },
  };
}

function isAlike(a: Known, b: Known): boolean {
  return a.dims.batch.join() === b.dims.batch.join() && a.dims.input.join() === b.dims.input.join();
}

/** A part of an axis, by its place in a concatenation. */
export function partOf(pool: Pool): Made | undefined {
  const x = single(pool, 3);
  if (!x || x.dims.input.length > 0) return undefined;
  const size = (x.dims.output[0] ?? 0) - 2;
  const spec = pool.choices.of(['2^a => ...|a', 'a^2 => ...|a', '1^a^1 => ...|a']);
  return { text: `${x.name} ++^ "...|${spec}"`, dims: { ...x.dims, output: [size] } };
}

export function stackOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const y = x && pool.pick(k => isAlike(k, x) && k.dims.output.join() === x.dims.output.join());
  if (!x || !y) return undefined;
  const { batch, input, output } = x.dims;
  const made: readonly [Made, ...Made[]] = [
    { text: `[${x.name}, ${y.name}]`, dims: { batch, input, output: [2, ...output] } },
    { text: `[|${x.name}; ${y.name}|]`, dims: { batch: [2, ...batch], input, output } },
    { text: `(${x.name}, ${y.name})`, dims: { batch, input: [2, ...input], output } },
  ];
  return pool.choices.of(made);
}

export function fixedOf(pool: Pool): Made | undefined {
  const x = single(pool, 1);
  if (!x || x.dims.input.length > 0) return undefined;
  const index = pool.choices.below(x.dims.output[0] ?? 1);
  return { text: `${x.name} ++ "...|${index} => ...|"`, dims: { ...x.dims, output: [] } };
}
