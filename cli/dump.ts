import {
  passesFor,
  printProgram,
  targets,
  printRoutine,
  suggest,
  UserError,
} from '../compiler/index.ts';
import { type CompiledRoutine, configure } from '../runtime/index.ts';
import { filesOf, type RoutineDump, writeFiles } from './dump-files.ts';
import { runSilently } from './silent-run.ts';

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
  const dumps: RoutineDump[] = [];
  configure({
    executes: run,
    watchedPass: after,
    onRoutine: routine => dumps.push(dumpOf(routine, after)),
  });
  await runSilently(file, args, () => {
    const paths = writeFiles(out, filesOf(dumps));
    if (json) console.log(JSON.stringify(paths));
    else paths.forEach(path => console.log(path));
  });
}

function dumpOf(
  { compiled, source, watched }: CompiledRoutine,
  after: string | undefined,
): RoutineDump {
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

function checkPass(name: string): void {
  const names = passesFor(targets.avx2).map(pass => pass.name);
  if (names.includes(name)) return;
  const similar = suggest(name, names);
  throw new UserError({
    code: 'EINC0802',
    message: `there is no pass called ${name}`,
    help: [
      ...(similar === undefined ? [] : [`did you mean ${similar}?`]),
      `the passes are ${[...new Set(names)].join(', ')}`,
    ],
  });
}
