import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { placeWith } from '../cli/support.ts';

const { einc } = placeWith({});
const file = resolve('examples/moons.ts');

interface Summary {
  readonly seed: number;
  readonly epochs: number;
  readonly steps: number;
  readonly finalEpochLoss: number;
  readonly accuracy: number;
}

describe.concurrent('training', () => {
  test.each([1, 2, 3, 4, 5])('learns the moons of seed %i', async seed => {
    const { code, stdout, stderr } = await einc(['run', file, '--', '--json', '--seed', `${seed}`]);
    expect([code, stderr]).toEqual([0, '']);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({ seed, epochs: 80, steps: 6400, accuracy: 1 });
    expect(summary.finalEpochLoss).toBeLessThan(0.05);
  });

  test('says the same each time', async () => {
    const args = ['run', file, '--', '--epochs', '3', '--seed', '2'];
    const [one, two] = await Promise.all([einc(args), einc(args)]);
    expect(one.stdout.length).toBeGreaterThan(1000);
    expect(two).toEqual(one);
  });

  test('goes the same way through the interpreter, step by step', async () => {
    const args = ['--', '--epochs', '1'];
    const [compiled, interpreted] = await Promise.all([
      einc(['run', file, ...args]),
      einc(['run', '--backend', 'interp', file, ...args]),
    ]);
    expect(stepsIn(interpreted.stdout).length).toBeGreaterThan(40);
    expect(stepsIn(interpreted.stdout)).toEqual(stepsIn(compiled.stdout));
  });
});

const stepsIn = (text: string): readonly string[] =>
  text.split('\n').filter(l => l.startsWith('Epoch='));

describe('the text', async () => {
  const { code, stdout, stderr } = await einc(['run', file]);
  const lines = stdout.split('\n');

  test('is all there is', () => expect([code, stderr]).toEqual([0, '']));

  test('begins with the steps, the first ten one by one', () => {
    const steps = stepsIn(stdout);
    expect(lines.slice(0, steps.length)).toEqual(steps);
    const number = String.raw`-?\d+(\.\d+)?(e-?\d+)?`;
    const shape = new RegExp(
      String.raw`^Epoch=\d+, step=\d+, batch=\d+, lr=${number}, loss=${number}, epoch loss=${number}$`,
    );
    for (const line of steps) expect(line).toMatch(shape);
    const at = steps.map(line => Number(/step=(\d+)/.exec(line)?.[1]));
    expect(at.slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 159, 319]);
    expect(at.at(-1)).toBe(6399);
    expect(steps[0]).toMatch(/^Epoch=1, step=0, batch=0, lr=0\.2, /);
    expect(steps.at(-1)).toMatch(/^Epoch=80, step=6399, batch=79, lr=0\.1\d*, /);
  });

  test('goes on with four plots, in this order', () => {
    const titles = [
      'Learning rate:',
      'Loss:',
      'Log-loss, for better visibility:',
      'Half-moons scatterplot and decision boundary:',
    ];
    expect(lines.filter(line => titles.includes(line))).toEqual(titles);
    for (const title of titles) {
      const plot = lines.slice(lines.indexOf(title) + 1).slice(0, 20);
      expect(plot.filter(line => /\S/.test(line)).length, title).toBeGreaterThan(15);
    }
  });

  test('ends with the accuracy', () => {
    expect(lines.slice(-2)).toEqual(['accuracy 100 % of 800 points', '']);
  });
});

test('--help', async () => {
  const { code, stdout, stderr } = await einc(['run', file, '--', '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^moons \[--seed \w+\] \[--epochs \w+\] \[--devices \w+\] \[--shards \w+\] \[--json\]\n$/,
  );
});
