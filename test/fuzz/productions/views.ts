/** The same cells elsewhere: brackets, other axes over them, turned, moved, repeated, put together. */
import type { Choices } from '../../support/choices.ts';
import type { Dims, Known, Made, Pool } from '../pool.ts';

interface Part {
  readonly text: string;
  /** The axes in place of the one it is taken of. */
  readonly sizes: readonly number[];
}

/** One item per axis of the output row, and perhaps of the batch row. */
export function bracketsOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.output.length > 0 && dims.input.length === 0);
  if (!x) return undefined;
  const { choices } = pool;
  const batch = choices.oneIn(2) ? x.dims.batch.map(size => partOf(choices, size)) : undefined;
  const output = x.dims.output.map(size => partOf(choices, size));
  const items = (parts: readonly Part[]): string => parts.map(part => part.text).join(', ');
  const before = batch && batch.length > 0 ? `${items(batch)} | ` : '';
  return {
    text: `${x.name}[${before}${items(output)}]`,
    dims: {
      batch: batch?.flatMap(part => part.sizes) ?? x.dims.batch,
      input: [],
      output: output.flatMap(part => part.sizes),
    },
  };
}

/** An index from either end, a slice of any step, the whole axis, a new axis before it. */
function partOf(choices: Choices, size: number): Part {
  if (size === 0) {
    return choices.of<Part>([
      { text: ':', sizes: [0] },
      { text: '::-1', sizes: [0] },
      { text: '_, :', sizes: [1, 0] },
    ]);
  }
  const start = choices.below(size);
  const count = 1 + choices.below(size - start);
  const step = choices.of([1, 2, 3]);
  return choices.of<Part>([
    { text: `${start}:${start + count}`, sizes: [count] },
    { text: `${start}::${step}`, sizes: [Math.ceil((size - start) / step)] },
    { text: `::-${step}`, sizes: [Math.ceil(size / step)] },
    { text: `${-1 - start}`, sizes: [] },
    { text: `_, :`, sizes: [1, size] },
    { text: `${start}`, sizes: [] },
  ]);
}

/** All cells in memory order under other axes. */
export function reshapeOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.output.length > 0 && dims.input.length === 0);
  if (!x) return undefined;
  const { batch, output } = x.dims;
  const [inner, all] = [output, [...batch, ...output]].map(row => row.reduce((n, m) => n * m, 1));
  const made: readonly [Made, ...Made[]] = [
    { text: `flatten(${x.name})`, dims: { batch, input: [], output: [inner ?? 1] } },
    {
      text: `reshape(${x.name}; b = []; o = [_])`,
      dims: { batch: [], input: [], output: [all ?? 1] },
    },
    split(pool, x, inner ?? 1),
  ];
  return pool.choices.of(made);
}

function split({ choices }: Pool, { name, dims }: Known, size: number): Made {
  const part = choices.of([2, 3, 1, 4]);
  const [outer, rest] = size % part === 0 ? [part, size / part] : [1, size];
  return { text: `reshape(${name}; o = [${outer}, _])`, dims: { ...dims, output: [outer, rest] } };
}

export function transposeOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.input.length > 0);
  if (!x) return undefined;
  const { batch, input, output } = x.dims;
  return { text: `transpose(${x.name})`, dims: { batch, input: output, output: input } };
}

/** Along one of the output axes. */
export function movedOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.output.length > 0);
  if (!x) return undefined;
  const axis = pool.choices.below(x.dims.output.length);
  const size = x.dims.output[axis] ?? 1;
  const [n, before, after] = [0, 1, 2].map(() => pool.choices.below(3));
  const along = (length: number, text: string): Made => ({
    text,
    dims: withOutput(x, axis, length),
  });
  const made: readonly [Made, ...Made[]] = [
    along(size, `flip(${x.name}, ${axis})`),
    along(size, `roll(${x.name}, ${(n ?? 0) % Math.max(size, 1)}, ${axis})`),
    along(size + (before ?? 0) + (after ?? 0), `pad(${x.name}, ${before}, ${after}, 0.5, ${axis})`),
    along(2 * size, `repeat(${x.name}, 2, ${axis})`),
    along(2 * size, `tile(${x.name}, 2, ${axis})`),
  ];
  return pool.choices.of(made);
}

function withOutput({ dims }: Known, axis: number, length: number): Dims {
  return { ...dims, output: dims.output.map((size, i) => (i === axis ? length : size)) };
}

export function endToEndOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.output.length > 0);
  const rest = ({ batch, input, output }: Dims): string =>
    [batch, input, output.slice(1)].map(row => row.join()).join('|');
  const y = x && pool.pick(k => k.dims.output.length > 0 && rest(k.dims) === rest(x.dims));
  if (!x || !y) return undefined;
  const size = (x.dims.output[0] ?? 0) + (y.dims.output[0] ?? 0);
  return { text: `concat(${x.name}, ${y.name})`, dims: withOutput(x, 0, size) };
}

/** Numbers drawn from a key in the shape of what they meet, and masks. */
export function randomOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  if (!x) return undefined;
  const key = `fold_in(key(${pool.choices.below(5)}), ${pool.choices.below(3)})`;
  const drawn = pool.choices.of(['uniform', 'normal', 'exponential', 'uniform']);
  const made: readonly [string, ...string[]] = [
    `${x.name} + ${drawn}(${key})`,
    `${x.name} *. bernoulli(${key}, 0.5)`,
  ];
  return { text: pool.choices.of(made), dims: x.dims };
}
