/** Errors about names and holes. */
import { type Diagnostic, type Span, UserError } from '../../compiler/index.ts';
import { javascriptVariable } from '../language/javascript-variable.ts';
import { suggest } from '../language/suggest.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import { describe, HoleOfType, isSymbol } from './hole.ts';
import { settingsOf } from './layer-settings.ts';
import { isTensorFunction } from './tensor-function.ts';

/**
 * `known` are the names of the template and `functions` the built-in ones, where those can stand;
 * `hints` say more than either.
 */
export function unknownName(
  name: string,
  span: Span,
  known: readonly string[],
  functions: readonly string[] = [],
  hints: readonly string[] = [],
): UserError {
  const similar = suggest(name, [...known, ...functions]);
  const variable = javascriptVariable(span.source, name);
  const help = [
    ...hints,
    ...(variable && hints.length === 0
      ? [`\`${name}\` is a JavaScript variable (line ${variable.line}): write \${${name}}`]
      : []),
    ...(similar === undefined ? [] : [`did you mean \`${similar}\`?`]),
  ];
  const notes = [
    ...(known.length > 0 ? [`the names here are ${listed(known)}`] : []),
    ...(functions.length > 0 ? ['dsl/README.md lists the functions'] : []),
  ];
  return new UserError({
    code: 'EINC0201',
    message: `\`${name}\` is not known in this template`,
    labels: [{ span, text: 'unknown name' }],
    notes: help.length > 0 ? [] : notes,
    help,
  });
}

function listed(names: readonly string[]): string {
  return names.map(name => `\`${name}\``).join(', ');
}

/** A hole holds something that cannot stand there. */
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
  return typeof value === 'function' ? ['call it: ${f(…)}'] : [];
}

export function fail(
  code: string,
  message: string,
  span: Span,
  more: Partial<Diagnostic> = {},
): UserError {
  return new UserError({ code, message, labels: [{ span }], ...more });
}
