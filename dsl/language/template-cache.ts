/** Parses a template once per call site, however often the call site runs. */
import { describe, type Span, UserError } from '../../compiler/index.ts';
import { type AnyFunction, callSite } from './call-site.ts';
import { keptTree, withSpans } from './kept-trees.ts';
import { TemplateSource } from './template-source.ts';

export interface Template<Program> {
  readonly source: TemplateSource;
  readonly program: Program;
}

export type ReadTemplate<Program> = (
  strings: TemplateStringsArray,
  tag: AnyFunction,
  /** For a template of einc's own: the user's call of the function that contains it. */
  call?: Span,
) => Template<Program>;

/**
 * `strings` is the same object each time a call site runs. A text that fails to parse is not cached, so it
 * is reported each time. `tag` is the function the user called, as for `TemplateSource`.
 */
export function parseOnce<Program>(
  language: 'op' | 'cd',
  parse: (source: TemplateSource) => Program,
): ReadTemplate<Program> {
  const templates = new WeakMap<TemplateStringsArray, Template<Program>>();
  const readAt = (strings: TemplateStringsArray, tag: AnyFunction): Template<Program> => {
    checkTag(strings, tag);
    const known = templates.get(strings);
    if (known) return known;
    const source = new TemplateSource(strings, tag);
    const { text } = source;
    const program = keptTree({ language, text, spanOf: spansIn(source) }, () => parse(source));
    const template = { source, program };
    templates.set(strings, template);
    return template;
  };
  return (strings, tag, call) => {
    const template = readAt(strings, tag);
    return call === undefined ? template : calledAt(template.program, strings, call);
  };
}

/** Each call is in another place, so each has a tree of its own. */
function calledAt<Program>(
  tree: Program,
  strings: TemplateStringsArray,
  call: Span,
): Template<Program> {
  const source = new TemplateSource(strings, call);
  return { source, program: withSpans(tree, spansIn(source)) as Program };
}

function spansIn(source: TemplateSource): (start: number, end: number) => Span {
  return (start, end) => ({ source, start, end });
}

/** `op('x + 1')` for op`x + 1`. */
function checkTag(strings: unknown, tag: AnyFunction): void {
  if (Array.isArray(strings) && 'raw' in strings) return;
  throw new UserError({
    code: 'EINC0101',
    message: `\`${tag.name}\` stands before a template; it was called with ${describe(strings)}`,
    labels: [{ span: callSite(tag) }],
    help: [`write ${tag.name}\`…\`, without parentheses`],
  });
}
