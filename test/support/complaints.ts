import { InternalError } from '../../compiler/support/errors.ts';

/** What a check of a program complains about, one a line; none where it passes. */
export function complaintsOf(check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    return error.message.split('\n').flatMap(line => /^- (.*)/.exec(line)?.[1] ?? []);
  }
}
