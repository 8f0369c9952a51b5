/** The command line of `einc bench`: which cases, and how. */
import { parseArgs } from 'node:util';
import type { Benchmark, Case } from './benchmark.ts';

export interface Options {
  readonly chosen: readonly Chosen[];
  readonly threads: number;
  readonly json: boolean;
  readonly quick: boolean;
  readonly peers: boolean;
  readonly list: boolean;
}

export interface Chosen {
  readonly benchmark: Benchmark;
  readonly cases: readonly Case[];
}

/** Throws an `Error` with words for the user. */
export function optionsOf(args: readonly string[], all: readonly Benchmark[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      'no-peers': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      'other-shapes': { type: 'boolean', default: false },
      threads: { type: 'string', default: '1' },
    },
  });
  const { json, quick, list } = values;
  const threads = Number(values.threads);
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new Error(`--threads takes a whole number from 1, not ${values.threads}`);
  }
  const inOthers = values['other-shapes'];
  const offered = inOthers ? inOtherShapes(all) : all;
  const chosen =
    positionals.length === 0
      ? offered.map(whole)
      : positionals.map(name =>
          find(name, offered, inOthers ? 'benchmark with other shapes' : 'benchmark'),
        );
  const peers = !quick && !values['no-peers'];
  return {
    chosen: quick
      ? chosen.map(({ benchmark, cases }) => ({ benchmark, cases: cases.slice(0, 1) }))
      : chosen,
    threads,
    json,
    quick,
    peers,
    list,
  };
}

/** Those that have other shapes, with these as their cases. */
function inOtherShapes(all: readonly Benchmark[]): readonly Benchmark[] {
  return all.flatMap(({ otherShapes, ...benchmark }) =>
    otherShapes ? [{ ...benchmark, cases: otherShapes }] : [],
  );
}

function whole(benchmark: Benchmark): Chosen {
  return { benchmark, cases: benchmark.cases };
}

/** `gemm`, one of its cases, or those that begin so: `gemm/1024`. */
function find(text: string, all: readonly Benchmark[], kind: string): Chosen {
  const [name = '', ...rest] = text.split('/');
  const benchmark = all.find(candidate => candidate.name === name);
  if (!benchmark) {
    const names = all.map(candidate => candidate.name);
    throw new Error(`there is no ${kind} called ${name}: there are ${names.join(', ')}`);
  }
  const start = rest.join('/');
  const exact = benchmark.cases.filter(candidate => candidate.name === start);
  const begun = benchmark.cases.filter(candidate => candidate.name.startsWith(start));
  const cases = exact.length > 0 ? exact : begun;
  if (cases.length === 0) {
    const names = benchmark.cases.map(candidate => candidate.name);
    throw new Error(`no case of ${name} begins with ${start}: there are ${names.join(', ')}`);
  }
  return { benchmark, cases };
}
