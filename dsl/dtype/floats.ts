/** Data without a dtype, and the errors for using it with integers. */
import { type DType, type Span, UserError } from '../../compiler/index.ts';
import { called, convert, labelsOf, type Meeting, type Named, type Refusal } from './explain.ts';

/**
 * Data made without a dtype, and what is computed from it: in each context it has the context's dtype, and it is
 * converted where it is used with other floats. It is never used with integers, so no use affects another.
 */
export interface Floats {
  /** The data, as a phrase shown beside its source position. */
  readonly text: string;
  readonly span: Span | undefined;
  /** Whether its values are representable in the dtype, so that the message can suggest it. */
  readonly couldBe: (dtype: DType) => boolean;
}

/** Data made without a dtype, or computed from it, as the user calls it. */
interface NamedFloats {
  readonly text: string | undefined;
  readonly floats: Floats;
}

/** It is used with something decided not to be a float. */
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

/** It was used with something that may not become a float. */
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
