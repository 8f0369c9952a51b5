/** Checks that the loops of a GPU are nested as `kernel.ts` demands. */
import { groupByNode, isLeaf, type Site, sitesUnder } from './facts.ts';
import type { For, Stmt } from './ir.ts';
import { chainAt, membersOf } from './kernel.ts';

type Level = 'launcher' | 'launch' | 'grid' | 'block' | 'thread';

/** What is wrong with the places of loops, in words. */
export function misplacedLoops(s: Stmt, level: Level = 'launcher'): readonly string[] {
  if (s.kind === 'block') return s.body.flatMap(child => misplacedLoops(child, level));
  return s.kind === 'for' ? misplacedLoop(s, level) : misplacedStmt(s, level);
}

function misplacedStmt(s: Exclude<Stmt, For>, level: Level): readonly string[] {
  if (level === 'launch' && s.kind !== 'comment') return [`${s.kind} stands in a launch`];
  const isShared = level === 'block' && isLeaf(s);
  return isShared ? [`${s.node.name} is stored to in a block, but by no thread`] : [];
}

function misplacedLoop(s: For, level: Level): readonly string[] {
  const { loop, mode, body } = s;
  const here = `${mode} ${loop} stands in a ${level}`;
  switch (mode) {
    case 'launch':
      return [...(level === 'launcher' ? [] : [here]), ...misplacedLaunch(s)];
    case 'grid':
    case 'block':
    case 'thread': {
      const around: readonly Level[] = mode === 'thread' ? ['block'] : ['launcher', 'launch'];
      return [...(around.includes(level) ? [] : [here]), ...misplacedLoops(chainAt(s).body, mode)];
    }
    case 'bulk':
      return level === 'block' ? misplacedLoops(chainAt(s).body, 'thread') : [here];
    case 'serial':
    case 'unrolled':
    case 'vector':
    case 'parallel':
    case 'pipelined':
    case 'matrix':
      return level === 'launch' ? [here] : misplacedLoops(body, level);
  }
}

function misplacedLaunch(s: For): readonly string[] {
  const { loop, extent, body } = s;
  const often = extent === 1 ? [] : [`launch ${loop} has ${extent} turns`];
  return [...often, ...meetings(s), ...misplacedLoops(body, 'launch')];
}

/** Arrays that one kernel of a launch stores to and another one uses. */
function meetings(launch: For): readonly string[] {
  const users = new Map<Site['node'], { readonly count: number; readonly isStored: boolean }>();
  for (const member of membersOf(launch)) {
    for (const [node, sites] of groupByNode(sitesUnder(member))) {
      const before = users.get(node);
      const stores = sites.some(({ kind }) => kind !== 'read');
      const isStored = stores || before?.isStored === true;
      users.set(node, { count: (before?.count ?? 0) + 1, isStored });
    }
  }
  return [...users]
    .filter(([, { count, isStored }]) => count > 1 && isStored)
    .map(
      ([{ name }]) => `${name} is stored to in launch ${launch.loop}, and used by another kernel`,
    );
}
