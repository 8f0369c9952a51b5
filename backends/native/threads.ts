/** How many threads the loops of a kernel share: as many as there are cores for this process. */
import { availableParallelism } from 'node:os';
import { UserError } from '../../compiler/index.ts';
import { launchOf, settings } from '../../runtime/index.ts';
import { type Group, groupsOf, type Read, readText } from './control-group.ts';

const most = 1024;

export interface PoolSize {
  readonly threads: number;
  /**
   * The core of each processor, or -1 for one that this process may not use; empty unless there is one
   * thread for each core. With fewer, others may be meant to use the rest, in ways unknown here.
   */
  readonly coreOf: readonly number[];
}

/** `$EINC_THREADS`, else the cores, or this rank's part of them. Throws a `UserError` for what is no number of threads. */
export function poolSize(
  setting = settings().threads ?? '',
  read: Read = readText,
  ranks = launchOf().localSize,
): PoolSize {
  const coreOf = coresOfProcessors(read);
  const cores = Math.max(...coreOf, -1) + 1;
  const threads = setting === '' ? fitting(cores, ranks, read) : parsed(setting);
  return { threads, coreOf: threads === cores ? coreOf : [] };
}

/**
 * The same threads and cores in so many parts, or in as many as there are threads. Each has neighbouring
 * cores of its own, until there are more parts than cores, which then take turns.
 */
export function partsOf({ threads, coreOf }: PoolSize, count: number | 'all'): readonly PoolSize[] {
  const parts = count === 'all' ? threads : count;
  return Array.from({ length: parts }, (_, part) => {
    const first = parts > threads ? part % threads : Math.floor((part * threads) / parts);
    const end = parts > threads ? first + 1 : Math.floor(((part + 1) * threads) / parts);
    const own = coreOf.map(core => (core >= first && core < end ? core - first : -1));
    return { threads: end - first, coreOf: own };
  });
}

function parsed(setting: string): number {
  const threads = /^\d+$/.test(setting) ? Number(setting) : NaN;
  if (threads >= 1 && threads <= most) return threads;
  throw new UserError({
    code: 'EINC0913',
    message: `$EINC_THREADS is \`${setting}\`, which is no number of threads`,
    help: [
      `set it to a number from 1 to ${most}`,
      'or unset it: a thread for each core this process may use',
    ],
  });
}

/**
 * The cores, but no more than the process has a share of time for. Ranks of one machine share it: a
 * launcher may have given each its cores already, or nothing but leave to use all.
 */
function fitting(cores: number, ranks: number, read: Read): number {
  const usable = cores === 0 ? availableParallelism() : cores;
  const limits = groupsOf('cpu', read).map(group => shareOf(group, read));
  const shares = [coresOfMachine(read), ...limits].map(share => Math.floor(share / ranks));
  return Math.max(1, Math.min(most, usable, ...shares));
}

/** All that are there, whoever may use them; Infinity when that is not known. */
function coresOfMachine(read: Read): number {
  const online = read('/sys/devices/system/cpu/online')?.trim();
  if (online === undefined) return Infinity;
  return new Set(numbersIn(online).map(processor => siblingsOf(processor, read))).size;
}

/**
 * Two threads of one core take turns at its arithmetic, so cores count and not what the system calls
 * processors. They are numbered in the order of the processors.
 */
function coresOfProcessors(read: Read): readonly number[] {
  const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  const coreOf: number[] = [];
  const numbers = new Map<string, number>();
  for (const processor of allowed === undefined ? [] : numbersIn(allowed)) {
    const siblings = siblingsOf(processor, read);
    const core = numbers.get(siblings) ?? numbers.size;
    numbers.set(siblings, core);
    while (coreOf.length < processor) coreOf.push(-1);
    coreOf.push(core);
  }
  return coreOf;
}

/** Of `0-2,5`. */
function numbersIn(list: string): readonly number[] {
  return list.split(',').flatMap(range => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The processors of the same core, as text that no other core has. */
function siblingsOf(processor: number, read: Read): string {
  const folder = `/sys/devices/system/cpu/cpu${processor}/topology`;
  return read(`${folder}/thread_siblings_list`)?.trim() ?? `${processor}`;
}

/** How many processors' time a group may take; Infinity where there is no limit. */
function shareOf({ folder, version }: Group, read: Read): number {
  const file = (name: string): string => read(`${folder}/${name}`)?.trim() ?? '';
  const [quota, period] =
    version === 2
      ? file('cpu.max').split(' ')
      : [file('cpu.cfs_quota_us'), file('cpu.cfs_period_us')];
  const share = Number(quota) / Number(period);
  // Without a limit the quota is `max`, or -1.
  return share > 0 ? share : Infinity;
}
