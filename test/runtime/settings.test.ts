import { afterEach, describe, expect, test, vi } from 'vitest';
import { context, forward, op, tensor } from '../../dsl/einc.ts';
import {
  checkSwitches,
  type CompiledRoutine,
  configure,
  isOn,
  settings,
} from '../../runtime/index.ts';
import { messageOf } from './support.ts';

const asItWas = settings();
afterEach(() => configure(asItWas));

/** Compiles and runs one routine; what it leaves. */
async function runOne(): Promise<{ readonly backend: string; readonly y: readonly number[] }> {
  const y = op`y = ${tensor([1, 2], { label: 'x' })} + 1`;
  using ctx = await context();
  const routine = await ctx.compile(forward(y));
  routine.runSync();
  routine.run();
  return { backend: ctx.backend, y: [...(await ctx.read(y)).data] };
}

describe('settings', () => {
  test('a change leaves the others as they were', () => {
    configure({ backend: 'interp' });
    expect(settings()).toEqual({ ...asItWas, backend: 'interp' });
    configure({ watchedPass: 'simplify' });
    expect(settings()).toEqual({ ...asItWas, backend: 'interp', watchedPass: 'simplify' });
  });

  test.each(['cc', 'interp'])('the backend of contexts that name none: %s', async backend => {
    configure({ backend });
    expect(await runOne()).toEqual({ backend, y: [2, 3] });
  });

  test('a backend that does not exist', async () => {
    configure({ backend: 'metal' });
    expect(await messageOf(runOne))
      .toBe(`UserError: error[EINC0508]: there is no backend called \`metal\`
  = help: the backends are \`cc\`, \`interp\`, \`cuda-emulator\`, \`cuda\``);
  });

  test.each<[Readonly<Record<string, string>>, boolean]>([
    [{}, true],
    [{ EINC_QUIET: '', CI: '' }, true],
    [{ EINC_QUIET: '1' }, false],
    [{ EINC_QUIET: 'on' }, false],
    [{ EINC_QUIET: '0' }, true],
    [{ EINC_QUIET: 'off' }, true],
    [{ CI: 'true' }, false],
    [{ TERM: 'dumb' }, false],
  ])('whether a terminal is told what takes long: %j', async (env, told) => {
    for (const name of ['EINC_QUIET', 'CI', 'TERM']) vi.stubEnv(name, env[name]);
    vi.resetModules();
    const fresh = await import('../../runtime/settings.ts');
    expect(fresh.settings().showsProgress).toBe(told);
    vi.unstubAllEnvs();
  });

  test.each([
    ['on', true],
    ['1', true],
    ['true', true],
    ['off', false],
    ['0', false],
    ['false', false],
    ['', true],
  ])('EINC_CACHE=%s', (value, expected) => {
    expect(isOn('EINC_CACHE', { EINC_CACHE: value })).toBe(expected);
    expect(() => checkSwitches({ EINC_CACHE: value })).not.toThrow();
  });

  test.each([
    [
      { EINC_CACHE: '/tmp' },
      `error[EINC0913]: $EINC_CACHE is \`/tmp\`, which is neither \`on\` nor \`off\`
  = help: set it to on, 1 or true, or to off, 0 or false; unset, it is on
  = help: for another folder set EINC_CACHE_DIR`,
    ],
    [
      { EINC_TF32: 'yes' },
      `error[EINC0913]: $EINC_TF32 is \`yes\`, which is neither \`on\` nor \`off\`
  = help: set it to on, 1 or true, or to off, 0 or false; unset, it is off`,
    ],
    [
      { EINC_QUIET: 'toString' },
      `error[EINC0913]: $EINC_QUIET is \`toString\`, which is neither \`on\` nor \`off\`
  = help: set it to on, 1 or true, or to off, 0 or false; unset, it is off`,
    ],
  ])('a setting that is neither on nor off: %j', async (env, message) => {
    expect(() => checkSwitches(env)).toThrow(message);
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(await messageOf(runOne)).toBe(`UserError: ${message}`);
    vi.unstubAllEnvs();
  });

  test('without execution every array that is computed reads as zeros', async () => {
    configure({ executes: false, backend: 'cc' });
    expect(await runOne()).toEqual({ backend: 'cc', y: [0, 0] });
  });

  test.each([
    ['cc', 'c', 'static void y_forward('],
    ['interp', undefined, ''],
  ])('each routine is shown, with its source: %s', async (backend, extension, words) => {
    const shown: CompiledRoutine[] = [];
    configure({ backend, onRoutine: routine => shown.push(routine), watchedPass: 'simplify' });
    await runOne();
    expect(shown.map(routine => routine.compiled.routine.name)).toEqual(['y_forward']);
    expect(shown[0]?.source?.extension).toBe(extension);
    expect(shown[0]?.source?.text ?? '').toContain(words);
    expect(shown[0]?.watched?.params.map(node => node.name)).toEqual(['x', 'y']);
  });

  test('no pass is watched unless one is named', async () => {
    const shown: CompiledRoutine[] = [];
    configure({ onRoutine: routine => shown.push(routine) });
    await runOne();
    expect(shown[0]?.watched).toBeUndefined();
  });
});
