/**
 * Trees that were parsed in an earlier process. Neither a grammar nor its actions are needed for them, and
 * to make those takes longer than most programs take to start.
 *
 * A text has the same tree wherever it stands: what is kept are offsets, and a span is made of them for
 * whoever asks. What does not parse has no tree, so it is parsed, and reported, each time.
 */
import type { Span } from '../../compiler/index.ts';

export interface TreeStore {
  /** A tree that was added, in this process or an earlier one. */
  find(language: Language, text: string): unknown;
  /** `tree` is of plain data: objects, arrays, strings, numbers, booleans and `undefined`. */
  add(language: Language, text: string, tree: unknown): void;
}

type Language = 'op' | 'cd' | 'spec';

let store: TreeStore | undefined;

/** This folder knows no files, so whoever does says where trees are kept; until then, none are. */
export function keepTreesIn(chosen: TreeStore | undefined): void {
  store = chosen;
}

export interface Kept {
  readonly language: Language;
  readonly text: string;
  readonly spanOf: SpanOf;
}

/** Of offsets in the text. */
type SpanOf = (start: number, end: number) => Span;

/** The tree of a text. The spans of what `parse` gives are offsets in that text. */
export function keptTree<Tree>({ language, text, spanOf }: Kept, parse: () => Tree): Tree {
  const kept = store?.find(language, text);
  if (kept !== undefined) return withSpans(kept, spanOf) as Tree;
  const tree = parse();
  store?.add(
    language,
    text,
    withSpans(tree, (start, end) => ({ start, end })),
  );
  return withSpans(tree, spanOf) as Tree;
}

/** A copy with other spans, which are known by what they have: no other node of a tree has a start and an end. */
function withSpans(tree: unknown, spanOf: (start: number, end: number) => unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map(node => withSpans(node, spanOf));
  if (isSpan(tree)) return spanOf(tree.start, tree.end);
  return Object.fromEntries(
    Object.entries(tree).map(([name, node]) => [name, withSpans(node, spanOf)]),
  );
}

function isSpan(node: object): node is Pick<Span, 'start' | 'end'> {
  return 'start' in node && 'end' in node;
}
