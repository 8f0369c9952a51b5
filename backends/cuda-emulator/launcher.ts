/**
 * C++ that runs the steps of a routine, as a kernel of the ABI of `../native`.
 *
 *     EINC_ENTRY int einc_run(void *const *args) {
 *       emulated::Routine routine(args[2]);
 *       for (long long t = 0; t < 10; t++) {
 *         const emulated::Argument given[] = {
 *             emulated::array(args[0], 148), emulated::array(args[1], 148), emulated::number(t) };
 *         if (!emulated::launch<layer>({ 0, { 2, 1, 1 }, { 32, 1, 1 }, 0, 3, given })) return 1;
 *       }
 *       return 0;
 *     }
 *
 * Between the arrays of the routine and its arena is an argument more: where a report goes.
 */
import { arenaBytes, bytesOf, invariant, type Program, Writer } from '../../compiler/index.ts';
import { sizeOf } from '../../compiler/core/tensor-node.ts';
import type { KernelArgument, Launch, Step, TensorMap, WordArgument } from '../cuda/steps.ts';

/** As many threads as a block may have on any GPU. */
const mostThreads = 1024;

export function launcherOf(program: Program, steps: readonly Step[], entry: string): string {
  const w = new Writer();
  w.block(`EINC_ENTRY int ${entry}(void *const *args)`, () => {
    w.statement(`emulated::Routine routine(args[${program.params.length}]);`);
    const launches = new Map(launchesOf(steps).map((launch, number) => [launch, number]));
    emitSteps(steps, { w, program, launches, variables: new Map() });
    w.line('return 0;');
  });
  return w.toString();
}

/** In the order of the text: a launch's place in it is its number. */
export function launchesOf(steps: readonly Step[]): readonly Launch[] {
  return steps.flatMap(step => (step.kind === 'launch' ? [step] : launchesOf(step.body)));
}

interface Place {
  readonly w: Writer;
  readonly program: Program;
  readonly launches: ReadonlyMap<Launch, number>;
  /** What the variables of loops are called here. */
  readonly variables: ReadonlyMap<string, string>;
}

function emitSteps(steps: readonly Step[], place: Place): void {
  const { w, variables } = place;
  for (const step of steps) {
    if (step.kind === 'launch') emitLaunch(step, place);
    else {
      const name = `turn_${variables.size}`;
      const inner = { ...place, variables: new Map([...variables, [step.variable, name]]) };
      const head = `for (long long ${name} = 0; ${name} < ${step.turns}; ${name}++)`;
      w.block(head, () => emitSteps(step.body, inner));
    }
  }
}

function emitLaunch(launch: Launch, place: Place): void {
  const { w, launches } = place;
  const { kernel, grid, block, sharedBytes, args } = launch;
  const threads = block[0] * block[1] * block[2];
  invariant(
    threads > 0 && threads <= mostThreads,
    () => `${kernel} has blocks of ${threads} threads`,
  );
  const numbers = [launches.get(launch) ?? 0, list(grid), list(block), sharedBytes, args.length];
  const given = args.map((arg, i) =>
    arg.kind === 'tensor-map'
      ? `emulated::boxes(map_${i})`
      : `emulated::${argumentText(arg, args, place)}`,
  );
  w.line('{').indented(() => {
    for (const [i, arg] of args.entries()) {
      if (arg.kind === 'tensor-map') w.statement(mapText(`map_${i}`, arg, args, place));
    }
    // There are no arrays of nothing: a kernel that takes nothing does not look at what it is given.
    w.statement(`const emulated::Argument given[] = { ${given.join(', ') || '{}'} };`);
    w.statement(`if (!emulated::launch<${kernel}>({ ${numbers.join(', ')}, given })) return 1;`);
  });
  w.line('}');
}

/** `const einc_tensor_map map_1 = { emulated::array(args[1], 131072), 2, 2, { 512, 128 }, { 128, 64 } };` */
function mapText(name: string, map: TensorMap, all: Launch['args'], place: Place): string {
  const { array, dtype, dims, box } = map;
  const own = `emulated::${argumentText(array, all, place)}`;
  const parts = [own, bytesOf[dtype], dims.length, list(dims), list(box)];
  return `const einc_tensor_map ${name} = { ${parts.join(', ')} };`;
}

function argumentText(
  arg: WordArgument,
  all: readonly KernelArgument[],
  { program, variables }: Place,
): string {
  if (arg.kind === 'variable') return `number(${variables.get(arg.name) ?? ''})`;
  const report = program.params.length;
  if (arg.kind === 'scratch') {
    const bytes = bytesAt(arg.offset, all);
    return `array((char *)args[${report + 1}] + ${arg.offset}, ${bytes})`;
  }
  const [array] = arraysAt(arg, program);
  if (array) return `array(args[${arg.position}], ${sizeOf(array)})`;
  const value = `args[${arg.position + 1}]`;
  const isArena = program.scratch.length > 0 && arg.position === report;
  return isArena
    ? `array(${value}, ${arenaBytes(program.scratch)})`
    : `number((long long)${value})`;
}

/** The largest array of a launch at this place in the arena: one may be stored in place of another. */
function bytesAt(offset: number, all: readonly KernelArgument[]): number {
  const sizes = all.map(arg => {
    const own = arg.kind === 'tensor-map' ? arg.array : arg;
    return own.kind === 'scratch' && own.offset === offset ? own.bytes : 0;
  });
  return Math.max(...sizes);
}

/** The arrays that an argument may be: several scratch arrays share a place. */
export function arraysAt(arg: KernelArgument, program: Program): Program['params'] {
  const { params, scratch } = program;
  if (arg.kind === 'tensor-map') return arraysAt(arg.array, program);
  if (arg.kind === 'argument') return params.slice(arg.position, arg.position + 1);
  if (arg.kind === 'variable') return [];
  return scratch
    .filter(({ node, offset }) => offset === arg.offset && sizeOf(node) === arg.bytes)
    .map(({ node }) => node);
}

function list(numbers: readonly number[]): string {
  return `{ ${numbers.join(', ')} }`;
}
