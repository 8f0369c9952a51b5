/** Random programs of `op`, well-shaped by construction, as text with holes. */
import { type Hole, op, type Tensor, tensor } from '../../dsl/index.ts';
import { Choices } from '../support/choices.ts';
import { type Dims, hole, type Known, type Made, mostCells, cells, Pool } from './pool.ts';
import { productions } from './productions/index.ts';

export interface RandomProgram {
  /** As a person would write it, for reports. */
  readonly text: string;
  /** Elaborates it: the last tensor, and all it names. */
  readonly make: () => { readonly last: Tensor; readonly all: Readonly<Record<string, Tensor>> };
}

const longest = 8;

export function randomProgram(answers: readonly number[]): RandomProgram {
  const choices = new Choices(answers);
  const pool = new Pool(choices);
  const leaves = dataFor(pool);
  const lines: (Made & { readonly name: string })[] = [];
  do {
    const made = nextOf(pool);
    if (!made || cells(made.dims) > mostCells) continue;
    const name = `t${lines.length + 1}`;
    lines.push({ ...made, name });
    pool.add({ name, dims: made.dims });
  } while (lines.length === 0 || (!choices.isExhausted && lines.length < longest));
  const definitions = [
    ...leaves.map(({ name, dims }) => ({ name, text: hole, holes: [leaf(name, dims)] })),
    ...lines,
  ];
  return {
    text: textOf(leaves, lines),
    make: () => {
      const text = definitions.map(d => `${d.name} = ${d.text}`).join(';\n');
      const holes = definitions.flatMap<Hole>(d => d.holes ?? []);
      const all = op<Readonly<Record<string, Tensor>>>(templateOf(text), ...holes);
      const last = all[lines.at(-1)?.name ?? leaves[0]?.name ?? ''];
      if (!last) throw new Error('a program without tensors');
      return { last, all };
    },
  };
}

/** One to three tensors of the host. */
function dataFor(pool: Pool): readonly Known[] {
  const count = 1 + pool.choices.below(3);
  const leaves = Array.from({ length: count }, (_, i): Known => {
    const sizes = (most: number): number[] =>
      Array.from({ length: pool.choices.below(most + 1) }, () => pool.size());
    const dims = { batch: sizes(2), input: sizes(1), output: [pool.size(), ...sizes(1)] };
    return { name: `x${i}`, dims: cells(dims) > mostCells ? { ...dims, batch: [] } : dims };
  });
  leaves.forEach(known => pool.add(known));
  return leaves;
}

function leaf(name: string, { batch, input, output }: Dims): Tensor {
  const values = new Float64Array(cells({ batch, input, output }));
  return tensor(values, { label: name, batch, input, output });
}

function nextOf(pool: Pool): Made | undefined {
  const [first, ...others] = productions;
  if (!first) return undefined;
  return pool.choices.of([first, ...others])(pool);
}

function textOf(leaves: readonly Known[], lines: readonly (Made & { name: string })[]): string {
  const shape = ({ batch, input, output }: Dims): string =>
    `${batch.join(' ')} | ${input.join(' ')} -> ${output.join(' ')}`;
  return [
    ...leaves.map(({ name, dims }) => `${name}: ${shape(dims)}`),
    ...lines.map(({ name, text, dims }) => `${name} = ${text}    // ${shape(dims)}`),
  ].join('\n');
}

/** What a tag function would be given for this text. */
function templateOf(text: string): TemplateStringsArray {
  const strings = text.split(hole);
  return Object.assign(strings, { raw: strings });
}
