import { elaborateCd } from './elaborate/cd-template.ts';
import type { Span } from '../compiler/index.ts';
import type { Hole } from './elaborate/hole.ts';
import type { ArrayRef } from './graph/tensor.ts';
import type { Code } from './graph/code.ts';
import { parseCd } from './language/parse.ts';
import { parseOnce } from './language/template-cache.ts';

const read = parseOnce('cd', parseCd);

/**
 * Code: accumulating assignments, in the order written.
 *
 *   const sgd = (p: Tensor, rate: Tensor) => cd`
 *     ~~(${p} "sgd step"; ${p} =- ${rate} *. ${p}.grad)`;
 *
 * Holes take tensors, numbers, code, booleans after `if` and static symbols after `in` and `!@`.
 * Throws a `UserError` that points into the template.
 */
export function cd(strings: TemplateStringsArray, ...holes: readonly (Hole | ArrayRef)[]): Code {
  const { source, program } = read(strings, cd);
  return elaborateCd(program, source, holes);
}

/** The tag of einc's own templates: what is wrong with one is reported at the user's call. */
export function cdAt(call: Span): typeof cd {
  return (strings, ...holes) => {
    const { source, program } = read(strings, cd, call);
    return elaborateCd(program, source, holes);
  };
}
