/** The half-moons on several devices: the losses are those of one. */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeWith } from '../cli/support.ts';

const { einc } = placeWith({});

interface Summary {
  readonly epochLosses: readonly number[];
  readonly accuracy?: number;
  readonly devices?: readonly { readonly name: string; readonly millisecondsPerStep: number }[];
}

async function summaryOf(file: string, args: readonly string[]): Promise<Summary> {
  const { code, stdout, stderr } = await einc(['run', resolve(file), '--', '--json', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Summary;
}

const known = new Map<string, Promise<Summary>>();

/** What several tests compare with is run once. */
function onOne(file: string, args: readonly string[]): Promise<Summary> {
  const key = [file, ...args].join(' ');
  const summary = known.get(key) ?? summaryOf(file, args);
  known.set(key, summary);
  return summary;
}

function expectClose({ epochLosses }: Summary, one: Summary): void {
  expect(epochLosses).toHaveLength(one.epochLosses.length);
  epochLosses.forEach((loss, i) => {
    const wanted = one.epochLosses[i] ?? NaN;
    expect(Math.abs(loss - wanted)).toBeLessThan(1e-5 * wanted);
  });
}

describe('npm run moons -- --devices', { timeout: 60_000 }, () => {
  const file = 'examples/moons.ts';
  const epochs = ['--epochs', '10'];

  test('2 and 4 have the curve of 1, bit for bit', async () => {
    const on = (devices: string) => summaryOf(file, [...epochs, '--devices', devices]);
    // The first compiles what all of them run.
    const one = await on('1');
    const [two, four] = await Promise.all([on('2'), on('4')]);
    expect(two.epochLosses).toEqual(one.epochLosses);
    expect(four.epochLosses).toEqual(one.epochLosses);
  });

  test('1 that takes a batch as a whole says what it says without devices, bit for bit', async () => {
    const one = await summaryOf(file, [...epochs, '--devices', '1', '--shards', '1']);
    expect(one.epochLosses).toEqual((await onOne(file, epochs)).epochLosses);
  });

  test.each(['4', 'all'])('%s has the curve of the program without devices', async devices => {
    const several = await summaryOf(file, [...epochs, '--devices', devices]);
    expectClose(several, await onOne(file, epochs));
  });

  test('4 learns the moons, and says how long each took', async () => {
    const { accuracy, devices = [] } = await summaryOf(file, ['--devices', '4']);
    expect(accuracy).toBe(1);
    expect(devices.map(({ name }) => name)).toEqual(['cc:0', 'cc:1', 'cc:2', 'cc:3']);
    for (const { millisecondsPerStep } of devices) expect(millisecondsPerStep).toBeGreaterThan(0);
  });

  test('0 are none', async () => {
    const { code, stdout } = await einc(['run', resolve(file), '--', '--devices', '0']);
    expect(code).toBe(2);
    expect(stdout).toContain('[--devices COUNT]');
  });
});

describe('the algorithm of the slides', { timeout: 60_000 }, () => {
  const file = 'examples/moons-parallel.ts';

  test.each(['2', '4', '8'])('on %s devices has the curve of one', async devices => {
    const several = await summaryOf(file, ['--epochs', '5', '--devices', devices]);
    expectClose(several, await onOne(file, ['--epochs', '5', '--devices', '1']));
  });

  test('needs devices that divide a batch', async () => {
    const { code, stdout } = await einc(['run', resolve(file), '--', '--devices', '3']);
    expect([code, stdout.startsWith('moons-parallel [--devices N]')]).toEqual([2, true]);
  });
});
