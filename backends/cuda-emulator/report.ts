/** Turns the emulator's reports (numbers, see `include/report.h`) into messages. */
import { BackendError, type Program } from '../../compiler/index.ts';
import type { Dim3, Launch } from '../cuda/steps.ts';
import { arraysAt } from './launcher.ts';

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

type Fault =
  | 'divergence'
  | 'out-of-bounds'
  | 'uninitialised'
  | 'race'
  | 'no-memory'
  | 'untold'
  | 'unfenced'
  | 'disagreement'
  | 'misaligned'
  | 'overflow';

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
];

interface Party {
  readonly thread: number;
  readonly block: number;
  readonly line: number | undefined;
  readonly isWrite: boolean;
}

interface Report {
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
  return new BackendError(sentences[kind](report));
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

type Sentences = ConstructorParameters<typeof BackendError>[0];

const sentences: Readonly<Record<Fault, (report: Report) => Sentences>> = {
  divergence: report => {
    const { first, second, launch } = report;
    const isAlone = first.thread === second.thread;
    const other = isAlone
      ? 'the lanes that it waits for do not wait for it'
      : second.line === undefined
        ? `${threadOf(second, launch)} has ended`
        : `${threadOf(second, launch)} waits${lineOf(second, report)}`;
    return {
      code: 'EINC0941',
      message: `kernel \`${launch.kernel}\` hangs: threads wait for others that do not come`,
      notes: [`${threadOf(first, launch)} waits${lineOf(first, report)}`, other],
      help: [
        'all threads of a block must come to each `__syncthreads()`, and all lanes of a mask to what takes the mask',
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
      message: `kernel \`${launch.kernel}\` reads what its block has not written to ${memory}`,
      notes: [accessOf(first, report)],
      help: [
        'shared memory holds anything when a block starts: store to it, then `__syncthreads()`, then read',
      ],
    };
  },
  race: report => {
    const { first, second, launch, memory, isShared } = report;
    const other =
      second.thread < 0
        ? 'other threads read it, and nothing says who is first'
        : `${threadOf(second, launch)} ${verbOf(second)} it${lineOf(second, report)}`;
    const isOfBlock = second.thread < 0 || isShared || first.block === second.block;
    return {
      code: 'EINC0944',
      message: `kernel \`${launch.kernel}\` has a race on ${memory}: nothing says who is first`,
      notes: [accessOf(first, report), other],
      help: [
        isOfBlock
          ? 'put `__syncthreads()` between the two, where all threads of the block come to it'
          : 'blocks run in any order: let one block do both, or make it two launches',
      ],
    };
  },
  untold: report => {
    const { first, second, launch, memory } = report;
    return {
      code: 'EINC0945',
      message: `kernel \`${launch.kernel}\` multiplies what may not have come to ${memory} for groups of warps`,
      notes: [
        accessOf(first, report),
        `${threadOf(second, launch)} ${verbOf(second)} it${lineOf(second, report)}`,
      ],
      help: [
        'who stores what groups of warps multiply says `fence.proxy.async` before the barrier between',
      ],
    };
  },
  unfenced: report => ({
    code: 'EINC0945',
    message: `kernel \`${report.launch.kernel}\` multiplies by groups of warps without \`wgmma.fence\` before`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
    help: ['the registers of sums have been used since: a fence says that this comes before'],
  }),
  disagreement: report => ({
    code: 'EINC0945',
    message: `kernel \`${report.launch.kernel}\` gives descriptors to a group of warps that are not the same, or have a base offset`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
  }),
  misaligned: report => {
    const { first, launch, memory, bytes } = report;
    return {
      code: 'EINC0946',
      message: `kernel \`${launch.kernel}\` ${verbOf(first)} ${bytes} bytes of ${memory} at once, at no multiple of ${bytes}`,
      notes: [accessOf(first, report)],
    };
  },
  overflow: report => ({
    code: 'EINC0947',
    message: `kernel \`${report.launch.kernel}\` computes an integer that does not fit its type`,
    notes: [`${threadOf(report.first, report.launch)}${lineOf(report.first, report)}`],
    help: ['C++ leaves open what comes of it, and says of unsigned integers alone that they wrap'],
  }),
  'no-memory': ({ launch }) => ({
    code: 'EINC0912',
    message: `no memory for what the emulator has to know about kernel \`${launch.kernel}\``,
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
