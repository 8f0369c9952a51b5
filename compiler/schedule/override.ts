/**
 * What a program asks for in the place of what would be chosen, for one routine. It says how, never
 * what: each transformation still has to be legal, and the results are the same.
 */
import type { TensorNode } from '../core/tensor-node.ts';
import { writtenIn } from '../loop/facts.ts';
import type { For, Program, Stmt } from '../loop/ir.ts';
import { visitStmts } from '../loop/traverse.ts';
import { holdsNests } from './nest.ts';

/** `scalar`: nothing for vectors or caches. Otherwise by the names of the arrays that nests store to. */
export type Schedule = 'scalar' | Readonly<Record<string, NestOverride | 'scalar'>>;

/** The requested schedule of the nests that store to an array. What is left out is chosen by the compiler. */
export interface NestOverride {
  /** Turns in one tile of sums, of the loop that shares what the columns read. */
  readonly rows?: number | undefined;
  /** How many vectors of columns one tile has. */
  readonly vectors?: number | undefined;
  /** Turns whose copies are in the shared memory of a GPU's block at once; of one, nothing is copied ahead. */
  readonly stages?: number | undefined;
  readonly tile?: false | undefined;
  readonly pack?: false | undefined;
  readonly interchange?: false | undefined;
  readonly block?: false | undefined;
  readonly fuse?: false | undefined;
  readonly split?: false | undefined;
  readonly vectorise?: false | undefined;
  /** True: even where there is little to do. */
  readonly parallel?: boolean | undefined;
}

export const overrideNames = [
  'rows',
  'vectors',
  'stages',
  'tile',
  'pack',
  'interchange',
  'block',
  'fuse',
  'split',
  'vectorise',
  'parallel',
] as const satisfies readonly (keyof NestOverride)[];

/** The requested schedules for the loops of a program. */
export type Overrides = (program: Program) => OverrideOf;
export type OverrideOf = (loop: For) => NestOverride;

const nothing: NestOverride = {};

export const noOverrides: Overrides = () => () => nothing;

const scalar: NestOverride = {
  tile: false,
  interchange: false,
  block: false,
  fuse: false,
  split: false,
  vectorise: false,
};

export function overridesOf(schedule: Exclude<Schedule, 'scalar'>): Overrides {
  if (Object.keys(schedule).length === 0) return noOverrides;
  return program => {
    const sums = sumsIn(program);
    return loop => {
      if (holdsNests(loop)) return nothing;
      const nodes = [...writtenIn(loop)].flatMap(node => [node, ...(sums.get(node) ?? [])]);
      const asked = nodes.flatMap(({ name }) => askedFor(schedule, name) ?? []);
      return Object.assign({}, ...asked) as NestOverride;
    };
  };
}

/** Scalars that only gather the sums of arrays, `y[0] := y_sum`: loops around them are about these arrays. */
function sumsIn({ body }: Program): ReadonlyMap<TensorNode, readonly TensorNode[]> {
  const sums = new Map<TensorNode, TensorNode[]>();
  visitStmts(body, s => {
    if (s.kind !== 'write' || s.value.kind !== 'read' || s.value.index.length > 0) return;
    sums.set(s.value.node, [...(sums.get(s.value.node) ?? []), s.node]);
  });
  return sums;
}

export function askedFor(
  schedule: Exclude<Schedule, 'scalar'>,
  name: string,
): NestOverride | undefined {
  const asked = Object.hasOwn(schedule, name) ? schedule[name] : undefined;
  return asked === 'scalar' ? scalar : asked;
}

/**
 * A rule for loops that leaves alone those for which something is not wanted, with all in them. Nests
 * that have become one are one: what is not wanted for one of its arrays is not done to any.
 */
export function unless(
  what: 'tile' | 'interchange' | 'block' | 'split' | 'vectorise',
  overrideOf: OverrideOf,
  rule: (loop: For) => Stmt | undefined,
): (s: Stmt) => Stmt | undefined {
  return s => {
    if (s.kind !== 'for') return undefined;
    return overrideOf(s)[what] === false ? s : rule(s);
  };
}
