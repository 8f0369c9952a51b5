import {
  type Compiled,
  type Label,
  type Span,
  type StaticSymbol,
  UserError,
} from '../compiler/index.ts';
import { checkOptions, described, isObject } from './arguments.ts';
import { noteRun } from './collective/last-run.ts';
import type { CompiledCode } from './compiled-code.ts';
import type { Link, RecordedRun } from './link.ts';
import type { Run } from './run.ts';

/** A value for each static symbol of a routine, by name. */
export type Indices = Readonly<Record<string, number>>;

/** In the order of a routine's symbols. */
export interface LoopValues {
  /** Reused by the next run. */
  readonly first: readonly number[];
  readonly by: readonly number[];
}

/** Compiled code, tied to the arrays of a context: the thing that runs. */
export class Routine {
  /** The compiled code, which other contexts can be linked to as well. */
  readonly code: CompiledCode;
  readonly symbols: readonly StaticSymbol[];
  /** How often it has been run, a loop counting once. */
  runs = 0;
  readonly #link: Link;
  readonly #checkOpen: () => void;
  /** Given for all runs, unless a run says otherwise. */
  readonly #bound: Indices;
  /** Reused by every run, so that a run makes no garbage. */
  readonly #values: number[];

  /** `checkOpen` throws once the context is disposed of. */
  constructor(code: CompiledCode, link: Link, checkOpen: () => void, bound: Indices = {}) {
    const { symbols } = code.linkable.routine;
    this.code = code;
    this.symbols = symbols;
    this.#link = link;
    this.#checkOpen = checkOpen;
    this.#bound = bound;
    this.#values = symbols.map(() => 0);
  }

  /** Every stage of it, for dumps. */
  get compiled(): Compiled {
    return this.code.compiled;
  }

  get name(): string {
    return this.code.name;
  }

  /**
   * The same routine with values for some of its static symbols, which its runs need not give:
   *
   *   const mine = step.bind({ shard: 1 });
   *   mine.run({ batch: 7 });
   */
  bind(indices: Indices): Routine {
    const names = this.symbols.map(s => s.name);
    checkOptions('EINC0506', this.name, indices, names, 'static symbol');
    for (const symbol of this.symbols) {
      const value = indices[symbol.name];
      if (value !== undefined) checkRange(symbol, value);
    }
    const bound = { ...this.#bound, ...indices };
    return new Routine(this.code, this.#link, this.#checkOpen, bound);
  }

  /**
   * Queues one run and returns at once; runs of a stream happen in the order they were queued. Whoever
   * wants to know when it is done, and whether it failed, awaits what it returns.
   */
  run(indices: Indices = {}): Run {
    this.#checkNames(indices);
    return this.#link.launch(this.valuesOf(indices));
  }

  /** The same, but `indices` may also contain values for other routines that run together with this one. */
  runAmong(indices: Indices): Run {
    return this.#link.launch(this.valuesOf(indices));
  }

  /** For a run that is queued with others. */
  recorded(): RecordedRun {
    this.#checkOpen();
    return this.#link.recorded();
  }

  /** Runs on the calling thread, after all that is queued: the cheapest way for small routines. */
  runSync(indices: Indices = {}): void {
    this.#checkNames(indices);
    this.#link.run(this.valuesOf(indices));
  }

  /**
   * Queues a run for every value of a symbol, as one native call. `indices` gives the others, and
   * `steps` by how much each of them grows from run to run:
   *
   *   step.loop(batch, { step: epoch * 80 }, { step: 1 });
   */
  loop(over: StaticSymbol, indices: Indices = {}, steps: Indices = {}): Run {
    const range = this.#rangeOf(over);
    const { name } = over;
    const names = this.symbols.map(s => s.name);
    checkOptions('EINC0506', this.name, indices, names, 'static symbol');
    checkOptions('EINC0506', this.name, steps, names, 'static symbol');
    const { first, by } = this.valuesOfLoop(
      range,
      { ...indices, [name]: 0 },
      { ...steps, [name]: 1 },
    );
    return this.#link.loop(range, first, by);
  }

  /** The values of the symbols for the first of several runs, and by how much each grows. Throws as `checkLoop` does. */
  valuesOfLoop(times: number, indices: Indices, steps: Indices): LoopValues {
    this.checkLoop(times, indices, steps);
    return { first: this.valuesOf(indices), by: this.symbols.map(s => steps[s.name] ?? 0) };
  }

  /**
   * Throws a `UserError` unless every run of a loop has valid values of the symbols. Those that `steps` names grow by so much from
   * run to run.
   */
  checkLoop(times: number, indices: Indices, steps: Indices): void {
    this.#fillValues(indices);
    // Indices are linear in the run, so it suffices to check the second and the last.
    for (const run of [Math.min(1, times - 1), times - 1]) {
      this.symbols.forEach((s, i) =>
        checkRange(s, (this.#values[i] ?? 0) + (steps[s.name] ?? 0) * run),
      );
    }
  }

  #rangeOf(over: unknown): number {
    const symbol = this.symbols.find(s => s === over);
    if (symbol?.range !== undefined) return symbol.range;
    const isNamed = isObject(over) && typeof over['name'] === 'string';
    const shown = isNamed ? `\`${String(over['name'])}\`` : described(over);
    const names = this.symbols.filter(s => s.range !== undefined).map(s => `\`${s.name}\``);
    const has = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    throw new UserError({
      code: 'EINC0501',
      message: `\`loop\` runs over a static symbol of \`${this.name}\` that has a range, not over ${shown}`,
      notes: [has],
    });
  }

  /** The values of the symbols for a run, in their order; reused by the next run. Throws a `UserError` for invalid values. */
  valuesOf(indices: Indices): readonly number[] {
    this.#fillValues(indices);
    noteRun(this);
    return this.#values;
  }

  #fillValues(indices: Indices): void {
    this.#checkOpen();
    if (!isObject(indices)) {
      throw new UserError({
        code: 'EINC0506',
        message: `\`${this.name}\` is given values by name, not ${described(indices)}`,
        help: [runText(this.symbols)],
      });
    }
    for (let i = 0; i < this.symbols.length; i++) {
      const symbol = this.symbols[i];
      if (symbol === undefined) continue;
      const value = indices[symbol.name] ?? this.#bound[symbol.name];
      if (value === undefined) throw this.#missing(symbol, indices);
      checkRange(symbol, value);
      this.#values[i] = value;
    }
  }

  /** Rejects misspelt names. Checked in the first run only, since it would take a fifth of a short run. */
  #checkNames(indices: Indices): void {
    if (this.runs > 0 || !isObject(indices)) return;
    this.#checkOpen();
    const names = this.symbols.map(s => s.name);
    checkOptions('EINC0506', this.name, indices, names, 'static symbol');
  }

  #missing({ name, made }: StaticSymbol, given: Indices): UserError {
    const names = Object.keys(given).map(g => `\`${g}\``);
    return new UserError({
      code: 'EINC0506',
      message: `\`${this.name}\` needs a value for its static symbol \`${name}\``,
      labels: placeOf(made),
      notes: names.length > 0 ? [`given were ${names.join(', ')}`] : [],
      help: [`run({ ${name}: 0 })`],
    });
  }
}

/** Indices of a later run of a loop. */
export function grown(indices: Indices, steps: Indices, run: number): Indices {
  const values = Object.entries(indices);
  return Object.fromEntries(values.map(([name, n]) => [name, n + (steps[name] ?? 0) * run]));
}

function checkRange({ name, range, made }: StaticSymbol, value: number): void {
  const fits = range === undefined ? value === (value | 0) : value >= 0 && value < range;
  if (fits && Number.isInteger(value)) return;
  const wanted = range === undefined ? 'a 32-bit integer' : `an integer from 0 to ${range - 1}`;
  throw new UserError({
    code: 'EINC0506',
    message: `the static symbol \`${name}\` must be ${wanted}, not ${described(value)}`,
    labels: placeOf(made),
  });
}

function runText(symbols: readonly StaticSymbol[]): string {
  const values = symbols.map(s => `${s.name}: 0`).join(', ');
  return values === '' ? 'it has no static symbols: run()' : `run({ ${values} })`;
}

/** The place where a symbol was made. */
function placeOf(made: Span | undefined): readonly Label[] {
  return made ? [{ span: made, text: 'the symbol is made here' }] : [];
}
