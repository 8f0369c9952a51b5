/** Assignments from short texts: what the language would have made of einsum specs. */
import type { Projections, Rows } from '../../compiler/assign/projections.ts';
import { type Index, loopVar } from '../../compiler/core/index-expr.ts';
import type { StaticSymbol } from '../../compiler/core/static-symbol.ts';

export interface Space {
  /** The product axes, in order. */
  readonly axes: Readonly<Record<string, number>>;
  /** Subscripts that are static symbols. */
  readonly symbols?: readonly StaticSymbol[];
  /** The slots as a spec if not given. */
  readonly logic?: string;
}

/**
 * One text per slot, the target first: `b|i->o`, a letter or digit an axis, or with commas `i, 2*j + 1`.
 */
export function projections(
  { axes, symbols = [], logic }: Space,
  ...slots: readonly string[]
): Projections {
  const [target = '', ...operands] = slots;
  return {
    axes: Object.entries(axes).map(([loop, extent]) => ({ loop: loopVar(loop), extent })),
    slots: slots.map(rowsOf),
    symbols: new Map(symbols.map(symbol => [loopVar(symbol.name), symbol])),
    logic: logic ?? `${operands.join('; ')} => ${target}`,
  };
}

function rowsOf(text: string): Rows<Index> {
  const [, batch = '', input = '', output = ''] = /^(?:(.*)\|)?(?:(.*)->)?(.*)$/.exec(text) ?? [];
  return { batch: rowOf(batch), input: rowOf(input), output: rowOf(output) };
}

function rowOf(text: string): readonly Index[] {
  const isWide = /[,+*]/.test(text) || text.length > 4;
  const items = isWide ? text.split(',') : Array.from(text);
  return items.map(indexOf);
}

function indexOf(text: string): Index {
  const parts = text.split('+').map(part => part.trim());
  const numbers = parts.filter(part => /^-?\d+$/.test(part)).map(Number);
  const terms = parts
    .filter(part => !/^-?\d+$/.test(part))
    .map(part => {
      const [, coeff = '1', loop = ''] = /^(?:(-?\d+)\*)?(\w+)$/.exec(part) ?? [];
      return { coeff: Number(coeff), loop: loopVar(loop) };
    });
  return { terms, offset: numbers.reduce((a, b) => a + b, 0) };
}
