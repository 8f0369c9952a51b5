/** Messages of dtype errors: which operand has which dtype, where each was decided, and how to convert. */
import { type Diagnostic, type DType, kindOf, type Span, UserError } from '../../compiler/index.ts';

interface Reason {
  readonly dtype: DType;
  readonly text: string;
  readonly span: Span | undefined;
}

/** Something that cannot have the decided dtype. */
export interface Refusal {
  readonly code: 'EINC0318' | 'EINC0404' | 'EINC0603' | 'EINC0604' | 'EINC0605';
  /** Its complaint about a dtype: "0.5 is no i32". */
  readonly message: (dtype: DType) => string;
  readonly span: Span | undefined;
  /** Why it cannot, if that is at another place. */
  readonly because?: Place;
  readonly help: (dtype: DType) => readonly string[];
}

export interface Meeting {
  readonly operator: string;
  readonly span: Span | undefined;
}

/** An operand, as the user calls it. */
export interface Named {
  readonly text: string | undefined;
  readonly reason: Reason;
}

export function mismatch({ operator, span }: Meeting, a: Named, b: Named): UserError {
  const [x, y] = [a.reason.dtype, b.reason.dtype];
  return new UserError({
    code: 'EINC0603',
    message: `\`${operator}\` computes in one dtype, but ${called(a.text, 'one operand')} is ${x} and ${called(b.text, 'another')} is ${y}`,
    labels: labelsOf([{ span }, a.reason, b.reason]),
    help: [`convert one of them: ${convert(x, b.text)} or ${convert(y, a.text)}`],
  });
}

export function called(text: string | undefined, other: string): string {
  return text === undefined ? other : `\`${text}\``;
}

export function convert(to: DType, text: string | undefined): string {
  return `${to}(${text ?? '…'})`;
}

export function cannotHold(
  { code, message, span, because, help }: Refusal,
  reason: Reason,
  meeting?: Meeting,
): UserError {
  return new UserError({
    code,
    message: message(reason.dtype),
    labels: labelsOf([
      { span },
      ...(because ? [because] : []),
      reason,
      ...(meeting ? [meetingPlace(meeting)] : []),
    ]),
    help: help(reason.dtype),
  });
}

function meetingPlace({ operator, span }: Meeting): Place {
  return { span, text: `\`${operator}\` brings them together` };
}

export function ranAlready(was: DType, reason: Reason, meeting?: Meeting): UserError {
  return new UserError({
    code: 'EINC0606',
    message: `a tensor that a routine was compiled with as ${was} cannot become ${reason.dtype}`,
    labels: labelsOf([...(meeting ? [{ span: meeting.span }] : []), reason]),
    notes: [`nothing had decided its dtype, so it took ${was}, that of the context`],
    help: [
      'build the whole program before its first routine is compiled',
      `or convert: ${reason.dtype}(…)`,
    ],
  });
}

type Place = { readonly span: Span | undefined; readonly text?: string };

export function labelsOf(places: readonly Place[]): NonNullable<Diagnostic['labels']> {
  return places.flatMap(({ span, text }) => (span ? [{ span, ...(text ? { text } : {}) }] : []));
}

export function aOr(dtype: DType): string {
  return /^[if8]/.test(dtype) && dtype !== 'f64' ? `an ${dtype}` : `a ${dtype}`;
}

/** How to use integers together with a number with a fraction. */
export function convertHelp(dtype: DType, what: string | undefined): readonly string[] {
  if (kindOf(dtype) === 'float') return [];
  const integers = `convert the ${dtype === 'bool' ? 'bools' : 'integers'} first: f32(…)`;
  return what === undefined ? [integers] : [integers, `or round: ${dtype}(${what})`];
}
