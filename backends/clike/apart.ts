/**
 * Splits a long program into several sources, compiled in parallel: each has the common prelude, declarations of
 * the functions that several sources call, and some of these functions; the last source has the program itself. The
 * longest functions are assigned first, each to the shortest source so far, so that the sources are about equally long.
 *
 *     __attribute__((noinline, visibility("hidden"))) void p_nest(float *restrict w, const float *restrict w_grad);
 *     __attribute__((noinline, visibility("hidden"))) void p_part(long first, long last, void *const *args);
 *     …
 */
import type { Dialect } from './dialect.ts';

/** The functions of a program as text. */
export interface Functions {
  /** The prelude. */
  readonly needs: readonly string[];
  readonly nests: readonly string[];
  readonly parts: readonly PartText[];
  /** The function that holds the program, and the one of the kernel ABI. */
  readonly program: readonly string[];
}

/** A range of iterations of a parallel loop, and the function through which threads call it. */
export interface PartText {
  readonly turns: string;
  readonly part: string;
}

export function asOneSource(functions: Functions): string {
  const { needs } = functions;
  return [...needs, ...(needs.length > 0 ? [''] : []), textOf(functions)].join('\n');
}

/** Without the prelude. */
export function textOf({ nests, parts, program }: Functions): string {
  return [...nests, ...parts.flatMap(({ turns, part }) => [turns, part]), ...program].join('\n');
}

/**
 * As many as give each `length` characters of functions; one if there are fewer, or if the language has no keyword
 * for it.
 */
export function asSources(of: Functions, dialect: Dialect, length: number): readonly string[] {
  const { linked } = dialect;
  if (linked === undefined) return [asOneSource(of)];
  const functions = functionsIn(of, dialect, linked);
  const all = functions.reduce((sum, { text }) => sum + text.length, 0);
  if (all < length) return [asOneSource(of)];
  const groups = inGroups(functions, Math.round(all / length));
  const declared = functions.map(({ head }) => `${head};`).join('\n');
  const shared = dialect.parallel?.share.needs ?? [];
  const outside = of.needs.map(line => (shared.includes(line) ? `extern ${line}` : line));
  const texts = groups.map(group => group.map(({ text }) => text));
  return [
    ...texts.map(group => [...outside, '', declared, '', group.join('\n')].join('\n')),
    [...of.needs, '', declared, '', of.program.join('\n')].join('\n'),
  ];
}

interface FunctionText {
  readonly head: string;
  readonly text: string;
}

/** Those that the program calls, to be declared in its other sources. */
function functionsIn(
  { nests, parts }: Functions,
  { separate = '', functionPrefix }: Dialect,
  linked: string,
): readonly FunctionText[] {
  const seen = (text: string, prefix: string): FunctionText => {
    const all = linked + text.slice(prefix.length);
    return { head: all.slice(0, all.indexOf(' {\n')), text: all };
  };
  return [
    ...nests.map(text => seen(text, separate)),
    ...parts.map(({ turns, part }) => {
      const { head, text } = seen(part, functionPrefix);
      return { head, text: `${turns}\n${text}` };
    }),
  ];
}

function inGroups(
  functions: readonly FunctionText[],
  count: number,
): readonly (readonly FunctionText[])[] {
  const groups = Array.from({ length: count }, () => ({
    length: 0,
    members: [] as FunctionText[],
  }));
  for (const one of functions.toSorted((a, b) => b.text.length - a.text.length)) {
    const shortest = groups.reduce((a, b) => (b.length < a.length ? b : a));
    shortest.members.push(one);
    shortest.length += one.text.length;
  }
  return groups.map(({ members }) => members);
}
