/**
 * Syntax trees that were parsed by an earlier process. Using them needs neither a grammar nor its actions, and
 * constructing those takes longer than most programs take to start.
 *
 * A tree depends only on the text, not on its position: trees are stored with offsets, from which spans are computed on
 * use. A text that does not parse is not stored, so it is parsed, and reported, each time.
 */
import type { Span } from '../../compiler/index.ts';

export interface TreeStore {
  /** A tree that was added, in this process or an earlier one. */
  find(language: Language, text: string): unknown;
  /** `tree` is plain data: objects, arrays, strings, numbers, booleans and `undefined`. */
  add(language: Language, text: string, tree: unknown): void;
}

type Language = 'op' | 'cd' | 'spec';

let store: TreeStore | undefined;

/** This folder does not access files, so the caller provides the store; by default nothing is stored. */
export function keepTreesIn(chosen: TreeStore | undefined): void {
  store = chosen;
}

export interface Kept {
  readonly language: Language;
  readonly text: string;
  readonly spanOf: SpanOf;
}

/** From offsets in the text. */
type SpanOf = (start: number, end: number) => Span;

/** The tree of a text. The spans that `parse` returns are offsets in that text. */
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

/** A copy with spans converted; a span is recognised by its fields: no other node has a start and an end. */
export function withSpans(tree: unknown, spanOf: (start: number, end: number) => unknown): unknown {
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
