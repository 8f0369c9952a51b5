/**
 * Recomputes cheap arrays that are needed again much later, instead of keeping them: gradients read what the forward pass
 * computed, and in between all of it would be in memory at once.
 *
 *   before   for i < 9000000 { p[i] := e[i] / s[0]; }     after   for i < 9000000 { p[i] := e[i] / s[0]; }
 *            … p …                                                … p …
 *            …                                                    …
 *            … p …                                                for i < 9000000 { p2[i] := e[i] / s[0]; }
 *            … e, s …                                             … p2 …
 *                                                                 … e, s …
 *
 * An array qualifies if one formula of few operations holds for all its cells, its inputs are kept until then anyway,
 * and it is live but unused when most memory is in use. That is repeated until nothing qualifies, or all that is live
 * at once fits in a cache. Exact: each cell is computed by the same operations.
 *
 * In the manner of Chen, Xu, Zhang and Guestrin, Training Deep Nets with Sublinear Memory Cost (2016),
 * section 3, who drop the results of cheap operations; here what they are computed from stays.
 */
import { infoOf } from '../core/op.ts';
import { sizeOf, type TensorNode } from '../core/tensor-node.ts';
import { groupByNode, localsOf, type Site, sitesIn } from '../loop/facts.ts';
import type { Expr, Program } from '../loop/ir.ts';
import { visitExpr } from '../loop/traverse.ts';
import { type Again, withCopies } from './copy-definitions.ts';
import { type Definition, definitionOf } from './inline/definition.ts';
import { type Pass, withBody } from './pipeline.ts';

/** A quotient and what is scaled and shifted; nothing that takes longer than to load it. */
const mostCost = 16;

/** Computing again takes time, and what a cache holds is not worth it. */
const cacheBytes = 2 ** 23;
/** Smaller ones would hardly be missed. */
const leastBytes = 2 ** 14;

export const recompute: Pass = recomputeAbove(cacheBytes, leastBytes);

/** Where more than `enough` bytes are needed at once, arrays of more than `least`. */
export function recomputeAbove(enough: number, least: number): Pass {
  const run = (program: Program): Program => {
    const after = recomputeOnce(program, enough, least);
    return after === program ? program : run(after);
  };
  return { name: 'recompute', run };
}

function recomputeOnce(program: Program, enough: number, least: number): Program {
  const table = tableOf(program, least);
  const peak = peakOf(table);
  if (peak.bytes <= enough) return program;
  const chosen: Again[] = [];
  /** What others are computed from has to wait until they have been: then nothing else may need it. */
  const waiting = new Set<TensorNode>();
  for (const { node, sites } of table.kept.toSorted((a, b) => b.first - a.first)) {
    const again =
      sizeOf(node) > least ? againAfter(peak.at, definitionOf(sites), table) : undefined;
    if (!again) continue;
    if (!waiting.has(node)) chosen.push(again);
    inputsOf(again.value).forEach(input => waiting.add(input));
  }
  return chosen.length === 0 ? program : withBody(program, withCopies(program, chosen));
}

/** A local array, and which statements of the program are the first and the last to use it. */
interface Kept {
  readonly node: TensorNode;
  readonly sites: readonly Site[];
  readonly first: number;
  readonly last: number;
}

interface Table {
  readonly sites: ReadonlyMap<TensorNode, readonly Site[]>;
  readonly kept: readonly Kept[];
  /** Arrays that are there in any case, or so small that it does not matter. */
  readonly isFree: (node: TensorNode) => boolean;
}

function tableOf(program: Program, least: number): Table {
  const sites = groupByNode(sitesIn(program));
  const given = new Set(program.params);
  const kept = localsOf(program).flatMap(node => {
    const own = sites.get(node) ?? [];
    const at = own.map(statementOf);
    return own.length === 0 ? [] : [{ node, sites: own, first: at[0] ?? 0, last: at.at(-1) ?? 0 }];
  });
  return { sites, kept, isFree: node => given.has(node) || sizeOf(node) <= least };
}

/** Which statement of the program a site is in; all are in 0 where there is but one. */
function statementOf({ path: [step] }: Site): number {
  return typeof step === 'number' ? step : 0;
}

/** The statement during which most bytes are needed. */
function peakOf({ kept }: Table): { readonly at: number; readonly bytes: number } {
  const bytesAt = bytesByStatement(kept);
  const moments = [...new Set(kept.map(k => k.first))];
  return moments.reduce(
    (peak, at) => {
      const bytes = bytesAt[at] ?? 0;
      return bytes > peak.bytes ? { at, bytes } : peak;
    },
    { at: 0, bytes: 0 },
  );
}

/** From how many more or fewer each statement needs than the one before it. */
function bytesByStatement(kept: readonly Kept[]): readonly number[] {
  const end = kept.reduce((most, k) => Math.max(most, k.last + 1), 0);
  const bytes = new Array<number>(end + 1).fill(0);
  for (const { node, first, last } of kept) {
    bytes[first] = (bytes[first] ?? 0) + sizeOf(node);
    bytes[last + 1] = (bytes[last + 1] ?? 0) - sizeOf(node);
  }
  for (let at = 1; at < end; at++) bytes[at] = (bytes[at] ?? 0) + (bytes[at - 1] ?? 0);
  return bytes;
}

function againAfter(
  peak: number,
  definition: Definition | undefined,
  { sites, isFree }: Table,
): Again | undefined {
  const value = definition?.value;
  if (!definition || definition.reduction || typeof value !== 'object') return undefined;
  const { place, reads } = definition;
  if (place.block.length > 0 || costOf(value) > mostCost) return undefined;
  const readers = reads.map(statementOf);
  const reader = readers.find(at => at > peak);
  if (reader === undefined || readers.includes(peak) || !readers.some(at => at < peak)) {
    return undefined;
  }
  const isThere = inputsOf(value).every(input => {
    const uses = sites.get(input) ?? [];
    const changes = uses.some(
      site => site.kind !== 'read' && isBetween(statementOf(site), place.child, reader),
    );
    return !changes && (isFree(input) || uses.some(site => statementOf(site) >= reader));
  });
  return isThere ? { definition, value, reader } : undefined;
}

function isBetween(at: number, first: number, last: number): boolean {
  return at > first && at < last;
}

function inputsOf(value: Expr): readonly TensorNode[] {
  const inputs: TensorNode[] = [];
  visitExpr(value, e => {
    if (e.kind === 'read' || e.kind === 'gather') inputs.push(e.node);
  });
  return inputs;
}

function costOf(value: Expr): number {
  let cost = 0;
  visitExpr(value, e => {
    if (e.kind === 'apply') cost += infoOf(e.op).cost;
  });
  return cost;
}
