/** Assignments from short texts: what the language would have made of einsum specs. */
import {
  type Access,
  access,
  assign,
  type Assign,
  type Code,
  type Scalar,
} from '../../compiler/assign/ir.ts';
import type { Projections, Rows } from '../../compiler/assign/projections.ts';
import type { Routine } from '../../compiler/assign/routine.ts';
import { readsOf, visitAssigns } from '../../compiler/assign/traverse.ts';
import { type Index, loopVar } from '../../compiler/core/index-expr.ts';
import type { StaticSymbol } from '../../compiler/core/static-symbol.ts';
import type { TensorNode } from '../../compiler/core/tensor-node.ts';

export interface Space {
  /** The product axes, in order. */
  readonly axes: Readonly<Record<string, number>>;
  /** Subscripts that are static symbols. */
  readonly symbols?: readonly StaticSymbol[];
  /** Subscripts that are positions, in the order in which accesses say them. */
  readonly dynamics?: readonly string[];
  /** The slots as a spec if not given. */
  readonly logic?: string;
}

/**
 * One text per slot, the target first: `b|i->o`, a letter or digit an axis, or with commas `i, 2*j + 1`.
 */
export function projections(
  { axes, symbols = [], dynamics = [], logic }: Space,
  ...slots: readonly string[]
): Projections {
  const [target = '', ...operands] = slots;
  return {
    axes: Object.entries(axes).map(([loop, extent]) => ({ loop: loopVar(loop), extent })),
    slots: slots.map(rowsOf),
    symbols: new Map(symbols.map(symbol => [loopVar(symbol.name), symbol])),
    dynamics: new Map(dynamics.map((name, order) => [loopVar(name), order])),
    logic: logic ?? `${operands.join('; ')} => ${target}`,
  };
}

const signs = {
  '=:': { op: 'set' },
  '=+': { op: 'add' },
  '=-': { op: 'sub' },
  '=*': { op: 'mul' },
  '=/': { op: 'div' },
  '=@^': { op: 'max' },
  '=@-': { op: 'min' },
  '=:+': { op: 'add', reset: true },
  '=:-': { op: 'sub', reset: true },
  '=:*': { op: 'mul', reset: true },
  '=:/': { op: 'div', reset: true },
  '=:@^': { op: 'max', reset: true },
  '=:@-': { op: 'min', reset: true },
  '=**': { op: 'pow' },
  '=:**': { op: 'pow', reset: true },
  '=&&': { op: 'and' },
  '=:&&': { op: 'and', reset: true },
  '=||': { op: 'or' },
  '=:||': { op: 'or', reset: true },
  '=?/': { op: 'relu_gate' },
  '=:?/': { op: 'relu_gate', reset: true },
  '=?^': { op: 'sat01_gate' },
  '=:?^': { op: 'sat01_gate', reset: true },
} as const;

export type Sign = keyof typeof signs;

export const allSigns = Object.keys(signs) as readonly Sign[];

/** The target has slot 0 and its text is the first of `slots`; operands say theirs. */
export function assignment<N>(
  target: N,
  sign: Sign,
  value: Scalar<N>,
  space: Space,
  ...slots: readonly string[]
): Assign<N, Projections> {
  return assignmentAt(access(target, 0), sign, value, space, ...slots);
}

/** The same where the target is at positions. */
export function assignmentAt<N>(
  target: Access<N>,
  sign: Sign,
  value: Scalar<N>,
  space: Space,
  ...slots: readonly string[]
): Assign<N, Projections> {
  return assign(target, signs[sign], value, projections(space, ...slots));
}

/** `set` that leaves the cells it does not reach as they are. */
export function keeping<N>(a: Assign<N, Projections>): Assign<N, Projections> {
  return { ...a, keeps: true };
}

/** A routine of this code, whose arrays are all on the device but for those named `t…`. */
export function routineOf(
  body: Code<TensorNode, Projections>,
  symbols: readonly StaticSymbol[] = [],
): Routine {
  const nodes = new Set<TensorNode>();
  visitAssigns(body, a => [...readsOf(a), a.target].forEach(({ node }) => nodes.add(node)));
  const device = [...nodes].filter(node => !node.name.startsWith('t'));
  return { name: 'p', symbols, device, body };
}

export function staticSymbol(name: string, range?: number): StaticSymbol {
  return { kind: 'static-symbol', name, range };
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
