/**
 * Evaluates a file of CommonJS, such as einc itself, with the code that V8 made of it in an earlier
 * process: to read a megabyte of JavaScript and compile what of it runs takes a tenth of a second, to
 * load what came of that a tenth of this. Node 20 does so for nothing by itself.
 *
 *   <cache>/code/v1/ab/abcd….bin     named by the path and the text of the file and by Node's version
 *
 * The path, since the code holds it: stacks would name the file that the code was made of, though the
 * one that runs lies elsewhere. V8 refuses code of another version or other options of its own, but
 * takes damaged code; the store finds none that has changed.
 */
import { isAscii } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { cacheFolder, contentKey } from './cache-folder.ts';
import { openStore, type Store } from './cache-store.ts';
import { preparedFiles } from './prepared.ts';
import { soonOrAtExit } from './soon-or-at-exit.ts';
import { isOn } from './switches.ts';

/**
 * What the file exports. There is no `import(…)` in it. Its code is kept at the end of the process, or
 * after some seconds, with all functions that have run until then; if `isWorthwhile` by then: who asks
 * for the version runs few.
 */
export function evaluate<Exports>(
  path: string,
  isWorthwhile: (exports: Exports) => boolean,
): Exports {
  const bytes = readFileSync(path);
  const root = isOn('EINC_CACHE') ? join(cacheFolder(process.env), 'code') : undefined;
  const store = root !== undefined && existsSync(root) ? openStore(root, 'bin') : undefined;
  const key = contentKey(['code', process.version, process.arch, path, bytes]);
  const kept = store?.read(key) ?? preparedFiles('code', 'bin').read(key);
  const script = new Script(`${opening}${textOf(bytes)}\n})`, {
    filename: path,
    columnOffset: -opening.length,
    cachedData: kept,
  });
  const module = { exports: {} as Exports };
  const run = script.runInThisContext() as (...given: unknown[]) => void;
  run(module.exports, createRequire(path), module, path, dirname(path));
  if (root !== undefined && (kept === undefined || script.cachedDataRejected === true)) {
    soonOrAtExit(() => {
      const isKept = isWorthwhile(module.exports);
      if (isKept) keep(openStore(root, 'bin'), key, script);
      return isKept;
    });
  }
  return module.exports;
}

const opening = '(function (exports, require, module, __filename, __dirname) {';

/** Decoding ASCII as Latin-1 skips the search for multi-byte characters, which would take longer than everything else. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

function keep(store: Store | undefined, key: string, script: Script): void {
  try {
    store?.write(key, script.createCachedData(), { node: process.version });
  } catch {
    // The next start takes as long as this one.
  }
}
