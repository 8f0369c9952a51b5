/** The current contents of a program's files, each read once. */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';

export class ProgramFiles {
  readonly #texts = new Map<string, string | undefined>();

  /** Also asked of files that would be taken if they were there. */
  has(path: string): boolean {
    return this.text(path) !== undefined;
  }

  /** A link counts as no file: what it leads to may change while nothing here does. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, readOwn(path));
    return this.#texts.get(path);
  }

  /** All that was asked for. */
  get paths(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Says of each file what is in it, or that it is not there. */
  digest(): readonly string[] {
    return [...this.#texts].map(
      ([path, text]) => `${path}\n${text === undefined ? '' : hash(text)}`,
    );
  }
}

function readOwn(path: string): string | undefined {
  try {
    return realpathSync(path) === path ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
