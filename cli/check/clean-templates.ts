/**
 * Caches on disk which templates were free of errors, so that they need not be parsed again:
 *
 *   <cache>/check/<project>.json     what they make, and with which types in their holes they are clean
 *
 * Errors are not cached: such templates are checked again each time. The file is replaced as a whole after each
 * check and contains the entries that the check used; other builds of einc do not read it.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language, Made, TypedHole } from '../../dsl/dry-run/index.ts';
import { build, cacheFolder, isOn, writeWhole } from '../../runtime/index.ts';

/** The types of templates' values, and which templates are clean, by digests of their texts and types. */
export interface Found {
  readonly made: Readonly<Record<string, Made>>;
  readonly clean: readonly string[];
}

interface Kept extends Found {
  readonly build: string;
}

export class CleanTemplates {
  readonly #path: string | undefined;
  readonly #made: Map<string, Made>;
  readonly #clean: Set<string>;
  readonly #madeNow = new Map<string, Made>();
  readonly #cleanNow = new Set<string>();

  /** `project` distinguishes the projects of a user; without it nothing is kept. */
  constructor(project?: string, env: Readonly<Record<string, string | undefined>> = process.env) {
    const isOff = project === undefined || !isOn('EINC_CACHE', env) || build === undefined;
    this.#path = isOff ? undefined : join(cacheFolder(env), 'check', `${digest(project)}.json`);
    const kept = this.#path === undefined ? undefined : read(this.#path);
    this.#made = new Map(Object.entries(kept?.made ?? {}));
    this.#clean = new Set(kept?.clean);
  }

  /** Whether nothing is known from earlier checks. */
  get isNew(): boolean {
    return this.#clean.size === 0;
  }

  /** The entries that this check has used or added. */
  found(): Found {
    return {
      made: Object.fromEntries(this.#madeNow),
      clean: [...this.#cleanNow],
    };
  }

  /** Adds the entries of another thread. */
  add({ made, clean }: Found): void {
    for (const [key, one] of Object.entries(made)) this.#made.set(key, one);
    for (const key of clean) this.#clean.add(key);
  }

  /** The type of an `op` template's value; `find` returns `undefined` if the template cannot be parsed. */
  madeBy(text: string, find: () => Made | undefined): Made | undefined {
    const key = digest(text);
    const made = this.#made.get(key) ?? this.#madeNow.get(key) ?? find();
    if (made) this.#madeNow.set(key, made);
    return made;
  }

  /** The errors of a template; the search is skipped if it had none before. */
  faultsOf<T>(
    [language, text]: readonly [Language, string],
    holes: readonly TypedHole[],
    find: () => readonly T[],
  ): readonly T[] {
    // Only which holes hold the same value matters, not the values.
    const expressions = holes.map(({ expression }) => expression);
    const types = holes.map(({ type }, i) => [type, expressions.indexOf(expressions[i] ?? '')]);
    const key = digest(JSON.stringify([language, text, types]));
    const isClean = this.#clean.has(key) || this.#cleanNow.has(key);
    const faults = isClean ? [] : find();
    if (faults.length === 0) this.#cleanNow.add(key);
    return faults;
  }

  /** Writes the cache; if that is impossible, nothing is kept. */
  save(): void {
    if (this.#path === undefined || build === undefined) return;
    const kept: Kept = { build, ...this.found() };
    try {
      writeWhole(this.#path, JSON.stringify(kept));
    } catch {
      // The next check will take as long as this one.
    }
  }
}

function read(path: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Kept;
    return kept.build === build ? kept : undefined;
  } catch {
    return undefined;
  }
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
