/** The whole message of a template that does not parse; `${…}` in the text is a hole. */
import { UserError } from '../../compiler/index.ts';
import { parseCd, parseOp } from '../../dsl/language/parse.ts';
import { sourceOf } from './template.ts';

export function opError(text: string): string {
  return errorOf(() => parseOp(sourceOf(text)));
}

export function cdError(text: string): string {
  return errorOf(() => parseCd(sourceOf(text)));
}

export function errorOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('no error');
}
