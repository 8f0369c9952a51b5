/**
 * The schedules that `einc tune` found, on disk beside compiled code, each named by the program that it
 * is for, the target, and the processor it was timed on.
 *
 *   <root>/tuned/abcd….json
 *
 * What is read back only chooses among schedules that are legal all the same; a file that is damaged is
 * taken for none.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { printProgram, type Program, type Schedule, type Target } from '../compiler/index.ts';
import { cacheFolder, contentKey } from './cache.ts';
import { prepareRoot } from './cache-trust.ts';
import { checkSchedule } from './check-schedule.ts';
import { isOn } from './switches.ts';
import { writeWhole } from './whole-file.ts';

export class TunedSchedules {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  find(unoptimized: Program, target: Target): Schedule | undefined {
    try {
      const found: unknown = JSON.parse(readFileSync(this.#path(unoptimized, target), 'utf8'));
      checkSchedule(found);
      return found;
    } catch {
      return undefined;
    }
  }

  keep(unoptimized: Program, target: Target, schedule: Schedule): void {
    const path = this.#path(unoptimized, target);
    writeWhole(path, `${JSON.stringify(schedule, null, 2)}\n`);
  }

  /** Whether there was one. */
  forget(unoptimized: Program, target: Target): boolean {
    const isThere = this.find(unoptimized, target) !== undefined;
    rmSync(this.#path(unoptimized, target), { force: true });
    return isThere;
  }

  #path(unoptimized: Program, target: Target): string {
    const processor = cpus()[0]?.model ?? '';
    const key = contentKey([printProgram(unoptimized), target.name, processor]);
    return join(this.folder, `${key}.json`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined with `EINC_CACHE=off`, and where nothing can be kept. */
export function openTuned(env: Environment = process.env): TunedSchedules | undefined {
  if (!isOn('EINC_CACHE', env)) return undefined;
  const root = cacheFolder(env);
  return prepareRoot(root) === undefined ? new TunedSchedules(folderIn(root)) : undefined;
}

/** The schedule found for a program, if any. Looking for it writes nothing to disk. */
export function tunedSchedule(
  unoptimized: Program,
  target: Target,
  env: Environment = process.env,
): Schedule | undefined {
  return hasTuned(env) ? openTuned(env)?.find(unoptimized, target) : undefined;
}

/** Whether anything was ever found, for whatever program. */
export function hasTuned(env: Environment = process.env): boolean {
  return existsSync(folderIn(cacheFolder(env)));
}

function folderIn(root: string): string {
  return join(root, 'tuned');
}
