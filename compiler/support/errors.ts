/**
 * Three kinds of failure, told apart by who has to act:
 *   UserError      the program handed to us is wrong; the user fixes it
 *   BackendError   a tool or device said no (gcc, a driver); the message carries its words
 *   InternalError  we broke one of our own rules; a bug report is due
 */
import { type Diagnostic, render, renderAll } from './diagnostic.ts';

/** One mistake, or several that were found together: the independent ones of a template. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly diagnostics: readonly [Diagnostic, ...Diagnostic[]];

  constructor(...diagnostics: readonly [Diagnostic, ...Diagnostic[]]) {
    super(renderAll(diagnostics));
    this.diagnostics = diagnostics;
  }

  /** The code of the first diagnostic. */
  get code(): string {
    return this.diagnostics[0].code;
  }
}

export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, options?: ErrorOptions) {
    super(render(diagnostic), options);
    this.diagnostic = diagnostic;
  }
}

export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Our own rule must hold here. The message is a thunk so that the happy path builds no string. */
export function invariant(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new InternalError(message());
}

/** Closes an exhaustive switch: a missing case is a type error, a forged value a runtime one. */
export function unreachable(value: never): never {
  throw new InternalError(`unhandled case: ${JSON.stringify(value)}`);
}
