/**
 * The time of a training step on several processes, with a batch, an optimiser or an axis divided among them:
 * compares the model of `docs/scaling.md` with measurements.
 *
 *   npx einc run bench/scaling.ts                  1, 2 and 4 processes
 *   npx einc run bench/scaling.ts -- --ranks 1,2   those
 *   npx einc run bench/scaling.ts -- --rows 64     a larger or smaller share for each of up to 1024 devices
 *
 * It measures the inputs of the model (a step of one process, latency and bandwidth of a link), predicts from
 * these, and measures the step itself.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launched } from './ranks.ts';
import {
  allReduceSeconds,
  axisBytes,
  axisSeconds,
  deviceBytes,
  stepSeconds,
  zeroSeconds,
} from './scaling-model.ts';

const { values } = parseArgs({
  options: {
    ranks: { type: 'string', default: '1,2,4' },
    rows: { type: 'string', default: '128' },
  },
});
const counts = values.ranks.split(',').map(Number);
const einc = fileURLToPath(new URL('../cli/einc.js', import.meta.url));
const programAt = (name: string): string =>
  fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));

interface Measured {
  /** Of one share, without the others. */
  readonly computeSeconds: number;
  readonly allReduceSeconds: number;
  readonly stepSeconds: number;
  readonly bytes: number;
  /** Of an all-reduce of 8 bytes. */
  readonly smallSeconds: number;
}

/** Of a step with its optimiser, and of one with an axis, divided among the ranks. */
interface Divided {
  readonly zero: { readonly stepSeconds: number; readonly keptBytes: number };
  readonly axis: { readonly stepSeconds: number; readonly heldBytes: number };
}

function measure(ranks: number, rows: number): Measured {
  return printed<Measured>(ranks, ['data-parallel', String(rows)]);
}

/** What a program says as JSON. */
function printed<T>(ranks: number, [name = '', ...given]: readonly string[]): T {
  const args = [einc, 'run', programAt(name), ...given];
  const { path, args: all, env } = launched(ranks, process.execPath, args);
  const output = execFileSync(path, all, {
    encoding: 'utf8',
    // Each process is a device of one core: what is to be shown is how devices add up.
    env: { ...process.env, ...env, EINC_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as T;
}

const batch = 256;
const cores = availableParallelism();
const alone = measure(1, batch);
const [half, pair] = [measure(1, batch / 2), measure(2, batch / 2)];
// Of two sizes on one process: what a row costs, and what a step costs without any.
const secondsPerRow = Math.max(0, alone.computeSeconds - half.computeSeconds) / (batch / 2);
const fixedSeconds = Math.max(0, alone.computeSeconds - batch * secondsPerRow);
// A link, from two processes; what a byte costs there is what it costs between any two.
const link = {
  latency: pair.smallSeconds,
  bytesPerSecond: pair.bytes / Math.max(1e-9, pair.allReduceSeconds - pair.smallSeconds),
};
console.log(
  `one step of ${batch} rows: ${ms(alone.stepSeconds)} ms; gradients: ${alone.bytes} bytes; ` +
    `a link: ${(link.latency * 1e6).toFixed(1)} µs, ${(link.bytesPerSecond / 1e9).toFixed(2)} GB/s`,
);
console.log(
  'processes   rows each   step ms: predicted   measured   off by   of it all-reduce: predicted   measured',
);
for (const ranks of counts) {
  const rows = batch / ranks;
  const job = { ranks, rows, bytes: alone.bytes, cores, link, secondsPerRow, fixedSeconds };
  const predicted = stepSeconds(job);
  const measured = measure(ranks, rows);
  const off = (100 * (predicted - measured.stepSeconds)) / measured.stepSeconds;
  console.log(
    [
      String(ranks).padStart(9),
      String(rows).padStart(12),
      ms(predicted).padStart(21),
      ms(measured.stepSeconds).padStart(11),
      `${off.toFixed(0)} %`.padStart(9),
      ms(allReduceSeconds(job)).padStart(29),
      ms(measured.allReduceSeconds).padStart(11),
    ].join(''),
  );
}

const weights = [784 * 512, 512, 512 * 512, 512, 512 * 10, 10];
/** Of parameters that are more than a rank's fair share. */
function aloneBytes(ranks: number): number {
  const share = alone.bytes / 4 / ranks;
  return 4 * weights.filter(cells => cells > share).reduce((sum, cells) => sum + cells, 0);
}
// What is added up over ranks when the first hidden axis is divided.
const sumBytes = [4 * batch * 512];
console.log(
  '\nprocesses   optimiser divided: predicted   measured   keeps MB   axis divided: predicted   measured   holds MB',
);
for (const ranks of counts) {
  const job = { ranks, bytes: alone.bytes, cores, link, secondsPerRow, fixedSeconds };
  const rows = batch / ranks;
  const { zero, axis } = printed<Divided>(ranks, ['sharding', String(rows), String(batch)]);
  console.log(
    [
      String(ranks).padStart(9),
      ms(zeroSeconds({ ...job, rows }, aloneBytes(ranks))).padStart(31),
      ms(zero.stepSeconds).padStart(11),
      (zero.keptBytes / 1e6).toFixed(1).padStart(11),
      ms(axisSeconds({ ...job, rows: batch }, sumBytes)).padStart(26),
      ms(axis.stepSeconds).padStart(11),
      (axis.heldBytes / 1e6).toFixed(1).padStart(11),
    ].join(''),
  );
}

console.log(
  `\nif each of so many devices like this core had a link of its own, ${values.rows} rows each:`,
);
const links = [
  { name: 'as here', ...link },
  { name: '25 Gbit/s, 20 µs', latency: 20e-6, bytesPerSecond: 3.1e9 },
  { name: '400 Gbit/s, 2 µs', latency: 2e-6, bytesPerSecond: 50e9 },
];
console.log(`  devices${links.map(l => `${l.name}: ms, share`.padStart(32)).join('')}`);
for (let ranks = 1; ranks <= 1024; ranks *= 4) {
  const cells = links.map(l => {
    const rows = Number(values.rows);
    const job = {
      ranks,
      rows,
      bytes: alone.bytes,
      cores: ranks,
      link: l,
      secondsPerRow,
      fixedSeconds,
    };
    const share = stepSeconds({ ...job, ranks: 1 }) / stepSeconds(job);
    return `${ms(stepSeconds(job))}, ${Math.round(100 * share)} %`.padStart(32);
  });
  console.log(String(ranks).padStart(9) + cells.join(''));
}

// Adam; of a step of all rows, and of each device's share of them.
const large = { parameters: 7e9, states: 2, activationBytesPerRow: 4e5 };
const [allRows, along] = [2048, 0.99];
console.log(`\nGB on each device, of 7e9 parameters, Adam and ${allRows} rows:`);
console.log('  devices   data parallel   optimiser divided   axis divided');
for (let ranks = 1; ranks <= 1024; ranks *= 4) {
  const own = { ranks, rows: allRows / ranks };
  const bytes = [
    deviceBytes(large, own, false),
    deviceBytes(large, own, true),
    axisBytes(large, { ranks, rows: allRows }, along),
  ];
  const widths = [16, 20, 15];
  const cells = bytes.map((b, i) => (b / 1e9).toFixed(1).padStart(widths[i] ?? 0));
  console.log(String(ranks).padStart(9) + cells.join(''));
}

function ms(seconds: number): string {
  return (seconds * 1e3).toFixed(2);
}
