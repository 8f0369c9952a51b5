import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { optimise, printProgram, printRoutine, UserError } from '../compiler/index.ts';
import { type CompiledRoutine, configure } from '../runtime/index.ts';
import { runFile } from './run.ts';

export interface DumpOptions {
  readonly out: string;
  /** The name of a pass. */
  readonly after?: string;
  readonly run?: boolean;
  readonly json?: boolean;
}

/** Runs a program, silently, and writes the stages of each routine it compiles. */
export async function dump(
  file: string,
  args: readonly string[],
  { out, after, run = false, json = false }: DumpOptions,
): Promise<void> {
  if (after !== undefined) checkPass(after);
  const written: string[] = [];
  const folder = new DumpFolder(out);
  configure({
    executes: run,
    watchedPass: after,
    onRoutine: routine => written.push(...folder.write(stagesOf(routine, after))),
  });
  const say = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    await runFile(file, args);
  } finally {
    process.stdout.write = say;
  }
  console.log(json ? JSON.stringify(written) : written.join('\n'));
}

interface Stage {
  /** What follows the routine's name in the name of the file. */
  readonly ending: string;
  readonly text: string;
}

interface Stages {
  readonly name: string;
  readonly stages: readonly Stage[];
}

function stagesOf(
  { compiled, source, watched }: CompiledRoutine,
  after: string | undefined,
): Stages {
  const { routine, unoptimized, program } = compiled;
  const extra =
    watched && after !== undefined
      ? [{ ending: `-after-${after}.ll`, text: printProgram(watched) }]
      : [];
  const stages = [
    { ending: '.cd', text: printRoutine(routine) },
    { ending: '-unoptimized.ll', text: printProgram(unoptimized) },
    ...extra,
    { ending: '.ll', text: printProgram(program) },
    ...(source ? [{ ending: `.${source.extension}`, text: source.text }] : []),
  ];
  return { name: routine.name, stages };
}

/** Gives routines of one name files of different names, the same ones every time. */
class DumpFolder {
  readonly #out: string;
  readonly #counts = new Map<string, number>();

  constructor(out: string) {
    this.#out = out;
  }

  write({ name, stages }: Stages): readonly string[] {
    mkdirSync(this.#out, { recursive: true });
    const short = name.slice(0, 120);
    const count = (this.#counts.get(short) ?? 0) + 1;
    this.#counts.set(short, count);
    const base = count === 1 ? short : `${short}-${count}`;
    return stages.map(({ ending, text }) => {
      const path = join(this.#out, base + ending);
      // Whole or not at all, even when the process ends here.
      writeFileSync(`${path}.tmp`, text);
      renameSync(`${path}.tmp`, path);
      return path;
    });
  }
}

function checkPass(name: string): void {
  const names = optimise.map(pass => pass.name);
  if (names.includes(name)) return;
  throw new UserError({
    code: 'EINC0802',
    message: `there is no pass called ${name}`,
    help: [`the passes are ${[...new Set(names)].join(', ')}`],
  });
}
