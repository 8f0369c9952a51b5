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
import { printSchedules, schedulesOf } from './schedule.ts';
import { runSilently } from './silent-run.ts';
import { printInFull, printStories, storiesOf } from './why.ts';

export interface DumpOptions {
  readonly out: string;
  /** The name of a pass. */
  readonly after?: string;
  /** The name of an array; true for all. */
  readonly why?: string | true;
  /** A stage to print. */
  readonly stage?: 'schedule';
  readonly run?: boolean;
  readonly json?: boolean;
}

/** Runs a program, silently, and writes the stages of each routine it compiles, or says why they are so. */
export async function dump(
  file: string,
  args: readonly string[],
  options: DumpOptions,
): Promise<void> {
  if (options.why !== undefined) await explainArrays(file, args, options.why, options);
  else if (options.stage !== undefined) await showSchedules(file, args, options);
  else await dumpFiles(file, args, options);
}

async function dumpFiles(
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
  await runSilently(file, args, { executes: run }, () => {
    const paths = writeFiles(out, filesOf(dumps));
    if (json) console.log(JSON.stringify(paths));
    else paths.forEach(path => console.log(path));
  });
}

async function explainArrays(
  file: string,
  args: readonly string[],
  why: string | true,
  { run = false, json = false }: DumpOptions,
): Promise<void> {
  await withRoutines(file, args, run, routines => {
    const stories = storiesOf(file, routines, why === true ? undefined : why);
    if (json) console.log(JSON.stringify(stories, null, 2));
    else console.log(why === true ? printStories(stories) : printInFull(stories));
  });
}

async function showSchedules(
  file: string,
  args: readonly string[],
  { run = false, json = false }: DumpOptions,
): Promise<void> {
  await withRoutines(file, args, run, routines => {
    const schedules = schedulesOf(routines);
    console.log(json ? JSON.stringify(schedules, null, 2) : printSchedules(schedules));
  });
}

/** When the program has ended with 0. */
async function withRoutines(
  file: string,
  args: readonly string[],
  executes: boolean,
  show: (routines: readonly CompiledRoutine[]) => void,
): Promise<void> {
  const routines: CompiledRoutine[] = [];
  configure({ executes, onRoutine: routine => routines.push(routine) });
  await runSilently(file, args, { executes }, () => show(routines));
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
