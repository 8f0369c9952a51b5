/** `einc dump --why`: prints the decisions about each array of a program's routines, with reasons. */
import {
  type ArrayStory,
  arrayStories,
  suggest,
  type Told,
  unreachable,
  UserError,
} from '../compiler/index.ts';
import type { CompiledRoutine } from '../runtime/index.ts';

export interface RoutineStories {
  readonly routine: string;
  readonly arrays: readonly ArrayStory[];
}

/** Of all arrays, or of those with this name. */
export function storiesOf(
  file: string,
  routines: readonly CompiledRoutine[],
  name: string | undefined,
): readonly RoutineStories[] {
  const all = routines.map(({ compiled, because }) => ({
    routine: compiled.routine.name,
    arrays: arrayStories(compiled.unoptimized, because, compiled.witnessed),
  }));
  if (name === undefined) return all;
  const found = all
    .map(({ routine, arrays }) => ({ routine, arrays: arrays.filter(a => a.name === name) }))
    .filter(({ arrays }) => arrays.length > 0);
  if (found.length === 0) throw noSuchArray(file, name, all);
  return found;
}

function noSuchArray(file: string, name: string, all: readonly RoutineStories[]): UserError {
  const names = [...new Set(all.flatMap(({ arrays }) => arrays.map(array => array.name)))];
  const similar = suggest(name, names);
  const list = names.length === 0 ? 'it compiles none' : `they have ${names.join(', ')}`;
  return new UserError({
    code: 'EINC0806',
    message: `no routine of ${file} has an array called ${name}`,
    help: [similar === undefined ? list : `did you mean ${similar}?`],
  });
}

/** A line for each array. */
export function printStories(all: readonly RoutineStories[]): string {
  return all.map(({ routine, arrays }) => [routine, ...table(arrays)].join('\n')).join('\n\n');
}

function table(arrays: readonly ArrayStory[]): readonly string[] {
  const rows = arrays.map(array => [array.name, shapeOf(array), verdictOf(array)] as const);
  const widths = [0, 1].map(column => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows.map(([name, shape, verdict]) => {
    return `  ${name.padEnd(widths[0] ?? 0)}  ${shape.padEnd(widths[1] ?? 0)}  ${verdict}`;
  });
}

/** All that was decided about each array. */
export function printInFull(all: readonly RoutineStories[]): string {
  const one = (routine: string, array: ArrayStory): string => {
    const width = Math.max(...array.decisions.map(({ by }) => by.length));
    const lines = array.decisions.map(told => `  ${told.by.padEnd(width)}  ${said(told)}`);
    return [`${array.name} in ${routine}: ${shapeOf(array)}`, ...lines].join('\n');
  };
  return all.flatMap(({ routine, arrays }) => arrays.map(a => one(routine, a))).join('\n\n');
}

/** The last word, and where the array is then. */
function verdictOf({ decisions }: ArrayStory): string {
  const place = decisions.findLast(({ fate }) => fate === 'stack' || fate === 'scratch');
  const last = decisions.findLast(told => told !== place) ?? place;
  if (!last) return 'kept';
  return place === undefined || last === place
    ? said(last)
    : `${headOf(last)} ${headOf(place)}: ${last.because}`;
}

function said(told: Told): string {
  return `${headOf(told)}: ${told.because}`;
}

function headOf({ fate, readers = [] }: Told): string {
  switch (fate) {
    case 'argument':
    case 'dropped':
    case 'kept':
      return fate;
    case 'narrowed':
      return 'kept in part';
    case 'inlined':
      return `inlined into ${readers.join(', ')}`;
    case 'searched':
      return `looked up for ${readers.join(', ')}`;
    case 'stack':
      return 'on the stack';
    case 'shared':
      return 'shared by the threads of a block';
    case 'scratch':
      return 'in scratch memory';
    default:
      return unreachable(fate);
  }
}

function shapeOf({ dtype, dims, bytes }: ArrayStory): string {
  return `${dtype}${dims.length === 0 ? '' : `[${dims.join(', ')}]`}, ${sizeOf(bytes)}`;
}

function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const size = bytes / 1024 ** power;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${units[power] ?? ''}`;
}
