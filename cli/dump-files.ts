/** The files of a dump: with unique names, written all or none. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../compiler/index.ts';
import { fileNameOf, makeFolder } from '../runtime/index.ts';

/** What is written of one routine. */
export interface RoutineDump {
  readonly name: string;
  readonly stages: readonly Stage[];
}

export interface Stage {
  /** What follows the routine's name in the name of the file. */
  readonly ending: string;
  readonly text: string;
}

/** Gives routines of one name files of different names, the same ones every time. */
export function filesOf(dumps: readonly RoutineDump[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const files = new Map<string, string>();
  for (const { name, stages } of dumps) {
    const short = fileNameOf(name);
    const count = (counts.get(short) ?? 0) + 1;
    counts.set(short, count);
    const base = count === 1 ? short : `${short}-${count}`;
    for (const { ending, text } of stages) files.set(base + ending, text);
  }
  return files;
}

/** Their paths. Where one cannot be written, no half file stays, nor a folder that was not there. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): readonly string[] {
  const paths = [...files.keys()].map(name => join(folder, name));
  const missing = firstMissing(folder);
  try {
    makeFolder(folder);
    for (const [name, text] of files) writeFileSync(temporary(join(folder, name)), text);
    for (const path of paths) renameSync(temporary(path), path);
    return paths;
  } catch (cause) {
    for (const path of paths) remove(temporary(path), false);
    if (missing !== undefined) remove(missing, true);
    throw new UserError({
      code: 'EINC0803',
      message: `the files cannot be written to ${folder}`,
      notes: [cause instanceof Error ? cause.message : String(cause)],
    });
  }
}

/** The topmost of the folders that have to be made. */
function firstMissing(folder: string): string | undefined {
  let missing: string | undefined;
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing = path;
  return missing;
}

function temporary(path: string): string {
  return `${path}.tmp`;
}

function remove(path: string, recursive: boolean): void {
  try {
    rmSync(path, { recursive, force: true });
  } catch {
    // Why nothing could be written is the error to show.
  }
}
