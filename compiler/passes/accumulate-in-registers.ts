/**
 * Keeps a running sum in a scalar while a loop adds to the same cell.
 *
 *   before   zero_out m;
 *            for b < 10 { for i < 16 { m[b] += x[b, i]; } }
 *
 *   after    for b < 10 {
 *              local m_sum: f32;
 *              m_sum := 0;
 *              for i < 16 { m_sum += x[b, i]; }
 *              m[b] := m_sum;
 *            }
 *
 * The scalar starts from the cell, or from the fill's value if the nest reaches each cell of the filled array
 * once and nothing else accesses the array in between; then the fill is dropped. Exact: the same operations in the
 * same order, so ops that do not commute keep their meaning.
 */
import { type Index, type LoopVar, loopsIn } from '../core/index-expr.ts';
import { Names } from '../core/names.ts';
import { coverageOf } from '../core/index-cover.ts';
import { resultWords } from '../core/op.ts';
import { type TensorNode, tensorNode } from '../core/tensor-node.ts';
import {
  groupByNode,
  isLoopStep,
  loopsAlong,
  namesIn,
  type Path,
  type Site,
  sitesIn,
  startsWith,
} from '../loop/facts.ts';
import {
  accumulate,
  block,
  constant,
  declare,
  type For,
  type Program,
  read,
  type Stmt,
  write,
} from '../loop/ir.ts';
import { rewriteStmts } from '../loop/traverse.ts';
import type { Decision } from './decision.ts';
import { isSeenHalfStored } from './half-stored.ts';
import { type Pass, withBody } from './pipeline.ts';

export const accumulateInRegisters: Pass = {
  name: 'accumulate-in-registers',
  run: (program, note) => {
    const chances = findChances(program);
    if (chances.length === 0) return program;
    chances.forEach(chance => note?.(taken(chance)));
    return accumulateInRegisters.run(take(program, chances), note);
  },
};

interface Chance {
  readonly sum: Site & { readonly leaf: Extract<Site['leaf'], { kind: 'accumulate' }> };
  /** The outermost loop that leaves the cell alone. */
  readonly around: For;
  /** A fill that the sum may start from. */
  readonly fill: Site | undefined;
}

/** The first chance of each array; using it may change its other ones. */
function findChances(program: Program): readonly Chance[] {
  const groups = [...groupByNode(sitesIn(program)).values()];
  return groups.flatMap(sites => firstChance(sites) ?? []);
}

function firstChance(sites: readonly Site[]): Chance | undefined {
  for (const site of sites) {
    const chance = chanceAt(site, sites);
    if (chance) return chance;
  }
  return undefined;
}

function chanceAt(site: Site, sites: readonly Site[]): Chance | undefined {
  const { leaf, node } = site;
  if (leaf.kind !== 'accumulate' || site.kind !== 'accumulate' || node.dims.length === 0)
    return undefined;
  const depth = outermostStill(site.path, leaf.index);
  const around = site.path[depth];
  if (!isLoopStep(around)) return undefined;
  const inside = site.path.slice(0, depth + 1);
  if (sites.some(other => other !== site && startsWith(other.path, inside))) return undefined;
  const before = sites[sites.indexOf(site) - 1];
  const starts = before && startsFrom(before, site, site.path.slice(0, depth), sites);
  // A cell to which no iteration adds may be uninitialised or not exist.
  if (!starts && loopsAlong(site.path.slice(depth)).some(l => l.extent === 0)) return undefined;
  return { sum: { ...site, leaf }, around, fill: starts ? before : undefined };
}

/** The first step of the path that is a loop such that neither it nor one inside moves the cell. */
function outermostStill(path: Path, index: readonly Index[]): number {
  const moving = new Set<LoopVar>(index.flatMap(loopsIn));
  const last = path.findLastIndex(step => isLoopStep(step) && moving.has(step.loop));
  return path.findIndex((step, i) => i > last && isLoopStep(step));
}

/** Whether each cell of a filled array is summed just once per fill, before anyone looks. */
function startsFrom(fill: Site, sum: Site, outside: Path, sites: readonly Site[]): boolean {
  const holder = fill.path.slice(0, -1);
  if (fill.kind !== 'fill' || !startsWith(outside, holder)) return false;
  if (isSeenHalfStored(sum, holder, sites)) return false;
  const loops = loopsAlong(outside.slice(holder.length));
  return coverageOf(sum.index ?? [], fill.node.dims, loops) === 'once';
}

function taken({ sum, around }: Chance): Decision {
  const loops = loopsAlong(sum.path);
  const over = loops.slice(loops.indexOf(around)).map(l => l.loop);
  const innermost = loops.at(-1) ?? around;
  const step = { kind: 'accumulate', array: sum.node.name, over } as const;
  return { about: 'nest', step, before: [innermost], after: innermost };
}

/** A chance with the scalar that takes over. */
interface Sum extends Chance {
  readonly scalar: TensorNode;
}

function take(program: Program, chances: readonly Chance[]): Program {
  const names = new Names(namesIn(program));
  const sums = chances.map(chance => ({ ...chance, scalar: scalarFor(chance, names) }));
  const fills = new Set<Stmt | undefined>(sums.map(({ fill }) => fill?.leaf));
  const ofLeaf = new Map<Stmt, Sum>(sums.map(one => [one.sum.leaf, one]));
  const loops = new Set(sums.map(one => one.around.loop));
  const body = rewriteStmts(program.body, s => {
    switch (s.kind) {
      case 'fill':
        return fills.has(s) ? block([]) : undefined;
      case 'accumulate': {
        const scalar = ofLeaf.get(s)?.scalar;
        return scalar && accumulate(s.op, scalar, [], s.value, s.origins);
      }
      case 'for': {
        if (!loops.has(s.loop)) return undefined;
        const around = sums.filter(one => one.around.loop === s.loop);
        return around.reduceRight<Stmt>(summedAround, s);
      }
      case 'block':
      case 'comment':
      case 'declare':
      case 'when':
      case 'prefetch':
      case 'write':
      case 'scatter':
        return undefined;
    }
  });
  return withBody(program, body);
}

function scalarFor({ sum: { node, leaf } }: Chance, names: Names): TensorNode {
  return tensorNode(names.fresh(`${node.name}_${resultWords[leaf.op]}`), node.dtype, []);
}

function summedAround(loop: Stmt, { sum: { node, leaf }, fill, scalar }: Sum): Stmt {
  const start =
    fill?.leaf.kind === 'fill' ? constant(node.dtype, fill.leaf.value) : read(node, leaf.index);
  return block([
    declare(scalar),
    write(scalar, [], start, leaf.origins),
    loop,
    write(node, leaf.index, read(scalar, [], leaf.origins), leaf.origins),
  ]);
}
