/** Schedules that were found are kept on disk, and taken by later runs of the same program. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lower } from '../../compiler/lower/lower.ts';
import { type Schedule, targets } from '../../compiler/index.ts';
import { context, forward, op, tensor } from '../../dsl/einc.ts';
import { configure, settings } from '../../runtime/index.ts';
import { openTuned, tunedSchedule } from '../../runtime/tuned.ts';

let root = '';
const asItWas = settings();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'einc-test-'));
  vi.stubEnv('EINC_CACHE_DIR', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  configure(asItWas);
  rmSync(root, { recursive: true });
});

const x = tensor(new Float32Array(64 * 128), { label: 'x', batch: [64], output: [128] });
const y = op`y = { w; o = [64] } * ${x}`;
const z = op`z = { v; o = [32] } * ${x}`;
const programOf = (code: typeof y) =>
  lower(forward(code).settle({ dtype: 'f32', keep: [], name: undefined }).routine);

const schedule: Schedule = { y: { rows: 2, vectors: 1 } };

test('for one program and one target', () => {
  const [program, store] = [programOf(y), openTuned()];
  expect(tunedSchedule(program, targets.avx2)).toBeUndefined();
  store?.keep(program, targets.avx2, schedule);
  expect(tunedSchedule(program, targets.avx2)).toEqual(schedule);
  expect(tunedSchedule(programOf(y), targets.avx2)).toEqual(schedule);
  expect(tunedSchedule(program, targets.avx512)).toBeUndefined();
  expect(tunedSchedule(programOf(z), targets.avx2)).toBeUndefined();
});

test('until they are forgotten, or others are kept', () => {
  const [program, store] = [programOf(y), openTuned()];
  store?.keep(program, targets.avx2, schedule);
  store?.keep(program, targets.avx2, { y: { rows: 3 } });
  expect(tunedSchedule(program, targets.avx2)).toEqual({ y: { rows: 3 } });
  expect(store?.forget(program, targets.avx2)).toBe(true);
  expect(store?.forget(program, targets.avx2)).toBe(false);
  expect(tunedSchedule(program, targets.avx2)).toBeUndefined();
});

test.each(['', '{', '3', '{ "y": { "rows": -1 } }', '{ "y": { "run": 1 } }'])(
  'a damaged file is none: %s',
  text => {
    const [program, store] = [programOf(y), openTuned()];
    store?.keep(program, targets.avx2, schedule);
    const [file = ''] = readdirSync(join(root, 'tuned'));
    writeFileSync(join(root, 'tuned', file), text);
    expect(tunedSchedule(program, targets.avx2)).toBeUndefined();
  },
);

test('nothing is kept or looked for without a cache', () => {
  openTuned()?.keep(programOf(y), targets.avx2, schedule);
  vi.stubEnv('EINC_CACHE', 'off');
  expect(openTuned()).toBeUndefined();
  expect(tunedSchedule(programOf(y), targets.avx2)).toBeUndefined();
});

test('to look for what is not there makes nothing on disk', () => {
  tunedSchedule(programOf(y), targets.avx2);
  expect(readdirSync(root)).toEqual([]);
});

/** The rows of the tile of `y`, as a context compiles it without running it. */
async function rowsTaken(asked?: Schedule): Promise<number | undefined> {
  let rows: number | undefined;
  configure({
    executes: false,
    onRoutine: ({ compiled }) => {
      for (const { decision } of compiled.witnessed) {
        if (decision.about === 'nest' && decision.step.kind === 'tile') {
          rows = decision.step.rows?.count;
        }
      }
    },
  });
  using ctx = await context({ backend: 'cc' });
  await ctx.compile(forward(y), asked === undefined ? {} : { schedule: asked });
  return rows;
}

/** Which one this processor has. */
async function nativeTarget() {
  const { nativeTarget: native } = await import('../../backends/native/cpu.ts');
  return native();
}

test('a context takes what was found, unless the program or the command says otherwise', async () => {
  const target = await nativeTarget();
  if (target.vectorBytes === 0) return;
  const chosen = await rowsTaken();
  expect(chosen).toBeGreaterThan(2);
  openTuned()?.keep(programOf(y), target, schedule);
  expect(await rowsTaken()).toBe(2);
  expect(await rowsTaken({ y: { rows: 3 } })).toBe(3);
  expect(await rowsTaken({})).toBe(chosen);
  configure({ takesTuned: false });
  expect(await rowsTaken()).toBe(chosen);
  configure({ takesTuned: true, target: target.name });
  expect(await rowsTaken()).toBe(chosen);
});

test('what no longer fits the program is left undone', async () => {
  const target = await nativeTarget();
  if (target.vectorBytes === 0) return;
  const chosen = await rowsTaken();
  openTuned()?.keep(programOf(y), target, { gone: { rows: 2 }, y: { rows: 1000 } });
  expect([undefined, chosen]).toContain(await rowsTaken());
});
