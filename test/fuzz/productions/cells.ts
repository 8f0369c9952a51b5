/** Cells by number, in order, and one after the other. */
import type { Known, Made, Pool } from '../pool.ts';

function withOutput(pool: Pool): Known | undefined {
  return pool.pick(({ dims }) => dims.output.length > 0 && dims.input.length === 0);
}

/** Whole numbers of both signs: some are positions, some are none. */
function numbersOf({ name }: Known): string {
  return `round(2 *. ${name})`;
}

/** An embedding: rows of a parameter, so that gradients of one row add up. */
export function embeddingOf(pool: Pool): Made | undefined {
  const ids = pool.pick(({ dims }) => dims.input.length === 0);
  if (!ids) return undefined;
  const [rows, size] = [pool.size(), pool.size()];
  const { batch, output } = ids.dims;
  return {
    text: `take({ ${pool.param()}; o = [${rows}, ${size}]; i = [] }, ${numbersOf(ids)})`,
    dims: { batch, input: [], output: [...output, size] },
  };
}

export function alongOf(pool: Pool): Made | undefined {
  const x = withOutput(pool);
  const name = pool.choices.of(['sort', 'cumsum', 'cummax', 'cumprod', 'cummin', 'sort']);
  return x && { text: `${name}(${x.name})`, dims: x.dims };
}

/** Of no cells none is the greatest. */
export function placeOf(pool: Pool): Made | undefined {
  const x = withOutput(pool);
  if (!x || x.dims.output.at(-1) === 0) return undefined;
  const name = pool.choices.of(['argmax', 'argmin']);
  return { text: `${name}(${x.name})`, dims: { ...x.dims, output: x.dims.output.slice(0, -1) } };
}

export function topOf(pool: Pool): Made | undefined {
  const x = withOutput(pool);
  const last = x?.dims.output.at(-1) ?? 0;
  if (!x || last === 0) return undefined;
  const count = 1 + pool.choices.below(last);
  const output = [...x.dims.output.slice(0, -1), count];
  return { text: `topk(${x.name}, ${count})`, dims: { ...x.dims, output } };
}

export function oneHotOf(pool: Pool): Made | undefined {
  const ids = pool.pick(({ dims }) => dims.input.length === 0);
  const size = pool.size();
  if (!ids) return undefined;
  const dims = { ...ids.dims, output: [...ids.dims.output, size] };
  return { text: `one_hot(${numbersOf(ids)}, ${size})`, dims };
}

export function scatterOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.output.length === 1 && dims.input.length === 0);
  const name = pool.choices.of(['scatter_add', 'scatter_set']);
  const text = x && `${name}({ ${pool.param()}; o = [4]; i = [] }, ${numbersOf(x)}, ${x.name})`;
  return text === undefined || !x
    ? undefined
    : { text, dims: { batch: [], input: [], output: [4] } };
}

/** A recurrence over the first batch axis, with a parameter in its step. */
export function scanOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.batch.length > 0);
  if (!x) return undefined;
  const step = pool.choices.of(['tanh(h *. 0.5 + x)', 'h @^ x', 'x - 0.5 *. h']);
  const parameter = pool.choices.oneIn(2) ? ` + { ${pool.param()} }` : '';
  const name = `${x.name}_step${pool.all.length}`;
  const dims = x.dims;
  return {
    before: `${name}(h, x) = ${step}${parameter}`,
    text: `scan(${name}, 0, ${x.name})`,
    dims,
  };
}
