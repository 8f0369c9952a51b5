/**
 * What the conformance tests use of vitest, for machines that have none: `carry-cuda.js` builds them with
 * this file in its place. Tests are found while their file is loaded, and run one after the other.
 */
import { inspect } from 'node:util';
import { equal, includes } from './equal.ts';

type Body = (...args: unknown[]) => unknown;

interface Test {
  readonly name: string;
  readonly run: (context: Context) => unknown;
  readonly isSkipped: boolean;
}

/** What a test may ask of its run. */
interface Context {
  readonly skip: (condition?: boolean) => void;
}

/** Thrown by a test that is not to be run after all. */
class Skipped extends Error {}

const context: Context = {
  skip: (condition = true) => {
    if (condition) throw new Skipped();
  },
};

export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly test: string; readonly error: string }[];
}

let tests: Test[] = [];
let afterwards: (() => unknown)[] = [];
let group: Group = { prefix: '', isSkipped: false, before: [] };

interface Group {
  readonly prefix: string;
  readonly isSkipped: boolean;
  readonly before: readonly ((context: Context) => unknown)[];
}

/** Loads a file, and runs the tests that it has. */
export async function runTests(load: () => Promise<unknown>): Promise<Outcome> {
  [tests, afterwards] = [[], []];
  group = { prefix: '', isSkipped: false, before: [] };
  const failures: { test: string; error: string }[] = [];
  const attempt = async (
    test: string,
    run: () => unknown,
  ): Promise<'passed' | 'skipped' | 'failed'> => {
    try {
      await run();
      return 'passed';
    } catch (error) {
      if (error instanceof Skipped) return 'skipped';
      failures.push({ test, error: wordsOf(error) });
      return 'failed';
    }
  };
  await attempt('(loading)', load);
  const counts = { passed: 0, skipped: 0, failed: 0 };
  for (const { name, run, isSkipped } of tests) {
    counts[isSkipped ? 'skipped' : await attempt(name, () => run(context))] += 1;
  }
  for (const act of afterwards) await attempt('(afterwards)', act);
  const { passed, skipped } = counts;
  return { passed, skipped, failures };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

// ── Tests and groups of them ────────────────────────────────────────────────────────────────────

function define(name: string, ...rest: unknown[]): void {
  const body = bodyOf(rest);
  const { prefix, isSkipped, before } = group;
  const run = async (given: Context): Promise<void> => {
    for (const act of before) await act(given);
    await body(given);
  };
  tests.push({ name: prefix + name, run, isSkipped });
}

function inGroup(name: string, ...rest: unknown[]): void {
  const before = group;
  group = { ...before, prefix: `${before.prefix}${name} > ` };
  bodyOf(rest)();
  group = before;
}

/** The last argument; before it there may be options, of which none matters here. */
function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.at(-1);
  if (typeof body !== 'function') throw new Error('a test without a body');
  return body as Body;
}

type Define = (name: string, ...rest: unknown[]) => void;

function withEach(all: Define): (cases: readonly unknown[]) => Define {
  return cases =>
    (name, ...rest) => {
      for (const one of cases) {
        const args: readonly unknown[] = Array.isArray(one) ? one : [one];
        all(named(name, args), () => bodyOf(rest)(...args));
      }
    };
}

/** The same for tests that get each of the cases as it is, and what they may ask. */
function withFor(all: Define): (cases: readonly unknown[]) => Define {
  return cases =>
    (name, ...rest) => {
      for (const one of cases) {
        const args: readonly unknown[] = Array.isArray(one) ? one : [one];
        all(named(name, args), (given: Context) => bodyOf(rest)(one, given));
      }
    };
}

/** `%s` is the next of the values, `$name` a property of the only one. */
function named(name: string, args: readonly unknown[]): string {
  let next = 0;
  const [first] = args;
  const properties = typeof first === 'object' && first !== null ? first : {};
  return name
    .replaceAll('%s', () => String(args[next++]))
    .replaceAll(/\$(\w+)/g, (all, key: string) => {
      const found = Object.entries(properties).find(([name]) => name === key);
      return found ? String(found[1]) : all;
    });
}

function skipping(all: Define): Define {
  return (name, ...rest) => {
    const before = group;
    group = { ...before, isSkipped: true };
    all(name, ...rest);
    group = before;
  };
}

type OfCases = ReturnType<typeof withEach>;
const variants = (all: Define): Define & { each: OfCases; for: OfCases } =>
  Object.assign((name: string, ...rest: unknown[]) => all(name, ...rest), {
    each: withEach(all),
    for: withFor(all),
  });
const complete = (all: Define): ReturnType<typeof variants> & Conditional =>
  Object.assign(variants(all), {
    skipIf: (condition: unknown) => variants(condition === true ? skipping(all) : all),
  });
interface Conditional {
  skipIf: (condition: unknown) => ReturnType<typeof variants>;
}

export const describe = complete(inGroup);
export const test = Object.assign(complete(define), { concurrent: variants(define) });

/** Before each test of the group that is being described. */
export function beforeEach(act: (context: Context) => unknown): void {
  group = { ...group, before: [...group.before, act] };
}

export function afterAll(act: () => unknown): void {
  afterwards.push(act);
}

// ── What is expected ────────────────────────────────────────────────────────────────────────────

type Check = (expected?: unknown) => void;
interface Checks {
  readonly toBe: Check;
  readonly toEqual: Check;
  readonly toMatchObject: Check;
  readonly toBeUndefined: Check;
  readonly toHaveLength: Check;
  readonly toContain: Check;
  readonly toBeGreaterThan: Check;
  readonly toBeGreaterThanOrEqual: Check;
  readonly toThrow: Check;
}

interface Expectation extends Checks {
  readonly not: Checks;
  readonly rejects: { readonly toThrow: (expected?: unknown) => Promise<void> };
}

export function expect(actual: unknown, note = ''): Expectation {
  return {
    ...checksOf(actual, true, note),
    not: checksOf(actual, false, note),
    rejects: {
      toThrow: async expected => {
        const thrown = await (actual as Promise<unknown>).then(
          () => undefined,
          (error: unknown) => ({ error }),
        );
        check(thrown !== undefined && isSuch(thrown.error, expected), 'rejects as', expected, note);
      },
    },
  };
}

expect.fail = (message: string): never => {
  throw new Error(message);
};

function checksOf(actual: unknown, wanted: boolean, note: string): Checks {
  const that = (holds: boolean, how: string, expected?: unknown): void =>
    check(holds === wanted, `${shown(actual)} ${wanted ? '' : 'not '}${how}`, expected, note);
  return {
    toBe: expected => that(Object.is(actual, expected), 'is', expected),
    toEqual: expected => that(equal(actual, expected), 'equals', expected),
    toMatchObject: expected => that(includes(actual, expected), 'has', expected),
    toBeUndefined: () => that(actual === undefined, 'is undefined'),
    toHaveLength: expected => that(equal(lengthOf(actual), expected), 'has length', expected),
    toContain: expected => that(contains(actual, expected), 'contains', expected),
    toBeGreaterThan: expected => that(Number(actual) > Number(expected), 'is above', expected),
    toBeGreaterThanOrEqual: expected =>
      that(Number(actual) >= Number(expected), 'is at least', expected),
    toThrow: expected => {
      const thrown = thrownBy(actual as () => unknown);
      that(thrown !== undefined && isSuch(thrown.error, expected), 'throws', expected);
    },
  };
}

function check(holds: boolean, how: string, expected: unknown, note: string): void {
  if (!holds) throw new Error(`${note} it should hold: ${how} ${shown(expected)}`.trim());
}

function shown(value: unknown): string {
  const text = inspect(value, { maxArrayLength: 20, maxStringLength: 400, breakLength: Infinity });
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function lengthOf(value: unknown): unknown {
  return (value as { length?: unknown }).length;
}

function contains(all: unknown, one: unknown): boolean {
  if (typeof all === 'string') return all.includes(String(one));
  return [...(all as Iterable<unknown>)].some(value => Object.is(value, one));
}

function thrownBy(call: () => unknown): { readonly error: unknown } | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** As vitest compares: a class, an error with the same words, a pattern, a part of the words, or anything. */
function isSuch(error: unknown, expected: unknown): boolean {
  const words = error instanceof Error ? error.message : String(error);
  if (expected === undefined) return true;
  if (typeof expected === 'function') return error instanceof expected;
  if (expected instanceof RegExp) return expected.test(words);
  if (expected instanceof Error) return words === expected.message;
  return typeof expected === 'string' && words.includes(expected);
}
