/** Runs a program of a user's in a process of its own, from a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** What the program printed. `args` are Node's; files are named as in `files`. */
export function runFixture(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): string {
  const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One JavaScript module of these lines, which may import the project's files as `./dsl/…`. */
export function bundle(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['einc-source'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Node's arguments to run TypeScript. */
export const underTsx: readonly string[] = ['--import', import.meta.resolve('tsx')];
