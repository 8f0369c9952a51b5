/** Splits code into stages: after each, some of the arrays that it computes are complete. */
import { readsOf, sequence, visitAssigns } from '../../compiler/index.ts';
import { type CodeTree } from './code-tree.ts';
import { expand } from './expand.ts';
import { lifetimesIn } from './lifetimes.ts';
import type { ArrayRef, OpenCode } from './tensor.ts';

export interface Stage {
  readonly tree: CodeTree;
  /** What a later stage reads of this one's results, beside the completed arrays. */
  readonly hands: readonly ArrayRef[];
}

/** These arrays, ordered by when the code completes them. */
export function inOrderOfEnd(tree: CodeTree, arrays: readonly ArrayRef[]): readonly ArrayRef[] {
  const ends = endsIn(piecesOf(expand(tree)));
  return arrays.toSorted((a, b) => (ends.get(a) ?? -1) - (ends.get(b) ?? -1));
}

/**
 * As many stages as groups: after the first one, the arrays of the first group are complete; after the last one,
 * all code has run. An array is set to a constant in the stage that first adds to it.
 */
export function stagesOf(
  tree: CodeTree,
  groups: readonly (readonly ArrayRef[])[],
  title: string,
): readonly Stage[] {
  const pieces = withLateStarts(piecesOf(expand(tree)), new Set(groups.flat()));
  const ends = endsIn(pieces);
  let first = 0;
  const parts = groups.map((group, i) => {
    const isLast = i === groups.length - 1;
    const end = isLast
      ? pieces.length
      : Math.max(first, ...group.map(a => (ends.get(a) ?? -1) + 1));
    const part = sequence(pieces.slice(first, end));
    first = end;
    return part;
  });
  return parts.map((code, i) => {
    const { outputs } = lifetimesIn(code);
    const later = new Set(parts.slice(i + 1).flatMap(part => [...lifetimesIn(part).inputs]));
    return {
      tree: { kind: 'stage', title: `${title} ${i}`, code },
      hands: [...outputs].filter(array => later.has(array)),
    };
  });
}

/** The units of sequential execution; a loop is one piece. */
function piecesOf(code: OpenCode): readonly OpenCode[] {
  if (code.kind === 'sequence') return code.body.flatMap(piecesOf);
  return code.kind === 'section' ? piecesOf(code.body) : [code];
}

/** For each array, which piece writes it last. */
function endsIn(pieces: readonly OpenCode[]): ReadonlyMap<ArrayRef, number> {
  const ends = new Map<ArrayRef, number>();
  pieces.forEach((piece, i) => visitAssigns(piece, a => ends.set(a.target.node, i)));
  return ends;
}

/** Moves pieces that set one of these to a constant before the next one that uses it. */
function withLateStarts(
  pieces: readonly OpenCode[],
  arrays: ReadonlySet<ArrayRef>,
): readonly OpenCode[] {
  const waiting = new Map<ArrayRef, OpenCode>();
  const moved: OpenCode[] = [];
  for (const piece of pieces) {
    for (const array of arraysOf(piece)) {
      const start = waiting.get(array);
      if (start) moved.push(start);
      waiting.delete(array);
    }
    const started = startedBy(piece);
    if (started && arrays.has(started)) waiting.set(started, piece);
    else moved.push(piece);
  }
  return [...moved, ...waiting.values()];
}

function startedBy(piece: OpenCode): ArrayRef | undefined {
  const isStart = piece.kind === 'assign' && piece.op === 'set' && piece.value.kind === 'const';
  return isStart ? piece.target.node : undefined;
}

function arraysOf(piece: OpenCode): ReadonlySet<ArrayRef> {
  const arrays = new Set<ArrayRef>();
  visitAssigns(piece, a => {
    for (const { node } of [...readsOf(a), a.target]) arrays.add(node);
  });
  return arrays;
}
