/** Hints for common mistakes, recognised by the words around the position where parsing stopped. */
import type { Hint } from './parse-failure.ts';
import { controlHints } from './parse-hints-control.ts';
import { foreignHints } from './parse-hints-foreign.ts';
import { ocamlHints } from './parse-hints-ocaml.ts';
import { ocannlHints } from './parse-hints-ocannl.ts';
import { operatorHints } from './parse-hints-operators.ts';
import { separatorHints } from './parse-hints-separator.ts';
import { structureHints } from './parse-hints-structure.ts';
import { wordHints } from './parse-hints-words.ts';

/** The first that applies is used, so more specific hints come first. */
export const hints: readonly Hint[] = [
  ...ocamlHints,
  ...controlHints,
  ...wordHints,
  ...ocannlHints,
  ...foreignHints,
  ...separatorHints,
  ...operatorHints,
  ...structureHints,
];
