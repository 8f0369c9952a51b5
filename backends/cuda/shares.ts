/** How a block of a fused launch finds its kernel and that kernel's arrays. */
import { loopVar, type Writer } from '../../compiler/index.ts';
import type { ExprEmitter } from '../clike/expr.ts';
import type { Parameter } from './kernel-arguments.ts';

/** A range of the blocks of a launch. */
export interface Share {
  readonly first: number;
  readonly blocks: number;
  readonly turns: number;
  /** The arguments of its function, by the names of the kernel. */
  readonly parameters: readonly Parameter[];
}

/** A function and its callers. */
export interface Part {
  readonly name: string;
  readonly text: string;
  /** Whether it takes the number of iterations. */
  readonly isGrid: boolean;
  readonly parameters: readonly Parameter[];
  readonly shares: readonly Share[];
}

/** The call of a function, by a block of its range. */
export function emitCall(part: Part, block: string, w: Writer, exprs: ExprEmitter): void {
  const { name: callee, isGrid, parameters, shares } = part;
  const call = (own: string, turns: string, arrays: readonly string[]): void => {
    w.statement(`${callee}(${[own, ...(isGrid ? [turns] : []), ...arrays].join(', ')});`);
  };
  const [only, ...others] = shares;
  if (!only) return;
  if (others.length === 0) {
    const own = only.first === 0 ? block : `${block} - ${only.first}`;
    call(own, String(only.turns), only.parameters.map(nameOf));
    return;
  }
  const isSame = (parameter: Parameter, i: number): boolean =>
    shares.every(share => nameOf(share.parameters[i]) === nameOf(parameter));
  const chosen = parameters.flatMap((p, i) => (isSame(p, i) ? [] : [{ i, type: p.array?.type }]));
  const hints = chosen.map(({ i }) => `own_${nameOf(parameters[i])}`);
  withNames(['first', 'turns', ...hints], exprs.identifiers, ([first, turns = '', ...names]) => {
    w.line(`int ${first}${isGrid ? `, ${turns}` : ''};`);
    chosen.forEach(({ type = 'int ' }, n) => w.line(`${type}${names[n]};`));
    inHalves(shares, endOf, block, w, share => {
      w.line(`${first} = ${share.first};`);
      if (isGrid) w.line(`${turns} = ${share.turns};`);
      chosen.forEach(({ i }, n) => w.line(`${names[n]} = ${nameOf(share.parameters[i])};`));
    });
    const given = parameters.map((parameter, i) => {
      const own = names[chosen.findIndex(choice => choice.i === i)];
      return own ?? nameOf(parameter);
    });
    call(`${block} - ${first}`, turns, given);
  });
}

/** Declares variables around `body`. */
export function withNames(
  hints: readonly string[],
  identifiers: ExprEmitter['identifiers'],
  body: (names: readonly string[]) => void,
): void {
  const [first, ...others] = hints;
  if (first === undefined) body([]);
  else {
    identifiers.within(loopVar(first), name =>
      withNames(others, identifiers, names => body([name, ...names])),
    );
  }
}

export function nameOf(parameter: Parameter | undefined): string {
  return parameter?.array?.name ?? parameter?.index?.name ?? '';
}

export function endOf({ first, blocks }: Share): number {
  return first + blocks;
}

/** Emits a binary search for the case that a block belongs to. */
export function inHalves<T>(
  all: readonly T[],
  end: (one: T) => number,
  block: string,
  w: Writer,
  emit: (one: T) => void,
): void {
  const half = Math.ceil(all.length / 2);
  const [before, after] = [all.slice(0, half), all.slice(half)];
  const [last] = before.slice(-1);
  const [only] = all;
  if (last === undefined || only === undefined) return;
  if (after.length === 0) {
    emit(only);
    return;
  }
  w.line(`if (${block} < ${end(last)}) {`);
  w.indented(() => inHalves(before, end, block, w, emit));
  w.line('} else {');
  w.indented(() => inHalves(after, end, block, w, emit));
  w.line('}');
}
