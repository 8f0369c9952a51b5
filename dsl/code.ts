import { cd } from './cd.ts';
import type { Code } from './graph/code.ts';
import type { Tensor } from './graph/tensor.ts';

/** Pieces of code, one after the other. */
export function sequence(pieces: readonly Code[]): Code {
  return cd`${pieces}`;
}

/** The code that computes a tensor. */
export function forward(t: Tensor): Code {
  return cd`${t}.forward`;
}
