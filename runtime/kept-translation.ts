/**
 * What backends have made of routines, kept from run to run: the passes and the writing of C take longer
 * than the rest of a start, and always come to the same.
 *
 *   <cache>/translations/v1/ab/abcd….text     named by all that the translation depends on
 *
 * That is the routine as the language gives it, what was asked for, the target, and this build of einc.
 * The places in templates are left out: they are for errors, and there were none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Routine, Schedule } from '../compiler/index.ts';
import type { Backend, Translated } from './backend.ts';
import { build as thisBuild } from './build.ts';
import { type Cache, contentKey, openCache } from './cache.ts';
import { structureText } from './structure-text.ts';

export interface Wanted {
  readonly routine: Routine;
  readonly schedule: Schedule | undefined;
  readonly backend: Backend;
}

/** The name of its translation; undefined where it cannot be told by its text. */
export function translationKey(
  { routine, schedule, backend }: Wanted,
  build: string | undefined = thisBuild,
): string | undefined {
  if (build === undefined) return undefined;
  const { name, target } = backend;
  const text = structureText([routine, schedule, target], ['origins', 'made']);
  if (text === undefined) return undefined;
  return contentKey(['translation', build, process.platform, process.arch, name, text]);
}

let sharedCache: Cache | undefined;

/** `translate` is called where nothing is kept, or what is kept is damaged. */
export async function keptTranslation(
  key: string,
  translate: () => Translated,
  cache: Cache = (sharedCache ??= openCache({
    kind: { folder: 'translations', extension: 'text' },
  })),
): Promise<Translated> {
  let made: Translated | undefined;
  try {
    const path = await cache.file(key, workspace => {
      made ??= translate();
      const file = join(workspace, 'translation');
      writeFileSync(file, JSON.stringify(made));
      return Promise.resolve({ path: file, meta: { name: made.name } });
    });
    return made ?? (JSON.parse(readFileSync(path, 'utf8')) as Translated);
  } catch (error) {
    // A full disk is no reason to stop: the result exists, it is just not cached.
    if (made) return made;
    throw error;
  }
}
