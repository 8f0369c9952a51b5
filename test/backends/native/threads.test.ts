/** How many threads loops get, and on which cores, on machines of all kinds. */
import { expect, test } from 'vitest';
import { poolSize } from '../../../backends/native/threads.ts';

type Files = Readonly<Record<string, string>>;

const on = (files: Files, setting = '') => poolSize(setting, path => files[path]);

const allowed = (list: string): Files => ({
  '/proc/self/status': `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\n`,
});

/** Pairs of processors that are one core. */
const pairs = (...lists: string[]): Files =>
  Object.fromEntries(
    lists.flatMap(list =>
      list
        .split(',')
        .map(cpu => [
          `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`,
          `${list}\n`,
        ]),
    ),
  );

const group = (files: Files): Files => ({ '/proc/self/cgroup': '0::/job/task\n', ...files });

const groupOfVersion1 = (quota: string): Files => ({
  '/proc/self/cgroup': '4:cpu,cpuacct:/job\n3:memory:/other\n',
  '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': `${quota}\n`,
  '/sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000\n',
});

const four = allowed('0-3');

test.each<[string, Files, number, readonly number[]]>([
  ['a processor is a core, if nothing says otherwise', four, 4, [0, 1, 2, 3]],
  ['one processor', allowed('0'), 1, [0]],
  ['two processors of a core', { ...four, ...pairs('0,2', '1,3') }, 2, [0, 1, 0, 1]],
  ['of which one may be used', { ...allowed('2-3'), ...pairs('0,2', '1,3') }, 2, [-1, -1, 0, 1]],
  ['some that may be used', allowed('1,4-5'), 3, [-1, 0, -1, -1, 1, 2]],
  ['a group without a limit', { ...four, ...group({}) }, 4, [0, 1, 2, 3]],
  [
    'a group that says so',
    { ...four, ...group({ '/sys/fs/cgroup/job/task/cpu.max': 'max 100000\n' }) },
    4,
    [0, 1, 2, 3],
  ],
  [
    'a share of two and a half',
    { ...four, ...group({ '/sys/fs/cgroup/job/task/cpu.max': '250000 100000\n' }) },
    2,
    [],
  ],
  [
    'less than one, of the group above',
    { ...four, ...group({ '/sys/fs/cgroup/job/cpu.max': '50000 100000\n' }) },
    1,
    [],
  ],
  ['version 1', { ...four, ...groupOfVersion1('300000') }, 3, []],
  ['version 1 without a limit', { ...four, ...groupOfVersion1('-1') }, 4, [0, 1, 2, 3]],
])('%s', (_, files, threads, coreOf) => {
  expect(on(files)).toEqual({ threads, coreOf });
});

test('where the system says nothing, as many as Node knows', () => {
  const { threads, coreOf } = on({});
  expect(threads).toBeGreaterThan(0);
  expect(coreOf).toEqual([]);
});

test.each<[string, number, readonly number[]]>([
  ['1', 1, []],
  ['3', 3, []],
  ['4', 4, [0, 1, 2, 3]],
  ['5', 5, []],
  ['1024', 1024, []],
])('EINC_THREADS=%s', (setting, threads, coreOf) => {
  expect(on(four, setting)).toEqual({ threads, coreOf });
});

test.each(['0', '-1', '1.5', '1025', 'all', ' 2', '1e2'])(
  'EINC_THREADS=%j is no number',
  setting => {
    expect(() => on(four, setting)).toThrow(
      `error[EINC0913]: $EINC_THREADS is \`${setting}\`, which is no number of threads
  = help: set it to a number from 1 to 1024
  = help: or unset it: a thread for each core this process may use`,
    );
  },
);

test.each<[string, Files, ranks: number, threads: number]>([
  ['one rank has all cores', four, 1, 4],
  ['two have half of them each', four, 2, 2],
  ['more ranks than cores have one', four, 8, 1],
  ['what the launcher has given to this one alone', allowed('2'), 4, 1],
  ['half of the machine, given to two of four', allowed('0-3'), 4, 2],
  [
    'the time of a group is shared too',
    { ...four, ...group({ '/sys/fs/cgroup/job/task/cpu.max': '200000 100000\n' }) },
    2,
    1,
  ],
])('ranks of a machine: %s', (title, files, ranks, threads) => {
  const all = title.startsWith('half') ? '0-7' : '0-3';
  const machine: Files = { ...files, '/sys/devices/system/cpu/online': `${all}\n` };
  expect(poolSize('', path => machine[path], ranks).threads).toBe(threads);
});
