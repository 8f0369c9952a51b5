/** Random programs of `op`, well-shaped by construction, as text with holes. */
import type { DType } from '../../compiler/index.ts';
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
    ...leaves.map(known => ({ ...known, text: leafText(known), holes: [leaf(known)] })),
    ...lines,
  ];
  return {
    text: textOf(leaves, lines),
    make: () => {
      const text = definitions.map(definitionText).join(';\n');
      const holes = definitions.flatMap<Hole>(d => d.holes ?? []);
      const all = op<Readonly<Record<string, Tensor>>>(templateOf(text), ...holes);
      const last = all[lines.at(-1)?.name ?? leaves[0]?.name ?? ''];
      if (!last) throw new Error('a program without tensors');
      return { last, all };
    },
  };
}

/** One to three tensors of the host. */
function dataFor(pool: Pool): readonly Leaf[] {
  const count = 1 + pool.choices.below(3);
  const leaves = Array.from({ length: count }, (_, i): Leaf => {
    const sizes = (most: number): number[] =>
      Array.from({ length: pool.choices.below(most + 1) }, () => pool.size());
    const dims = { batch: sizes(2), input: sizes(1), output: [pool.size(), ...sizes(1)] };
    const dtype = pool.choices.oneIn(8) ? pool.choices.of(narrow) : undefined;
    return { name: `x${i}`, dtype, dims: cells(dims) > mostCells ? { ...dims, batch: [] } : dims };
  });
  leaves.forEach(known => pool.add(known));
  return leaves;
}

/** Data in the dtype of the context, or in one that is converted to f32 first. */
interface Leaf extends Known {
  readonly dtype: DType | undefined;
}

const narrow = ['bf16', 'f16', 'i8', 'u8', 'i32', 'f8e5m2', 'f8e4m3', 'bool'] as const;

function leafText({ dtype }: Leaf): string {
  return dtype ? `f32(${hole})` : hole;
}

function leaf({ name, dtype, dims }: Leaf): Tensor {
  const values = new Float64Array(cells(dims));
  return tensor(values, { label: name, ...dims, ...(dtype ? { dtype } : {}) });
}

function nextOf(pool: Pool): Made | undefined {
  const [first, ...others] = productions;
  if (!first) return undefined;
  return pool.choices.of([first, ...others])(pool);
}

function definitionText({ before, name, text }: Made & { readonly name: string }): string {
  return `${before === undefined ? '' : `${before};\n`}${name} = ${text}`;
}

function textOf(leaves: readonly Leaf[], lines: readonly (Made & { name: string })[]): string {
  const shape = ({ batch, input, output }: Dims): string =>
    `${batch.join(' ')} | ${input.join(' ')} -> ${output.join(' ')}`;
  return [
    ...leaves.map(({ name, dtype, dims }) => `${name}: ${dtype ?? ''} ${shape(dims)}`),
    ...lines.map(line => `${definitionText(line)}    // ${shape(line.dims)}`),
  ].join('\n');
}

/** What a tag function would be given for this text. */
function templateOf(text: string): TemplateStringsArray {
  const strings = text.split(hole);
  return Object.assign(strings, { raw: strings });
}
