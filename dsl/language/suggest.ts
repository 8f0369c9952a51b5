/** Suggestions for misspelt names. */
export { suggest } from '../../compiler/index.ts';
