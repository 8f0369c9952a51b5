/**
 * How much memory is left. Linux overcommits and later kills processes that use too much, so a large
 * array has to be refused here, while that can still be an error.
 */
import { BackendError } from '../../compiler/index.ts';
import { type Group, groupsOf, readText } from './control-group.ts';

/** Below this, querying the system would cost more than it is worth. */
const smallBytes = 1 << 24;

const residentAtStart = process.memoryUsage.rss();

/** Throws if `bytes` more are not available. `liveBytes` is the size of all existing buffers. */
export function checkRoom(bytes: number, liveBytes: number, what: string): void {
  if (bytes < smallBytes) return;
  const available = availableBytes();
  // Live buffers that nobody has touched are not in any statistics yet, but will use their memory.
  const touched = Math.max(0, process.memoryUsage.rss() - residentAtStart);
  if (bytes + Math.max(0, liveBytes - touched) > available) {
    throw noRoom(what, bytes, liveBytes, available);
  }
}

export function noRoom(
  what: string,
  bytes: number,
  liveBytes: number,
  available: number = availableBytes(),
): BackendError {
  return new BackendError({
    code: 'EINC0912',
    message: `no memory for ${what}: ${inWords(bytes)} asked for`,
    notes: [`live buffers hold ${inWords(liveBytes)}; ${inWords(available)} are available`],
  });
}

/** What the machine and the control groups of this process have left. Page cache counts as free. */
export function availableBytes(read: (path: string) => string | undefined = readText): number {
  const machine = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1];
  const rooms = groupsOf('memory', read).map(group => roomIn(group, read));
  return Math.min(machine === undefined ? Infinity : Number(machine) * 1024, ...rooms);
}

const files = {
  1: {
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    cached: 'total_inactive_file',
  },
  2: { limit: 'memory.max', used: 'memory.current', cached: 'inactive_file' },
} as const;

/** Infinity without a limit, which cgroups v1 write as a huge number and v2 as `max`. */
function roomIn({ folder, version }: Group, read: (path: string) => string | undefined): number {
  const { limit, used, cached } = files[version];
  const most = Number(read(`${folder}/${limit}`) ?? NaN);
  const taken = Number(read(`${folder}/${used}`) ?? NaN);
  if (Number.isNaN(most) || Number.isNaN(taken)) return Infinity;
  const statistics = read(`${folder}/memory.stat`) ?? '';
  const reclaimable = new RegExp(`^${cached} (\\d+)$`, 'm').exec(statistics)?.[1] ?? '0';
  return most - taken + Number(reclaimable);
}

function inWords(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1024 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10));
  const digits = power === 0 ? 0 : 1;
  return `${(bytes / 1024 ** power).toFixed(digits)} ${units[power] ?? ''}`;
}
