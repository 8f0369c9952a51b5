/** Runs programs on memory filled from a seed, and compares what they leave. */
import { cellArrays } from '../../compiler/core/cells.ts';
import { type DType, isWide, roundTo } from '../../compiler/core/dtype.ts';
import { type Cells, type Compute, interpret } from '../../compiler/loop/interpret.ts';
import type { LoopVar } from '../../compiler/core/index-expr.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { cellsOf, type TensorNode } from '../../compiler/core/tensor-node.ts';

/** Zeros of a dtype whose values are numbers. */
export function zeros(dtype: DType, length: number): Cells {
  if (isWide(dtype)) throw new Error(`values of ${dtype} are no numbers`);
  return new cellArrays[dtype](length);
}

export type Input = (node: TensorNode, salt?: number) => Cells;

/** Small dyadic numbers of both signs, so that little is rounded; zeros among them. */
export const inputFor: Input = (node, salt = 0) => fillFrom(node, salt, bits => (bits - 32) / 8);

/** Thirds of both signs and many sizes: sums of them are rounded, so that their order shows. */
export const thirdsFor: Input = (node, salt = 0) =>
  fillFrom(node, salt, bits => ((bits - 31.5) / 3) * 4 ** (bits % 7));

/** Numbers that algebra trips over, among ordinary ones. */
export const cornersFor: Input = (node, salt = 0) =>
  fillFrom(node, salt, bits => corners[bits] ?? (bits - 32) / 8);

const corners = [0, -0, NaN, Infinity, -Infinity, 1e-40, -1e-40, 3e38, -3e38, 1 + 2 ** -23, 1, -1];

/** `cell` gets 6 bits that depend on the name, the cell and the salt. */
function fillFrom(node: TensorNode, salt: number, cell: (bits: number) => number): Cells {
  const cells = zeros(node.dtype, cellsOf(node));
  const seed = Array.from(node.name).reduce((sum, c) => sum * 31 + c.charCodeAt(0), salt);
  for (let i = 0; i < cells.length; i++) {
    const value = cell(Math.imul(i + 1 + seed * 17, 0x9e3779b1) >>> 26);
    cells[i] = Number(roundTo(node.dtype, value));
  }
  return cells;
}

/** What the interpreter leaves in each parameter. */
export function outputsOf(
  program: Program,
  salt = 0,
  input: Input = inputFor,
  compute?: Compute,
): ReadonlyMap<string, Cells> {
  const memory = new Map(program.params.map(node => [node, input(node, salt)]));
  interpret(program, memory, symbolsFor(program), compute);
  return new Map([...memory].map(([node, cells]) => [node.name, cells]));
}

/** Batch 1, step 5. */
export function symbolsFor({ symbols }: Program): ReadonlyMap<LoopVar, number> {
  return new Map(symbols.map(({ loop }) => [loop, loop.startsWith('batch') ? 1 : 5]));
}

/** The first cell in which two results differ, bit for bit; undefined when they are the same. */
export function difference(
  expected: ReadonlyMap<string, Cells>,
  actual: ReadonlyMap<string, Cells>,
  same: (a: number, b: number) => boolean = Object.is,
): string | undefined {
  for (const [name, cells] of expected) {
    const others = actual.get(name);
    for (const [i, value] of cells.entries()) {
      const other = others?.[i] ?? NaN;
      if (!same(value, other)) return `${name}[${i}] is ${other}, not ${value}`;
    }
  }
  return undefined;
}
