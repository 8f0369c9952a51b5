/** Error messages for faults that the emulator found. */
import type { BackendError } from '../../compiler/index.ts';
import type { Dim3, Launch } from '../cuda/steps.ts';

export type Fault =
  | 'divergence'
  | 'out-of-bounds'
  | 'uninitialised'
  | 'race'
  | 'no-memory'
  | 'untold'
  | 'unfenced'
  | 'disagreement'
  | 'misaligned'
  | 'overflow'
  | 'unarrived'
  | 'misused';

export interface Party {
  readonly thread: number;
  readonly block: number;
  readonly line: number | undefined;
  readonly isWrite: boolean;
}

export interface Report {
  readonly launch: Launch;
  readonly first: Party;
  readonly second: Party;
  /** What the memory is called. */
  readonly memory: string;
  readonly isShared: boolean;
  readonly memoryBytes: number;
  readonly offset: number;
  readonly bytes: number;
  readonly lines: readonly string[];
}

type Message = ConstructorParameters<typeof BackendError>[0];

export const messages: Readonly<Record<Fault, (report: Report) => Message>> = {
  divergence: report => {
    const { first, second, launch } = report;
    const isAlone = first.thread === second.thread;
    const other = isAlone
      ? 'the lanes it waits for do not wait for it'
      : second.line === undefined
        ? `${threadOf(second, launch)} has ended`
        : `${threadOf(second, launch)} waits${lineOf(second, report)}`;
    return {
      code: 'EINC0941',
      message: `kernel \`${launch.kernel}\` deadlocks: threads wait for others that never arrive`,
      notes: [`${threadOf(first, launch)} waits${lineOf(first, report)}`, other],
      help: [
        'all threads of a block must reach each `__syncthreads()`, and all lanes of a mask the function that takes the mask',
      ],
    };
  },
  'out-of-bounds': report => {
    const { first, launch, memory, memoryBytes } = report;
    const what = `${memory}, which has ${memoryBytes} bytes`;
    return {
      code: 'EINC0942',
      message: `kernel \`${launch.kernel}\` ${verbOf(first)} outside of ${what}`,
      notes: [accessOf(first, report)],
    };
  },
  uninitialised: report => {
    const { first, launch, memory } = report;
    return {
      code: 'EINC0943',
      message: `kernel \`${launch.kernel}\` reads bytes of ${memory} that its block has not written`,
      notes: [accessOf(first, report)],
      help: [
        'shared memory is undefined when a block starts: write it, then `__syncthreads()`, then read it',
      ],
    };
  },
  race: report => {
    const { first, second, launch, memory, isShared } = report;
    const other =
      second.thread < 0
        ? 'other threads read it, in no defined order'
        : `${threadOf(second, launch)} ${verbOf(second)} it${lineOf(second, report)}`;
    const isOfBlock = second.thread < 0 || isShared || first.block === second.block;
    return {
      code: 'EINC0944',
      message: `kernel \`${launch.kernel}\` has a race on ${memory}: two accesses have no defined order`,
      notes: [accessOf(first, report), other],
      help: [
        isOfBlock
          ? 'put `__syncthreads()` between the two, where all threads of the block reach it'
          : 'blocks run in any order: let one block do both, or use two launches',
      ],
    };
  },
  untold: report => {
    const { first, second, launch, memory } = report;
    return {
      code: 'EINC0945',
      message: `kernel \`${launch.kernel}\` multiplies values of ${memory} that warpgroups may not see yet`,
      notes: [
        accessOf(first, report),
        `${threadOf(second, launch)} ${verbOf(second)} it${lineOf(second, report)}`,
      ],
      help: [
        'a thread that writes factors of a warpgroup product must execute `fence.proxy.async` before the barrier',
      ],
    };
  },
  unfenced: report => ({
    code: 'EINC0945',
    message: `kernel \`${report.launch.kernel}\` starts a warpgroup product without a \`wgmma.fence\` before it`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
    help: ['its accumulator registers have been used since the last fence'],
  }),
  disagreement: report => ({
    code: 'EINC0945',
    message: `kernel \`${report.launch.kernel}\` passes descriptors to a warpgroup product that differ between threads, or have a base offset`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
  }),
  misaligned: report => {
    const { first, launch, memory, bytes } = report;
    return {
      code: 'EINC0946',
      message: `kernel \`${launch.kernel}\` ${verbOf(first)} ${bytes} bytes of ${memory} at an address that is not a multiple of ${bytes}`,
      notes: [accessOf(first, report)],
    };
  },
  overflow: report => ({
    code: 'EINC0947',
    message: `kernel \`${report.launch.kernel}\` overflows a signed integer`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
    help: ['the result is undefined in C++; unsigned integers wrap'],
  }),
  unarrived: report => {
    const { first, launch, memoryBytes, bytes } = report;
    const expected =
      memoryBytes < 0
        ? 'no thread has arrived at the barrier in this phase'
        : `the barrier expects ${memoryBytes} bytes, and copies bring ${bytes}`;
    return {
      code: 'EINC0941',
      message: `kernel \`${launch.kernel}\` deadlocks: bulk copies never arrive`,
      notes: [`${threadOf(first, launch)} waits${lineOf(first, report)}`, expected],
    };
  },
  misused: report => ({
    code: 'EINC0948',
    message: `kernel \`${report.launch.kernel}\` misuses a barrier of bulk copies`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
    help: [
      'one thread starts each barrier once, then `fence.proxy.async` and `__syncthreads()`; in each phase one thread arrives; all copies are waited for before the block ends',
    ],
  }),
  'no-memory': ({ launch }) => ({
    code: 'EINC0912',
    message: `no memory for the emulator's records of kernel \`${launch.kernel}\``,
    help: [
      'EINC_EMULATOR_CHECKS=off runs kernels without checks, which take eight times their memory',
    ],
  }),
};

function verbOf({ isWrite }: Party): string {
  return isWrite ? 'writes' : 'reads';
}

function accessOf(party: Party, report: Report): string {
  const { bytes, offset, memory, launch } = report;
  const what = `${bytes} byte${bytes === 1 ? '' : 's'} at byte ${offset} of ${memory}`;
  return `${threadOf(party, launch)} ${verbOf(party)} ${what}${lineOf(party, report)}`;
}

function threadOf({ thread, block }: Party, launch: Launch): string {
  return `thread ${coordinates(thread, launch.block)} of block ${coordinates(block, launch.grid)}`;
}

/** Without the trailing axes that have one place alone. */
function coordinates(number: number, [x, y, z]: Dim3): string {
  const all = [number % x, Math.floor(number / x) % y, Math.floor(number / (x * y))];
  if (z > 1) return `(${all.join(', ')})`;
  return y > 1 ? `(${all.slice(0, 2).join(', ')})` : `${all[0] ?? 0}`;
}

function lineOf({ line }: Party, { lines }: Report): string {
  if (line === undefined) return '';
  return ` in line ${line}\n  ${(lines[line - 1] ?? '').trim()}`;
}
