/** Data without a dtype, and what is said where it meets integers. */
import { type DType, type Span, UserError } from '../../compiler/index.ts';
import { called, convert, labelsOf, type Meeting, type Named, type Refusal } from './explain.ts';

/**
 * Data that is made without a dtype, and what is computed from it: in each context of its dtype,
 * converted where it meets other floats. It never meets integers, so no use changes any other.
 */
export interface Floats {
  /** What was made so, in words that stand beside its place. */
  readonly text: string;
  readonly span: Span | undefined;
  /** Whether its values are some of the dtype, so that it could be made so. */
  readonly couldBe: (dtype: DType) => boolean;
}

/** Data that is made without a dtype, or computed from it, as the user calls it. */
interface NamedFloats {
  readonly text: string | undefined;
  readonly floats: Floats;
}

/** They meet what is decided to be no float. */
export function floatsMismatch(
  { operator, span }: Meeting,
  { text, floats }: NamedFloats,
  other: Named,
): UserError {
  const { dtype } = other.reason;
  return new UserError({
    code: 'EINC0603',
    message: `\`${operator}\` computes in one dtype, but ${called(text, 'one operand')} is of floats and ${called(other.text, 'another')} is ${dtype}`,
    labels: labelsOf([{ span }, floats, other.reason]),
    help: floatsHelp(floats, dtype, `${convert('f32', other.text)} or ${convert(dtype, text)}`),
  });
}

/** They met what may become no float. */
export function floatsRefusal({
  text,
  span,
  floats,
}: NamedFloats & { readonly span: Span | undefined }): Refusal {
  return {
    code: 'EINC0603',
    message: dtype => `${called(text, 'what is computed here')} is of floats, and meets ${dtype}`,
    span,
    because: floats,
    help: dtype => floatsHelp(floats, dtype, `f32(…) or ${convert(dtype, text)}`),
  };
}

function floatsHelp({ couldBe }: Floats, dtype: DType, conversions: string): readonly string[] {
  return [
    `convert one of them: ${conversions}`,
    ...(couldBe(dtype) ? [`or make the data ${dtype}: tensor(…, { …, dtype: '${dtype}' })`] : []),
  ];
}
