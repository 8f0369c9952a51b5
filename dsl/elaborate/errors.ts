/** Errors about names and holes. */
import { type Diagnostic, type Span, UserError } from '../../compiler/index.ts';
import { javascriptVariable } from '../language/javascript-variable.ts';
import { suggest } from '../language/suggest.ts';
import { isFollowedByArgument } from '../language/template-source.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import type { Expr } from '../language/ast.ts';
import { adviceOnFunction, adviceOnValue } from './foreign-names.ts';
import { describe, HoleOfType, isSymbol } from './hole.ts';
import { settingsOf } from './layer-settings.ts';
import { isTensorFunction } from './tensor-function.ts';

/**
 * `known` are the names of the template, `functions` the built-in ones if allowed here;
 * `hints` take precedence over both.
 */
export function unknownName(
  name: string,
  span: Span,
  known: readonly string[],
  functions: readonly string[] = [],
  hints: readonly string[] = [],
): UserError {
  const isExpression = functions.length > 0;
  const isApplied = isExpression && isFollowedByArgument(span);
  const meant = isApplied ? [...known, ...functions] : known;
  const guesses = hints.length > 0 ? hints : guessesAt(name, span, meant, isApplied);
  const isOperand = isExpression && !isApplied && guesses.length === 0;
  const notes = [
    ...(known.length > 0 ? [`the names here are ${listed(known)}`] : []),
    ...(isApplied ? ['docs/op.md lists the functions'] : []),
  ];
  return new UserError({
    code: 'EINC0201',
    message: `\`${name}\` is not known in this template`,
    labels: [{ span, text: 'unknown name' }],
    notes: guesses.length > 0 ? [] : notes,
    help: isOperand ? [`to introduce a parameter write { ${name} }`] : guesses,
    unknownName: name,
  });
}

/** Suggestions of what the user may have meant. */
function guessesAt(
  name: string,
  span: Span,
  known: readonly string[],
  isApplied: boolean,
): readonly string[] {
  const variable = javascriptVariable(span.source, name);
  const advice = isApplied ? adviceOnFunction(name) : adviceOnValue(name);
  const similar = advice.length === 0 ? suggest(name, known) : undefined;
  return [
    ...(variable
      ? [`\`${name}\` is a JavaScript variable (line ${variable.line}): write \${${name}}`]
      : []),
    ...advice,
    ...(similar === undefined ? [] : [`did you mean \`${similar}\`?`]),
  ];
}

function listed(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ');
}

/** A hole holds something that is not allowed there. */
export function wrongHole(value: unknown, span: Span, wanted: string): UserError {
  const example = value instanceof HoleOfType ? value.example : value;
  return new UserError({
    code: 'EINC0202',
    message: `this hole holds ${describe(value)}, but ${wanted} must stand here`,
    labels: [{ span }],
    help: wanted === 'a static symbol' ? [makeSymbol] : hintsFor(example, wanted),
  });
}

const makeSymbol = "make one: const i = symbol('i', count)";

function hintsFor(value: unknown, wanted: string): readonly string[] {
  if (wanted === 'code' && value instanceof Tensor) {
    return ['for the code that computes it write `${…}.forward`'];
  }
  const settings = settingsOf(value);
  if (settings) {
    const given = settings.map(name => `${name}: …`).join(', ');
    return [`give it its settings first: \${layer({ ${given} })}`];
  }
  if (isTensorFunction(value)) return ['apply it: ${…}(x)'];
  if (value instanceof ArrayRef) return [`\`.${value.part}\` can be used in \`cd\``];
  if (isSymbol(value)) return ['for the value of a static symbol write `!@${…}`'];
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return ['make it a tensor first: tensor(values, { label, output: [n] })'];
  }
  if (value instanceof Promise) return ['await it before the template'];
  if (typeof value === 'object' && value !== null && 'toNested' in value) {
    return [
      "these are values: make a tensor of them first, tensor(values.toNested(), { label: 'x' })",
    ];
  }
  const named = namedIn(value);
  if (named !== undefined) {
    return [`a template of several definitions gives an object: write \${….${named}}`];
  }
  return typeof value === 'function' ? ['call it: ${f(…)}'] : [];
}

/** The last property of an object whose value would be valid in a hole. */
function namedIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isOne = (part: unknown): boolean =>
    part instanceof Tensor || isTensorFunction(part) || settingsOf(part) !== undefined;
  return Object.entries(value).findLast(([, part]) => isOne(part))?.[0];
}

export function fail(
  code: string,
  message: string,
  span: Span,
  more: Partial<Diagnostic> = {},
): UserError {
  return new UserError({ code, message, labels: [{ span }], ...more });
}

/** A tensor that is applied to arguments. */
export function notAFunction(called: Tensor, args: readonly Expr[], span: Span): UserError {
  const what = called.source.kind === 'constant' ? 'a number' : 'a tensor';
  const isIndex = args[0]?.kind === 'tensor';
  return fail('EINC0210', `this is ${what}, and only functions can be applied`, span, {
    help: [
      isIndex
        ? 'for one of its cells write x[0], without a space'
        : 'for a product write `*` or `*.`',
    ],
  });
}
