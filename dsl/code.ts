import { codeGiven, tensorGiven } from './arguments.ts';
import { cd } from './cd.ts';
import type { Code } from './graph/code.ts';
import type { Tensor } from './graph/tensor.ts';
import { callSite } from './language/call-site.ts';

/** Pieces of code, one after the other. */
export function sequence(pieces: readonly Code[]): Code {
  return cd`${codeGiven(pieces, 'sequence', callSite(sequence))}`;
}

/** The code that computes a tensor. */
export function forward(t: Tensor): Code {
  return cd`${tensorGiven(t, 'forward', callSite(forward))}.forward`;
}
