/** Checks loops that the threads of a block run together: pipelined copies, by hardware too, and products of warps. */
import type { TensorNode } from '../core/tensor-node.ts';
import { statementsOf, type Stmt } from './ir.ts';
import { bulkCopyAt } from './bulk-copy.ts';
import type { For } from './ir.ts';
import { type Chain, chainAt } from './kernel.ts';
import { productAt } from './product-at.ts';
import { brokenPipeline, pipelineOf } from './pipelined.ts';
import { swizzledIn } from './swizzled.ts';

interface Place {
  readonly level: 'launcher' | 'block' | 'thread';
  /** The arrays that the block has declared. */
  readonly shared: readonly TensorNode[];
  readonly threads?: Chain;
  /** Whether all threads come here. */
  readonly isForAll: boolean;
  /** Whether a block comes here at most once, and its launch has no other kernels. */
  readonly isOnce: boolean;
  readonly isPipelined: boolean;
}

const outside: Place = {
  level: 'launcher',
  shared: [],
  isForAll: true,
  isOnce: true,
  isPipelined: false,
};

/** What is wrong with cooperating threads, in words. */
export function brokenCooperation(s: Stmt, place: Place = outside): readonly string[] {
  if (s.kind === 'when') return brokenCooperation(s.body, { ...place, isForAll: false });
  if (s.kind === 'block') return brokenInOrder(s, place);
  if (s.kind !== 'for') return [];
  const { body } = chainAt(s);
  switch (s.mode) {
    case 'grid':
      return brokenCooperation(body, { ...place, level: 'thread' });
    case 'block':
      return brokenCooperation(body, { ...place, level: 'block' });
    case 'thread':
      return brokenCooperation(body, { ...place, level: 'thread', threads: chainAt(s) });
    case 'pipelined':
      return place.level === 'block'
        ? [
            ...brokenPipeline(s),
            ...brokenBulkCopies(s, place),
            ...brokenCooperation(s.body, { ...place, isOnce: false, isPipelined: true }),
          ]
        : [`pipelined ${s.loop} stands in a ${place.level}`];
    case 'bulk':
      return place.isPipelined ? [] : [`bulk ${s.loop} stands outside of pipelined loops`];
    case 'matrix':
      return brokenProduct(s, place);
    case 'serial':
    case 'unrolled':
    case 'vector':
    case 'parallel':
    case 'launch':
      return brokenCooperation(s.body, { ...place, isOnce: place.isOnce && isAround(s, place) });
  }
}

/** Loops around kernels start each of them anew. */
function isAround({ mode }: For, { level }: Place): boolean {
  return mode !== 'launch' && level === 'launcher';
}

/** The barriers of bulk copies count the turns of the loop, from the first one that the block sees. */
function brokenBulkCopies(s: For, { isOnce }: Place): readonly string[] {
  const swizzled = swizzledIn(s);
  const bulk = pipelineOf(s).copies.filter(({ mode }) => mode === 'bulk');
  return bulk.flatMap(({ loop, ...copy }) => {
    const say = (why: string): readonly string[] => [`bulk ${loop}: ${why}`];
    if (!isOnce) return say('not once for a block with a launch of its own');
    const found = bulkCopyAt({ ...copy, loop });
    if (typeof found === 'string') return say(found);
    return swizzled.has(found.to) ? [] : say(`${found.to.name} is no factor of warpgroups`);
  });
}

/** Checks statements in order; a declaration is visible to those that follow. */
function brokenInOrder(s: Stmt, place: Place): readonly string[] {
  const shared = [...place.shared];
  return statementsOf(s).flatMap(part => {
    if (part.kind === 'declare' && place.level === 'block') shared.push(part.node);
    return brokenCooperation(part, { ...place, shared });
  });
}

function brokenProduct(loop: Parameters<typeof chainAt>[0], place: Place): readonly string[] {
  const say = (why: string): readonly string[] => [`matrix ${loop.loop}: ${why}`];
  if (!place.threads) return say('no threads around');
  if (!place.isForAll) return say('not for all threads of a warp');
  const found = productAt(loop, place.threads);
  if (typeof found === 'string') return say(found);
  const far = [found.left, found.right].filter(({ node }) => !place.shared.includes(node));
  return far.flatMap(({ node }) => say(`${node.name} is not shared by the block`));
}
