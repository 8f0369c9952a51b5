/** The parsers: text to syntax trees, for both languages and for einsum specifications. */
export { parseCd } from './parse-cd.ts';
export { parseSpec } from './parse-einsum.ts';
export { parseOp } from './parse-op.ts';
