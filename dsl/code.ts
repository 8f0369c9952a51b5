import { codeGiven, tensorGiven } from './arguments.ts';
import { cdAt } from './cd.ts';
import type { Code } from './graph/code.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';

/** Pieces of code, one after the other. */
export function sequence(pieces: readonly Code[]): Code {
  const call = callSite(sequence);
  return cdAt(call)`${codeGiven(pieces, 'sequence', call)}`;
}

/** The code that computes a tensor. */
export function forward(t: Tensor): Code {
  const call = callSite(forward);
  return cdAt(call)`${tensorGiven(t, 'forward', call)}.forward`;
}
