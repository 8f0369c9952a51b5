import { statSync } from 'node:fs';
import { register } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareBackend } from '../backends/index.ts';
import { UserError } from '../compiler/index.ts';
// The program will ask for it; loading it before the hooks are there is twice as fast.
import '../dsl/einc.ts';
import { plainProgram } from './program.ts';
import { directOutput } from './rank-output.ts';
import { report } from './report.ts';

/** `import(…)`, of the URL of a module. */
export type ImportModule = (url: string) => Promise<unknown>;

let importModule: ImportModule | undefined;

/** Says how to import a program: einc itself is evaluated as a script, in which Node imports nothing. */
export function importWith(given: ImportModule): void {
  importModule = given;
}

/**
 * Runs a program in this process, as Node would run it: `process.argv` is the program's, and what it
 * throws ends the process. TypeScript needs no build, and `einc` is this package.
 */
export async function runFile(file: string, args: readonly string[]): Promise<void> {
  const path = resolve(file);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw noProgram(`there is no file ${file}`);
  if (status.isDirectory()) throw noProgram(`${file} is a folder, not a program`);
  if (!/^(?:\.[cm]?[jt]sx?)?$/.test(extname(path))) {
    throw noProgram(`${file} is not a program of TypeScript or JavaScript`);
  }
  directOutput();
  prepareBackend();
  process.setSourceMapsEnabled(true);
  const plain = await plainProgram(path);
  if (plain === undefined) loadTypeScript();
  process.argv = [process.argv[0] ?? 'node', path, ...args];
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, error => {
      report(error);
      process.exit();
    });
  }
  await importModule?.(pathToFileURL(plain ?? path).href);
}

/** A thread that reads modules for this one: a tenth of a second until it is there. */
function loadTypeScript(): void {
  // What `tsx/esm/api` does, without loading tsx in this thread, where nothing needs it.
  register('tsx/esm', import.meta.url, { data: {} });
  register('./hooks.js', import.meta.url);
}

function noProgram(message: string): UserError {
  return new UserError({ code: 'EINC0801', message });
}
