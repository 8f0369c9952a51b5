/** Text to trees: the two languages and the specifications inside their strings. */
export { parseCd } from './parse-cd.ts';
export { parseSpec } from './parse-einsum.ts';
export { parseOp } from './parse-op.ts';
