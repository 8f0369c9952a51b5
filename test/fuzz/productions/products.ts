/** The tensor product, and einsums over one or two operands. */
import { type Dims, type Known, type Made, mostCells, type Pool } from '../pool.ts';

/** A linear layer: the parameter's shape is inferred. */
export function layerOf(pool: Pool): Made | undefined {
  const x = pool.pick(k => k.dims.output.length > 0);
  if (!x) return undefined;
  const size = pool.size();
  const text = `{ ${pool.param()} } * ${x.name} + { ${pool.param()} = 0.5; o = [${size}] }`;
  return { text, dims: { ...x.dims, output: [size] } };
}

export function productOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  const meets = (k: Known): boolean =>
    k.dims.input.length > 0 && x !== undefined && k.dims.input.join() === x.dims.output.join();
  const a = x && pool.pick(k => meets(k) && fitsBatch(k.dims, x.dims));
  if (!a) return undefined;
  const dims = { batch: x.dims.batch, input: x.dims.input, output: a.dims.output };
  return { text: `${a.name} * ${x.name}`, dims };
}

function fitsBatch({ batch: small }: Dims, { batch: large }: Dims): boolean {
  return small.join() === large.slice(large.length - small.length).join();
}

const rows = ['batch', 'input', 'output'] as const;
type Row = (typeof rows)[number];
type Labels = Readonly<Record<Row, readonly string[]>>;

/** Labels for the axes of tensors: one size each; some occur again, as diagonals and contractions do. */
class Axes {
  readonly #pool: Pool;
  readonly sizes = new Map<string, number>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  of({ dims }: Known): Labels {
    const [batch, input, output] = rows.map(row => dims[row].map(size => this.#label(size)));
    return { batch: batch ?? [], input: input ?? [], output: output ?? [] };
  }

  #label(size: number): string {
    const [first, ...others] = [...this.sizes].flatMap(([l, n]) => (n === size ? [l] : []));
    if (first !== undefined && this.#pool.choices.oneIn(2)) {
      return this.#pool.choices.of([first, ...others]);
    }
    const fresh = 'abcdefghijklmnop'.charAt(this.sizes.size);
    this.sizes.set(fresh, size);
    return fresh;
  }

  /** Some of the labels, in any order and any rows. */
  result(): Labels {
    const kept: Record<Row, string[]> = { batch: [], input: [], output: [] };
    for (const label of this.sizes.keys()) {
      if (this.#pool.choices.oneIn(3)) continue;
      const row = kept[this.#pool.choices.of<Row>(['output', 'batch', 'output', 'input'])];
      if (this.#pool.choices.oneIn(2)) row.push(label);
      else row.unshift(label);
    }
    return kept;
  }

  dimsOf(labels: Labels): Dims {
    const sizes = (row: readonly string[]): number[] => row.map(l => this.sizes.get(l) ?? 1);
    return {
      batch: sizes(labels.batch),
      input: sizes(labels.input),
      output: sizes(labels.output),
    };
  }
}

function specText({ batch, input, output }: Labels): string {
  const before = batch.length > 0 ? `${batch.join('')}|` : '';
  return `${before}${input.length > 0 ? `${input.join('')}->` : ''}${output.join('')}`;
}

export function reductionOf(pool: Pool): Made | undefined {
  const x = pool.pick();
  if (!x) return undefined;
  const axes = new Axes(pool);
  const operand = axes.of(x);
  const result = axes.result();
  const sign = pool.choices.of(['++', '@^^', '@--', '++', '@**']);
  const text = `${x.name} ${sign} "${specText(operand)} => ${specText(result)}"`;
  return { text, dims: axes.dimsOf(result) };
}

export function einsumOf(pool: Pool): Made | undefined {
  const [x, y] = [pool.pick(), pool.pick()];
  if (!x || !y) return undefined;
  const axes = new Axes(pool);
  const [a, b] = [axes.of(x), axes.of(y)];
  if ([...axes.sizes.values()].reduce((n, size) => n * size, 1) > 20 * mostCells) return undefined;
  const result = axes.result();
  const sign = pool.choices.of(['+*', '+++', '@^+', '+*', '@-+']);
  const spec = `"${specText(a)}; ${specText(b)} => ${specText(result)}"`;
  return { text: `${x.name} ${sign} ${y.name} ${spec}`, dims: axes.dimsOf(result) };
}

/** All to one number, kept as an axis of size 1 that broadcasts. */
export function centredOf(pool: Pool): Made | undefined {
  const x = pool.pick(({ dims }) => dims.input.length === 0 && dims.output.length > 0);
  if (!x) return undefined;
  return { text: `${x.name} - (${x.name} ++ "...|... => 0")`, dims: x.dims };
}
