import { describe, expect, test } from 'vitest';
import { placeWith } from './support.ts';

const { einc } = placeWith({});

describe.concurrent('einc bench', () => {
  test('times a case, in a table', async ({ expect }) => {
    const { code, stdout, stderr } = await einc(['bench', 'gemm', '--quick']);
    expect(stderr).toBe('threads: 1\ngemm/64x64x64 …\n');
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\d+(\.\d+)?(e-\d+)?$|\b\d+\.\d+/gm, 'N')).toMatch(
      /^benchmark +ms +GFLOP\/s .*\ngemm\/64x64x64 +N +N\n$/,
    );
  });

  test('as JSON', async ({ expect }) => {
    const { code, stdout } = await einc(['bench', 'call', '--quick', '--json', '--threads', '2']);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { ms: number };
    expect(result).toEqual({
      name: 'call',
      case: 'x + y of 4 cells',
      threads: 2,
      ms: expect.any(Number) as number,
    });
    expect(result.ms).toBeGreaterThan(0);
  });

  test('a case by its name, and those that begin so', async ({ expect }) => {
    const { code, stdout } = await einc(['bench', 'conv/forward', 'gemm/10x', '--list']);
    const names = stdout.split('\n').filter(line => line.startsWith(' '));
    expect([code, names.map(line => line.trim())]).toEqual([
      0,
      ['conv/forward', 'gemm/10x784x512', 'gemm/10x784x512 bT'],
    ]);
  });

  test('the other shapes of a benchmark, in place of its cases', async ({ expect }) => {
    const { code, stdout } = await einc([
      'bench',
      'gemm/96',
      'attention',
      '--other-shapes',
      '--list',
    ]);
    const names = stdout.split('\n').filter(line => line.startsWith(' '));
    expect([code, names.map(line => line.trim())]).toEqual([
      0,
      [
        'gemm/96x2500x640',
        'gemm/96x2500x640 bT',
        'attention/5x100x3x40',
        'attention/2x777x5x24',
        'attention/1x2000x3x80',
      ],
    ]);
  });

  test('--other-shapes --quick', async ({ expect }) => {
    const args = ['bench', 'gemm', 'attention', '--other-shapes', '--quick', '--json'];
    const { code, stdout } = await einc(args);
    const results = stdout.trim().split('\n');
    expect([code, results.map(line => (JSON.parse(line) as { case: string }).case)]).toEqual([
      0,
      ['1111x333x77', '5x100x3x40'],
    ]);
  });

  test('--list', async ({ expect }) => {
    const { code, stdout } = await einc(['bench', 'softmax', '--list']);
    expect([code, stdout]).toEqual([
      0,
      [
        'softmax      of each of 4096 rows of 1024',
        '             softmax/forward',
        '             softmax/forward + backward',
        '',
      ].join('\n'),
    ]);
  });
});

test.concurrent.each([
  [
    ['gem'],
    'there is no benchmark called gem: there are gemm, mlp, gpt, elementwise, softmax, layer-norm, attention, conv, moons, ocannl, data-parallel, call, all-reduce, first-step',
  ],
  [
    ['moons', '--other-shapes'],
    'there is no benchmark with other shapes called moons: there are gemm, mlp, gpt, elementwise, softmax, layer-norm, attention, conv, ocannl',
  ],
  [['conv/back'], 'no case of conv begins with back: there are forward, forward + backward'],
  [['conv', '--threads', '0'], '--threads takes a whole number from 1, not 0'],
])('einc bench %j is 2, with words', async (args, message) => {
  expect(await einc(['bench', ...args])).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\n(see einc bench --help)\n`,
  });
});
