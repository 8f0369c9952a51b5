/** Checks loops that the threads of a block run together: pipelined copies, and products of warps. */
import type { TensorNode } from '../core/tensor-node.ts';
import { statementsOf, type Stmt } from './ir.ts';
import { type Chain, chainAt } from './kernel.ts';
import { productAt } from './product-at.ts';
import { brokenPipeline } from './pipelined.ts';

interface Place {
  readonly level: 'launcher' | 'block' | 'thread';
  /** The arrays that the block has declared. */
  readonly shared: readonly TensorNode[];
  readonly threads?: Chain;
  /** Whether all threads come here. */
  readonly isForAll: boolean;
}

const outside: Place = { level: 'launcher', shared: [], isForAll: true };

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
        ? [...brokenPipeline(s), ...brokenCooperation(s.body, place)]
        : [`pipelined ${s.loop} stands in a ${place.level}`];
    case 'matrix':
      return brokenProduct(s, place);
    case 'serial':
    case 'unrolled':
    case 'vector':
    case 'parallel':
    case 'launch':
      return brokenCooperation(s.body, place);
  }
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
