/** `einc tune`: times other schedules for the nests of a program's routines, and stores the fastest. */
import { openBackend } from '../backends/index.ts';
import { type NestOverride, suggest, UserError } from '../compiler/index.ts';
import {
  type CompiledRoutine,
  configure,
  openTuned,
  timeInTurns,
  tune,
  type TunedNest,
  type TunedSchedules,
} from '../runtime/index.ts';
import { Progress } from './progress.ts';
import { runQuietly } from './silent-run.ts';

export interface TuneOptions {
  readonly k: number;
  readonly forget?: boolean;
  readonly json?: boolean;
}

export interface TunedRoutine {
  readonly routine: string;
  readonly nests: readonly TunedNest[];
}

/** Of the routine with this name, or of all that the program compiles. */
export async function tuneProgram(
  file: string,
  name: string | undefined,
  options: TuneOptions,
): Promise<void> {
  const store = openTuned();
  if (!store) throw nowhereToKeep();
  const routines: CompiledRoutine[] = [];
  // What is found is for this processor, whatever the environment says.
  configure({
    backend: 'cc',
    target: undefined,
    executes: false,
    takesTuned: false,
    onRoutine: routine => routines.push(routine),
  });
  await runQuietly(file, [], async () => {
    configure({ executes: true, onRoutine: undefined });
    const chosen = routinesCalled(file, name, routines);
    if (options.forget === true) await forget(chosen, store, options);
    else await tuneAll(chosen, store, options);
  });
}

/** Those that name their own schedule have nothing to be tuned. */
function routinesCalled(
  file: string,
  name: string | undefined,
  routines: readonly CompiledRoutine[],
): readonly CompiledRoutine[] {
  const nameOf = ({ compiled }: CompiledRoutine): string => compiled.routine.name;
  const found = routines.filter(routine => name === undefined || nameOf(routine) === name);
  if (found.length > 0) return found.filter(({ schedule }) => schedule === undefined);
  const names = [...new Set(routines.map(nameOf))];
  const similar = name === undefined ? undefined : suggest(name, names);
  const list = names.length === 0 ? 'it compiles none' : `its routines are ${names.join(', ')}`;
  throw new UserError({
    code: 'EINC0809',
    message: `${file} compiles no routine${name === undefined ? '' : ` called ${name}`}`,
    help: [similar === undefined ? list : `did you mean ${similar}?`],
  });
}

async function tuneAll(
  routines: readonly CompiledRoutine[],
  store: TunedSchedules,
  { k, json = false }: TuneOptions,
): Promise<void> {
  using backend = await openBackend('cc');
  const progress = new Progress();
  const all: TunedRoutine[] = [];
  for (const { compiled } of routines) {
    const { name } = compiled.routine;
    const nests = await tune(compiled, {
      backend,
      candidates: k,
      time: timeInTurns,
      onNest: (nest, done, total) => progress.show(done, total, `${name}: ${nest}`),
    });
    progress.clear();
    const winners = nests.flatMap(nest => (nest.winner ? [[nest.name, nest.winner] as const] : []));
    const schedule = Object.fromEntries(winners);
    if (winners.length > 0) store.keep(compiled.unoptimized, backend.target, schedule);
    else store.forget(compiled.unoptimized, backend.target);
    all.push({ routine: name, nests });
    if (!json) console.log(printTuned({ routine: name, nests }));
  }
  if (json) console.log(JSON.stringify(all, null, 2));
  else if (all.some(({ nests }) => nests.some(({ winner }) => winner))) {
    console.log('\nlater runs take what is faster; --forget takes it away');
  }
}

async function forget(
  routines: readonly CompiledRoutine[],
  store: TunedSchedules,
  { json = false }: TuneOptions,
): Promise<void> {
  using backend = await openBackend('cc');
  const forgotten = routines.filter(({ compiled }) =>
    store.forget(compiled.unoptimized, backend.target),
  );
  const names = forgotten.map(({ compiled }) => compiled.routine.name);
  if (json) console.log(JSON.stringify({ forgotten: names }));
  else console.log(names.length === 0 ? 'nothing was kept' : `forgotten: ${names.join(', ')}`);
}

export function printTuned({ routine, nests }: TunedRoutine): string {
  const width = Math.max(0, ...nests.map(({ name }) => name.length));
  const lines = nests.map(nest => `  ${nest.name.padEnd(width)}  ${outcomeOf(nest)}`);
  return [routine, ...(lines.length === 0 ? ['  no nest has tiles to choose'] : lines)].join('\n');
}

function outcomeOf({ tried, winner }: TunedNest): string {
  const before = tried[0]?.ms ?? 0;
  const after = tried.find(({ asked }) => asked === winner)?.ms;
  const others = tried.length - 1;
  if (winner === undefined || after === undefined) {
    return `${timeOf(before)}: as chosen, the best of ${others + 1}`;
  }
  const gain = Math.round((1 - after / before) * 100);
  return `${timeOf(before)} → ${timeOf(after)}, ${gain} % faster: ${printAsked(winner)}`;
}

function printAsked({ rows, vectors, pack }: NestOverride): string {
  return [
    ...(rows === undefined ? [] : [`rows ${rows}`]),
    ...(vectors === undefined ? [] : [`vectors ${vectors}`]),
    ...(pack === false ? ['nothing copied'] : []),
  ].join(', ');
}

function timeOf(ms: number): string {
  return ms < 0.1 ? `${(ms * 1000).toPrecision(3)} µs` : `${ms.toPrecision(3)} ms`;
}

function nowhereToKeep(): UserError {
  return new UserError({
    code: 'EINC0810',
    message: 'there is no place to keep what is found',
    help: ['leave out EINC_CACHE=off, or set EINC_CACHE_DIR to a folder of yours'],
  });
}
