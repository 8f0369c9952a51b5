/**
 * Random programs until the time is up, or until one differs.
 *
 *   npm run fuzz -- --minutes 10 [--backend cuda-emulator] [--seed N] [--json]
 */
import { Command, Option } from 'commander';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printProgram } from '../../compiler/index.ts';
import { type Cache, openCache } from '../../runtime/cache.ts';
import { choices } from '../support/choices.ts';
import { allCompiling, type Compiling } from '../support/tested-backends.ts';
import { differenceOf, runsOf, type Subject, subjectUnlessOpen } from './check.ts';

const batchSize = 40;
const answers = choices(120);

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly backend: Compiling;
  readonly json?: boolean;
}

interface Found {
  readonly answers: readonly number[];
  readonly difference: string;
}

const { minutes, seed, backend, json } = new Command('fuzz')
  .description('compares random programs by definition and compiled')
  .option('--minutes <n>', 'how long', Number, 1)
  .option(
    '--seed <n>',
    'where to start; the same seed gives the same programs',
    Number,
    Date.now() % 2 ** 31,
  )
  .addOption(
    new Option('--backend <name>', 'what compiles them').choices(allCompiling).default('cc'),
  )
  .option('--json', 'print one line of JSON at the end')
  .parse()
  .opts<Options>();

const folder = mkdtempSync(join(tmpdir(), 'einc-fuzz-'));
const cache = openCache({ env: { EINC_CACHE_DIR: folder } });
try {
  process.exitCode = (await fuzz(cache)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Whether nothing was found. */
async function fuzz(cache: Cache): Promise<boolean> {
  const start = performance.now();
  let programs = 0;
  const minutesSince = (): number => (performance.now() - start) / 60_000;
  say(`seed ${seed}`);
  // The next batch is made while the compiler works on this one.
  let next = batchAt(0);
  for (let round = 1; minutesSince() < minutes; round++) {
    const batch = next;
    const running = checkBatch(batch, cache);
    next = batchAt(round);
    const found = await running;
    programs += batch.length;
    const perMinute = Math.round(programs / minutesSince());
    if (found) {
      await report(found, cache);
      summary({ programs, perMinute, seed, found: found.difference });
      return false;
    }
    progress(`${programs} programs, ${perMinute} a minute`);
  }
  const perMinute = Math.round(programs / minutesSince());
  summary({ programs, perMinute, seed, found: null });
  return true;
}

type Prepared = { readonly answers: readonly number[] } & (
  { readonly subject: Subject | undefined } | { readonly refused: string }
);

function batchAt(round: number): readonly Prepared[] {
  return fc.sample(answers, { numRuns: batchSize, seed: seed + round }).map(prepare);
}

function prepare(given: readonly number[]): Prepared {
  try {
    return { answers: given, subject: subjectUnlessOpen(given, backend) };
  } catch (error) {
    return { answers: given, refused: error instanceof Error ? error.message : String(error) };
  }
}

async function checkBatch(batch: readonly Prepared[], cache: Cache): Promise<Found | undefined> {
  for (const one of batch) {
    if ('refused' in one) return { answers: one.answers, difference: `refused:\n${one.refused}` };
  }
  const ready = batch.flatMap(({ answers, ...one }) =>
    'subject' in one && one.subject ? [{ answers, subject: one.subject }] : [],
  );
  const runs = await runsOf(
    ready.map(one => one.subject),
    cache,
    backend,
  );
  let first = 0;
  for (const { answers, subject } of ready) {
    const count = subject.compiled.length;
    const difference = differenceOf(subject, runs.slice(first, first + count));
    first += count;
    if (difference !== undefined) return { answers, difference };
  }
  return undefined;
}

/** Leaves out of the program what it does not need to differ, and shows what is left. */
async function report(found: Found, cache: Cache): Promise<void> {
  say(`\n${found.difference}\n\nmaking it smaller …`);
  let smallest = found;
  const property = fc.asyncProperty(answers, async given => {
    const difference = (await checkBatch([prepare(given)], cache))?.difference;
    if (difference === undefined) return;
    smallest = { answers: given, difference };
    throw new Error(difference);
  });
  await fc.check(property, { examples: [[[...found.answers]]], numRuns: 1 });
  const prepared = prepare(smallest.answers);
  say(smallest.difference);
  if (!('subject' in prepared) || !prepared.subject) return;
  const { text, plain } = prepared.subject;
  say(`\n${text}\n\n${printProgram(plain.f64)}`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}  `);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function summary(result: Readonly<Record<string, unknown>>): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { programs, perMinute, found } = result as Record<string, number | string | null>;
  if (json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    console.log(
      `${programs} programs, ${perMinute} a minute, ${found === null ? 'no difference' : 'one differs'}`,
    );
}
