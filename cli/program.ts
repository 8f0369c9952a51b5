/**
 * A program as JavaScript that Node can import, cached between runs:
 *
 *   <cache>/programs/<entry>.json     which files it was made from, the last time
 *   <cache>/programs/v1/ab/abcd….mjs  the program, named by the paths and contents of these files
 *
 * The list is only a hint. If it is wrong, or a file has changed, the name computed
 * from it does not exist, and the program is built again.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Cache,
  cacheFolder,
  contentKey,
  isOn,
  openCache,
  writeWhole,
} from '../runtime/index.ts';
import { bundleProgram, recipe } from './program-bundle.ts';
import { ProgramFiles } from './program-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The path of the file to import; undefined when the program needs a loader of modules. */
export async function plainProgram(
  path: string,
  env: Environment = process.env,
): Promise<string | undefined> {
  const entry = realpathSync(path);
  const cache = openCache({ env, kind: { folder: 'programs', extension: 'mjs' } });
  const list = isOn('EINC_CACHE', env) ? listOf(entry, env) : undefined;
  const last = list === undefined ? undefined : read(list);
  const key = last?.paths[0] === entry ? keyOf(filesAt(last.paths)) : undefined;
  if (last?.needsLoader !== undefined && last.needsLoader === key) return undefined;
  const found = key === undefined ? undefined : cache.find(key);
  return found ?? make(entry, cache, list);
}

async function make(
  entry: string,
  cache: Cache,
  list: string | undefined,
): Promise<string | undefined> {
  const files = filesAt([entry]);
  const code = await bundleProgram(entry, files);
  const key = keyOf(files);
  if (list !== undefined) {
    const needsLoader = code === undefined ? key : undefined;
    keep(list, { paths: files.paths, needsLoader });
  }
  if (code === undefined) return undefined;
  return cache.file(key, workspace => {
    const path = join(workspace, 'program.mjs');
    writeFileSync(path, code);
    return Promise.resolve({ path, meta: { files: files.paths } });
  });
}

function filesAt(paths: readonly string[]): ProgramFiles {
  const files = new ProgramFiles();
  for (const path of paths) files.text(path);
  return files;
}

/** `einc` in the program is this package, so its place is part of the key. */
function keyOf(files: ProgramFiles): string {
  return contentKey([recipe, import.meta.url, ...files.digest()]);
}

interface List {
  /** The entry first, then all others that the program has, or would have if they were there. */
  readonly paths: readonly string[];
  /** The key of files that need a loader, if those do. */
  readonly needsLoader: string | undefined;
}

function listOf(entry: string, env: Environment): string {
  return join(cacheFolder(env), 'programs', `${contentKey([entry])}.json`);
}

function read(list: string): List | undefined {
  try {
    const { paths, needsLoader } = JSON.parse(readFileSync(list, 'utf8')) as Partial<List>;
    const areTexts = Array.isArray(paths) && paths.every(path => typeof path === 'string');
    return areTexts ? { paths, needsLoader } : undefined;
  } catch {
    return undefined;
  }
}

function keep(list: string, content: List): void {
  try {
    writeWhole(list, JSON.stringify(content));
  } catch {
    // The next run takes as long as this one.
  }
}
