/** `einc dump --stage schedule`: prints how each nest of a program's routines was transformed. */
import { printStep, type ScheduledNest, scheduledNests } from '../compiler/index.ts';
import type { CompiledRoutine } from '../runtime/index.ts';

export interface RoutineSchedule {
  readonly routine: string;
  readonly nests: readonly Omit<ScheduledNest, 'candidates'>[];
}

export function schedulesOf(routines: readonly CompiledRoutine[]): readonly RoutineSchedule[] {
  return routines.map(({ compiled }) => ({
    routine: compiled.routine.name,
    nests: scheduledNests(compiled.witnessed, compiled.program).map(
      ({ candidates: _, ...nest }) => nest,
    ),
  }));
}

export function printSchedules(all: readonly RoutineSchedule[]): string {
  return all
    .map(({ routine, nests }) => [routine, ...nests.map(printNest)].join('\n'))
    .join('\n\n');
}

function printNest({
  writes,
  inside,
  loops,
  kind,
  steps,
  refusals,
}: RoutineSchedule['nests'][number]): string {
  const by = inside.length === 0 ? '' : `, with ${inside.join(', ')} inside`;
  const extents = loops.map(({ loop, extent }) => `${loop}:${extent}`).join(', ');
  const done = steps.map(({ by: pass, step }) => [pass, printStep(step)] as const);
  const undone = refusals
    .filter(refused => refused.by !== 'tile-registers' || refused.kind !== 'pointwise')
    .map(({ by: pass, of, because }) => {
      return [
        pass,
        `no: ${writes.length + inside.length < 2 ? '' : `${of.join(', ')}: `}${because}`,
      ] as const;
    });
  const rows = [...done, ...undone];
  const width = Math.max(0, ...rows.map(([pass]) => pass.length));
  const lines = new Set(rows.map(([pass, text]) => `    ${pass.padEnd(width)}  ${text}`));
  return [`  ${writes.join(', ')}${by}  [${extents}]  ${kind}`, ...lines].join('\n');
}
