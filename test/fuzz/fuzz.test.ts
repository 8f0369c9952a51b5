/** That random programs are programs, and that one which is compiled wrongly is found. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCache } from '../../runtime/cache.ts';
import { parseProgram, printProgram } from '../../compiler/index.ts';
import { temporaryFolder } from '../backends/native/support.ts';
import { choices } from '../support/choices.ts';
import { differenceOf, runsOf, type Subject, subjectOf, subjectUnlessOpen } from './check.ts';

const cache = openCache({ env: { EINC_CACHE_DIR: temporaryFolder() } });

test('the language takes every program', () => {
  const seed = Number(process.env['EINC_SEED'] ?? Date.now() % 2 ** 31);
  const subjects = fc.sample(choices(120), { numRuns: 100, seed }).map(answers => {
    try {
      return subjectUnlessOpen(answers);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  });
  const open = subjects.filter(subject => subject === undefined);
  expect(open.length).toBeLessThan(10);
});

test('the same answers give the same program', () => {
  const [answers = []] = fc.sample(choices(120), { numRuns: 1, seed: 3 });
  expect(subjectOf(answers).text).toBe(subjectOf(answers).text);
});

test('what C computes differently is found, and nothing else', async () => {
  const right = subjectOf([0, 2, 1, 0, 0, 1]);
  const wrong = { ...right, compiled: right.compiled.map(offByALittle) };
  const runs = await runsOf([right, wrong], cache);
  expect(differenceOf(right, runs.slice(0, 3))).toBeUndefined();
  expect(differenceOf(wrong, runs.slice(3))).toMatch(/^C as lowered, f64: t1\[0\] is /);
});

/** Adds to each value that the program stores. */
function offByALittle(variant: Subject['compiled'][number]): Subject['compiled'][number] {
  const text = printProgram(variant.program).replaceAll(/:= (.*);/g, ':= $1 + 0.001;');
  return { ...variant, program: parseProgram(text) };
}
