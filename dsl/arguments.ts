/** Checks arguments of JavaScript callers, before they cause a failure deep inside. */
import { type Span, suggest, UserError } from '../compiler/index.ts';
import { describe } from './elaborate/hole.ts';
import { settingsOf } from './elaborate/layer-settings.ts';
import { isTensorFunction } from './elaborate/tensor-function.ts';
import { Code } from './graph/code.ts';
import { Tensor } from './graph/tensor.ts';

/** `call` is what was called, at `span`. */
export function tensorGiven(value: unknown, call: string, span: Span): Tensor {
  if (value instanceof Tensor) return value;
  const help = isTensorFunction(value) ? ['apply it first: f(x)'] : helpFor(value);
  throw wrong('EINC0215', `\`${call}\` takes a tensor, not ${describe(value)}`, span, help);
}

function helpFor(value: unknown): readonly string[] {
  if (settingsOf(value)) return ['give it its settings first, then apply it: layer({ … })(x)'];
  if (value instanceof Promise) return ['await it first'];
  const isData = typeof value === 'number' || Array.isArray(value) || ArrayBuffer.isView(value);
  return isData ? ["make it a tensor first: tensor(values, { label: 'x' })"] : [];
}

export function tensorsGiven(values: unknown, call: string, span: Span): readonly Tensor[] {
  if (Array.isArray(values)) return values.map(value => tensorGiven(value, call, span));
  const what = describe(values);
  throw wrong('EINC0215', `\`${call}\` takes a list of tensors, not ${what}`, span, [
    `write ${call}(y, [x])`,
  ]);
}

/** Pieces of code in a list. */
export function codeGiven(values: unknown, call: string, span: Span): readonly Code[] {
  if (!Array.isArray(values)) {
    const message = `\`${call}\` takes a list of code, not ${describe(values)}`;
    throw wrong('EINC0217', message, span, [`write ${call}([first, second])`]);
  }
  return values.map((value: unknown) => {
    if (value instanceof Code) return value;
    const help = helpForCode(value, call);
    throw wrong('EINC0217', `\`${call}\` takes code, not ${describe(value)}`, span, help);
  });
}

function helpForCode(value: unknown, call: string): readonly string[] {
  if (value instanceof Tensor) return ['for the code that computes it: forward(tensor)'];
  return Array.isArray(value) ? [`for a list in the list write ${call}([first, ...others])`] : [];
}

/** Options are an object, and a misspelt one is not just left out. `example` shows how to give some. */
export function optionsGiven(
  code: string,
  call: string,
  options: unknown,
  { names, example, span }: OptionsWanted,
): Readonly<Record<string, unknown>> {
  if (!isRecord(options)) {
    const message = `the options of \`${call}\` are an object, not ${describe(options)}`;
    throw wrong(code, message, span, [`write ${example}`]);
  }
  const odd = Object.keys(options).find(name => !names.includes(name));
  if (odd === undefined) return options;
  const similar = suggest(odd, names);
  const help =
    similar === undefined ? `its options are ${names.join(', ')}` : `did you mean \`${similar}\`?`;
  throw wrong(code, `\`${call}\` has no option \`${odd}\``, span, [help]);
}

interface OptionsWanted {
  readonly names: readonly string[];
  readonly example: string;
  readonly span: Span;
}

/** Of what a call makes, where it is given. */
export function checkLabel(code: string, label: unknown, span: Span): void {
  if (label === undefined || (typeof label === 'string' && /^[A-Za-z_]\w*$/.test(label))) return;
  throw wrong(code, `a label is letters, digits and _, not ${describe(label)}`, span);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  const isOurs = value instanceof Tensor || value instanceof Code || Array.isArray(value);
  return typeof value === 'object' && value !== null && !isOurs;
}

export function wrong(
  code: string,
  message: string,
  span: Span,
  help: readonly string[] = [],
): UserError {
  return new UserError({ code, message, labels: [{ span }], help });
}
