/**
 * The program behind `einc bench`: times einc's benchmarks, and their peers if there
 * are any. See README.md.
 */
import type { Options } from './options.ts';
import { benchmarks } from './benchmarks.ts';
import { gpuBenchmarks } from './gpu-benchmarks.ts';
import { Cpu, measureGpu } from './machine.ts';
import { optionsOf } from './options.ts';
import { PythonPeers } from './peers.ts';
import { header, tableRow } from './result.ts';
import { type Surroundings, timeCase } from './time-case.ts';

const careful = { rounds: 9, seconds: 0.05 };
const quick = { rounds: 3, seconds: 0.001 };

/** As contexts take it that name none: `einc bench --backend` sets it. */
const backend = process.env['EINC_BACKEND'] ?? 'cc';
const isOnGpu = backend.startsWith('cuda');

const options = read();
if (options?.list === true) list(options);
else if (options) await run(options);

function read(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2), isOnGpu ? gpuBenchmarks : benchmarks);
  } catch (error) {
    console.error(`error: ${messageOf(error)}\n(see einc bench --help)`);
    process.exitCode = 2;
    return undefined;
  }
}

function list({ chosen }: Options): void {
  for (const { benchmark, cases } of chosen) {
    console.log(`${benchmark.name.padEnd(12)} ${benchmark.about}`);
    for (const { name } of cases) console.log(`${' '.repeat(12)} ${benchmark.name}/${name}`);
  }
}

async function run({ chosen, threads, json, peers: hasPeers, ...rest }: Options): Promise<void> {
  const effort = rest.quick ? quick : careful;
  const isTimed = !rest.quick;
  using cpu = isTimed && !isOnGpu ? await Cpu.measure(threads) : undefined;
  const machine = isTimed && isOnGpu ? measureGpu() : cpu;
  const device = backend === 'cuda' ? 'cuda' : 'cpu';
  using python = hasPeers ? await PythonPeers.find(threads, device) : undefined;
  const surroundings: Surroundings = { threads, effort, machine, python, hasPeers };
  const found = hasPeers
    ? `; peers: ${python?.libraries ?? 'no Python with PyTorch or numpy'}`
    : '';
  const limits = machine ? `; peak ${machine.gflops} GFLOP/s, ${machine.gbps} GB/s` : '';
  const where = isOnGpu ? `backend: ${backend}` : `threads: ${threads}`;
  progress(`${where}${limits}${found}`);
  await timeAll(chosen, json, surroundings);
}

/** A case that fails is reported; the others are timed all the same. */
async function timeAll(
  chosen: Options['chosen'],
  json: boolean,
  surroundings: Surroundings,
): Promise<void> {
  if (!json) console.log(header);
  for (const { benchmark, cases } of chosen) {
    for (const given of cases) {
      progress(`${benchmark.name}/${given.name} …`);
      try {
        const result = await timeCase(benchmark, given, surroundings);
        console.log(json ? JSON.stringify(result) : tableRow(result));
      } catch (error) {
        console.error(`error: ${messageOf(error)}`);
        process.exitCode = 1;
      }
    }
  }
}

function progress(text: string): void {
  console.error(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
