/** The training step of `mlp` by `dataParallel`, on one device or two, compared with a single routine. */
import { fileURLToPath } from 'node:url';
import { type Benchmark, type Case, lossTolerance, type Peer, type Subject } from './benchmark.ts';
import { LineProcess } from './line-process.ts';
import { flopsOf, type PerceptronSize, size } from './mlp.ts';

/** A batch of the size that `mlp` has, and a large one, of which more is done at the same time. */
const sizes: readonly PerceptronSize[] = [size, { ...size, batchSize: 512, batches: 2 }];

export const dataParallelMlp: Benchmark = {
  name: 'data-parallel',
  about: 'the step of `mlp` on devices of one core each, beside one routine on one',
  cases: sizes.flatMap(of => [1, 2].map(devices => caseOf(of, devices))),
};

function caseOf(of: PerceptronSize, devices: number): Case {
  return {
    name: `${wordsFor(devices)}, batch ${of.batchSize}`,
    flops: flopsOf(of),
    within: lossTolerance,
    prepare: dtype => prepare(of, devices, dtype),
  };
}

/** As `programs/devices.ts` counts them: after those named here come independent routines, one on each device. */
function nameOf(way: number, devices: number): string {
  if (way === 0) return 'one routine';
  return way > devices ? 'one routine, fed' : wordsFor(way);
}

function wordsFor(devices: number): string {
  return devices === 1 ? 'one device' : `${devices} devices`;
}

const einc = fileURLToPath(new URL('../cli/einc.js', import.meta.url));
const program = fileURLToPath(new URL('programs/devices.ts', import.meta.url));

/** In a process that has two cores, however many threads others are to be timed on. */
async function prepare(of: PerceptronSize, devices: number, dtype: string): Promise<Subject> {
  const args = [einc, 'run', program, JSON.stringify(of), dtype, String(devices)];
  const running = new LineProcess(process.execPath, args, { EINC_THREADS: '2' });
  const losses = JSON.parse(await running.read()) as readonly (readonly number[])[];
  const contestant = (way: number): Peer => ({
    name: nameOf(way, devices),
    outcome: losses[way] ?? [],
    timed: async calls => Number(await running.ask(`${way} ${calls}`)),
  });
  const own = contestant(devices);
  const all = contestant(devices + 2);
  const others = Array.from({ length: devices + 2 }, (_, way) => contestant(way)).toSpliced(
    devices,
    1,
  );
  return {
    call: () => {
      throw new Error('devices are timed by their process');
    },
    timed: own.timed,
    outcome: () => own.outcome,
    beside: others,
    // What the cores do when all are busy; two that are threads of one core do little more than one.
    ...(devices === 1 ? {} : { bound: async calls => (await all.timed(calls)) / devices }),
    [Symbol.dispose]: () => running[Symbol.dispose](),
  };
}
