/** Decodes the emulator's reports: numbers, see `include/report.h`. */
import { BackendError, type Program } from '../../compiler/index.ts';
import type { Launch } from '../cuda/steps.ts';
import { arraysAt } from './launcher.ts';
import { type Fault, messages, type Party, type Report } from './messages.ts';

/** What a report is about. */
export interface Reported {
  readonly program: Program;
  /** By their numbers. */
  readonly launches: readonly Launch[];
  /** The lines of what was compiled. */
  readonly lines: readonly string[];
  /** The line of a place in the library; undefined where nothing tells. */
  readonly lineAt: (place: number) => number | undefined;
}

/** In numbers of 64 bits. */
export const reportCells = 18;

const faults: readonly (Fault | undefined)[] = [
  undefined,
  'divergence',
  'out-of-bounds',
  'uninitialised',
  'race',
  'no-memory',
  'untold',
  'unfenced',
  'disagreement',
  'misaligned',
  'overflow',
  'unarrived',
  'misused',
];

/** Undefined when nothing is reported. */
export function errorOf(cells: readonly number[], about: Reported): BackendError | undefined {
  const [fault = 0, number = 0, ...rest] = cells;
  const kind = faults[fault];
  const launch = about.launches[number];
  if (kind === undefined || launch === undefined) return undefined;
  const [memory = 0, memoryBytes = 0, offset = 0, bytes = 0] = rest.slice(10);
  const report: Report = {
    launch,
    first: partyOf(rest, about),
    second: partyOf(rest.slice(5), about),
    memory: nameOf(memory, launch, about),
    isShared: memory < 0,
    ...{ memoryBytes, offset, bytes },
    lines: about.lines,
  };
  return new BackendError(messages[kind](report));
}

function partyOf(
  [thread = -1, block = 0, line = 0, place = 0, isWrite = 0]: readonly number[],
  { lineAt }: Reported,
): Party {
  const known = line > 0 ? line : place > 0 ? lineAt(place) : undefined;
  return { thread, block, line: known, isWrite: isWrite !== 0 };
}

/** An argument of the launch, or a shared array by the line of its declaration. */
function nameOf(memory: number, launch: Launch, { program, lines }: Reported): string {
  if (memory >= 0) {
    const argument = launch.args[memory];
    const names = argument ? arraysAt(argument, program).map(({ name }) => `\`${name}\``) : [];
    return names.length > 0 ? names.join(' or ') : 'the arena';
  }
  const declaration = lines[-2 - memory] ?? '';
  const name = /__shared__[^;]*?(\w+)\s*(?:\[[^;]*)?;|EINC_DYNAMIC_SHARED\([^;,]*, (\w+),/.exec(
    declaration,
  );
  return `\`${name?.[1] ?? name?.[2] ?? 'shared memory'}\``;
}
