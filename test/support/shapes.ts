/** Expressions to the shapes they infer; a hole holds a tensor of the shape written in it. */
import { cd, type Code, type Hole, op, symbol, tensor, type Tensor } from '../../dsl/index.ts';
import { closeShapes } from '../../dsl/shape/close.ts';
import { printShape } from '../../dsl/shape/print.ts';

/**
 * Of the result and then of each parameter, once all is settled:
 *
 *   shapesOf('{ w; o = [4] } * ${10 | 3}')       '10 | 4; w 3 -> 4'
 *
 * A hole holds data of a shape (`${2 | 3 -> 4}`, `${scalar}`) or a symbol with a range (`${n < 80}`).
 */
export function shapesOf(text: string): string {
  const result = tensorOf(text);
  const all = [result, ...Object.values(result.params)];
  closeShapes(all.map(t => t.shape));
  return shown(result);
}

/** The same while it is open: `…` are axes that may come, `?` sizes that are not known. */
export function openShapesOf(text: string): string {
  return shown(tensorOf(text));
}

export function tensorOf(text: string): Tensor {
  const { strings, holes } = templateOf(text);
  return op(strings, ...holes);
}

export function codeOf(text: string): Code {
  const { strings, holes } = templateOf(text);
  return cd(strings, ...holes);
}

export function shown(result: Tensor): string {
  const params = Object.entries(result.params).map(([name, p]) => `${name} ${printShape(p.shape)}`);
  return [printShape(result.shape), ...params].join('; ');
}

function templateOf(text: string): { strings: TemplateStringsArray; holes: readonly Hole[] } {
  const parts = text.split(/\$\{([^}]*)\}/);
  const raw = parts.filter((_, i) => i % 2 === 0);
  const holes = parts.filter((_, i) => i % 2 === 1).map(holeOf);
  return { strings: Object.assign([...raw], { raw }), holes };
}

function holeOf(written: string, index: number): Hole {
  const [, name, range] = /^(\w+) < (\d+)$/.exec(written) ?? [];
  if (name !== undefined) return symbol(name, Number(range));
  const label = ['x', 'y', 'z'][index] ?? `x${index}`;
  return zeros(written, label);
}

/** Data of a shape as it is printed. */
export function zeros(shape: string, label: string): Tensor {
  const [, batch, input, output] = /^(?:(.*?) *\| *)?(?:(.*?) *-> *)?(.*)$/.exec(shape) ?? [];
  const rows = { batch: sizesIn(batch), input: sizesIn(input), output: sizesIn(output) };
  const cells = Object.values(rows).flat();
  return tensor(new Float64Array(cells.reduce((a, b) => a * b, 1)), { label, ...rows });
}

function sizesIn(row = ''): readonly number[] {
  return row === '' || row === 'scalar' ? [] : row.split(',').map(Number);
}
