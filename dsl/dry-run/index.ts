/** Analyses templates without running their program: what they make, and their errors. */
import { UserError } from '../../compiler/index.ts';
import type { CdProgram } from '../language/ast-cd.ts';
import type { OpProgram } from '../language/ast-op.ts';
import { parseCd, parseOp } from '../language/parse.ts';
import type { TemplateSource } from '../language/template-source.ts';

export { faultsOf } from './faults.ts';
export type { HoleType, Made, TypedHole } from './hole-type.ts';
export { type DefinedPart, definedParts, type Params } from './params.ts';
export { whatItMakes } from './what-it-makes.ts';
export { type KnownPlace, TemplateSource } from '../language/template-source.ts';
export { TextFile } from '../language/text-file.ts';

export type Language = 'op' | 'cd';

/** The tree of a template, or what keeps it from being one. */
export function read(
  language: Language,
  source: TemplateSource,
): OpProgram | CdProgram | UserError {
  try {
    return language === 'op' ? parseOp(source) : parseCd(source);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
