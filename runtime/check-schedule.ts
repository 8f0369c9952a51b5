/** Checks of a schedule that need no knowledge of the routine. */
import { describe, overrideNames, type Schedule } from '../compiler/index.ts';
import { checkOptions, described, isObject, wrong } from './arguments.ts';

/** `scalar`, or by names. Whether its names are those of arrays shows when it is compiled. */
export function checkSchedule(schedule: unknown): asserts schedule is Schedule {
  if (schedule === 'scalar') return;
  const help = "write { logits: { rows: 4, vectors: 2 } }, or 'scalar'";
  if (!isObject(schedule)) {
    throw wrong('EINC0509', `a schedule cannot be ${describe(schedule)}`, help);
  }
  for (const [name, asked] of Object.entries(schedule)) {
    if (asked === 'scalar') continue;
    if (!isObject(asked)) {
      throw wrong('EINC0509', `the schedule of \`${name}\` cannot be ${describe(asked)}`, help);
    }
    checkOptions('EINC0509', `schedule.${name}`, asked, overrideNames);
    Object.entries(asked).forEach(([option, value]) => checkOverride(name, option, value));
    if (asked['tile'] !== false || (asked['rows'] ?? asked['vectors']) === undefined) continue;
    const message = `the schedule of \`${name}\` says how large a tile is, and that there is none`;
    throw wrong('EINC0509', message, 'leave out `tile: false`, or the sizes');
  }
}

function checkOverride(name: string, option: string, value: unknown): void {
  const isSize = ['rows', 'vectors', 'stages'].includes(option);
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
  const isSwitch = value === false || (value === true && option === 'parallel');
  if (value === undefined || (isSize ? isCount : isSwitch)) return;
  const switches = option === 'parallel' ? '`true` or `false`' : '`false`, or left out';
  const wanted = isSize ? 'a whole number from 1 up' : switches;
  const message = `\`${option}\` of the schedule of \`${name}\` is ${wanted}, not ${described(value)}`;
  throw wrong('EINC0509', message);
}
