/** Runs `einc` as a user does, in a folder with the user's programs. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly folder: string;
  /** Without colours and with nothing of this process's settings, but for `env`. */
  readonly einc: (args: readonly string[], env?: Record<string, string>) => Promise<Ended>;
  /** All files below a folder, in order, with `/` at the end of folders. */
  readonly files: (below?: string) => readonly string[];
  readonly read: (name: string) => string;
}

const usual = resolve('cli/einc.js');

/** As a package has it that was not built here: nothing is prepared for a first run. */
export function unpreparedEinc(): string {
  const folder = temporaryFolder();
  const isPrepared = (path: string): boolean => path === resolve('dist/prepared');
  cpSync(resolve('dist'), join(folder, 'dist'), { recursive: true, filter: p => !isPrepared(p) });
  cpSync(usual, join(folder, 'cli', 'einc.js'));
  for (const name of ['package.json', 'node_modules', 'backends'])
    symlinkSync(resolve(name), join(folder, name));
  return join(folder, 'cli', 'einc.js');
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'einc-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder that goes away after the tests of the file. */
export function placeWith(
  programs: Readonly<Record<string, string>>,
  command: string = usual,
): Place {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  return {
    folder,
    einc: (args, env = {}) => run([command, ...args], folder, env),
    files: (below = '') => filesUnder(join(folder, below)),
    read: name => readFileSync(join(folder, name), 'utf8'),
  };
}

export function filesUnder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const names = entries.map(entry => {
    const path = join(entry.parentPath, entry.name).slice(folder.length);
    return `${path.replace(/^\//, '')}${entry.isDirectory() ? '/' : ''}`;
  });
  return names.toSorted();
}

function run(args: readonly string[], cwd: string, env: Record<string, string>): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !/^EINC_(BACKEND|CC)$/.test(name));
  return new Promise((ended, failed) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    child.on('error', failed);
    child.on('close', code => ended({ code, ...text }));
  });
}
