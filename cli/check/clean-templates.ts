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
import { build, cacheFolder, writeWhole } from '../../runtime/index.ts';

/** What templates make and which are clean, by digests of their texts and types. */
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

  /** `project` is whatever tells one project of the user from another; without it nothing is kept. */
  constructor(project?: string, env: Readonly<Record<string, string | undefined>> = process.env) {
    const isOff = project === undefined || env['EINC_CACHE'] === 'off' || build === undefined;
    this.#path = isOff ? undefined : join(cacheFolder(env), 'check', `${digest(project)}.json`);
    const kept = this.#path === undefined ? undefined : read(this.#path);
    this.#made = new Map(Object.entries(kept?.made ?? {}));
    this.#clean = new Set(kept?.clean);
  }

  /** Whether nothing is known from before. */
  get isNew(): boolean {
    return this.#clean.size === 0;
  }

  /** What this check has used or found. */
  found(): Found {
    return {
      made: Object.fromEntries(this.#madeNow),
      clean: [...this.#cleanNow],
    };
  }

  /** What was found elsewhere is known here. */
  add({ made, clean }: Found): void {
    for (const [key, one] of Object.entries(made)) this.#made.set(key, one);
    for (const key of clean) this.#clean.add(key);
  }

  /** What an `op` template makes; `undefined` from `find` is that it cannot be read. */
  madeBy(text: string, find: () => Made | undefined): Made | undefined {
    const key = digest(text);
    const made = this.#made.get(key) ?? this.#madeNow.get(key) ?? find();
    if (made) this.#madeNow.set(key, made);
    return made;
  }

  /** The faults of a template, which are not looked for where there were none before. */
  faultsOf<T>(
    [language, text]: readonly [Language, string],
    holes: readonly TypedHole[],
    find: () => readonly T[],
  ): readonly T[] {
    // Of what stands in the holes it only matters where it is the same.
    const expressions = holes.map(({ expression }) => expression);
    const types = holes.map(({ type }, i) => [type, expressions.indexOf(expressions[i] ?? '')]);
    const key = digest(JSON.stringify([language, text, types]));
    const isClean = this.#clean.has(key) || this.#cleanNow.has(key);
    const faults = isClean ? [] : find();
    if (faults.length === 0) this.#cleanNow.add(key);
    return faults;
  }

  /** A cache that cannot be written to is none. */
  save(): void {
    if (this.#path === undefined || build === undefined) return;
    const kept: Kept = { build, ...this.found() };
    try {
      writeWhole(this.#path, JSON.stringify(kept));
    } catch {
      // The next check takes as long as this one.
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
