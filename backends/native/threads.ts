/** How many threads the loops of a kernel use: as many as there are cores for this process. */
import { availableParallelism } from 'node:os';
import { UserError } from '../../compiler/index.ts';
import { launchOf, settings } from '../../runtime/index.ts';
import { type Group, groupsOf, type Read, readText } from './control-group.ts';

const most = 1024;

export interface PoolSize {
  readonly threads: number;
  /**
   * The core of each processor, or -1 for one that this process may not use; empty unless there is one
   * thread per core. With fewer threads, the remaining cores may be in use by others, unknown to us.
   */
  readonly coreOf: readonly number[];
}

/**
 * `$EINC_THREADS`, else the number of cores, or this rank's part of them. Throws a `UserError` if it is not a valid
 * number of threads.
 */
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
 * Divides the threads and cores into the given number of parts, or into one part per thread. Each part has neighbouring
 * cores of its own; if there are more parts than cores, cores are reused round-robin.
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
 * The number of cores, limited by the process's share of CPU time. Ranks of one machine divide it: a
 * launcher may already have pinned each to its cores, or have left all cores open to all ranks.
 */
function fitting(cores: number, ranks: number, read: Read): number {
  const usable = cores === 0 ? availableParallelism() : cores;
  const limits = groupsOf('cpu', read).map(group => shareOf(group, read));
  const shares = [coresOfMachine(read), ...limits].map(share => Math.floor(share / ranks));
  return Math.max(1, Math.min(most, usable, ...shares));
}

/** The cores of the machine, whoever may use them; Infinity if unknown. */
function coresOfMachine(read: Read): number {
  const online = read('/sys/devices/system/cpu/online')?.trim();
  if (online === undefined) return Infinity;
  return new Set(numbersIn(online).map(processor => siblingsOf(processor, read))).size;
}

/**
 * Two hardware threads of a core share its arithmetic units, so this counts cores and not what the system calls
 * processors. Cores are numbered in the order of the processors.
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

/** Parses a list such as `0-2,5`. */
function numbersIn(list: string): readonly number[] {
  return list.split(',').flatMap(range => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** A text that identifies the processor's core. */
function siblingsOf(processor: number, read: Read): string {
  const folder = `/sys/devices/system/cpu/cpu${processor}/topology`;
  return read(`${folder}/thread_siblings_list`)?.trim() ?? `${processor}`;
}

/** The CPU quota of a group, in processors; Infinity without a limit. */
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
