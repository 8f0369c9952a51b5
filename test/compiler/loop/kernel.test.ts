/** Loops of a GPU: their text, where they may stand, how large kernels are, what a thread has to itself. */
import { describe, expect, test } from 'vitest';
import { geometryOf, isKernel } from '../../../compiler/loop/kernel.ts';
import { type For, statementsOf } from '../../../compiler/loop/ir.ts';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { privateArrays } from '../../../compiler/loop/private-arrays.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { complaintsOf } from '../../support/complaints.ts';
import { outputsOf } from '../../support/run-program.ts';

const device = 'x: f32[64], y: f32[64], m: f32[8, 64], t: f32';

function complaintsAbout(body: string): readonly string[] {
  return complaintsOf(() => verify(parseProgram(`p(): device ${device}; ${body}`)));
}

function kernelIn(body: string): For {
  const [kernel] = statementsOf(parseProgram(`p(): device ${device}; ${body}`).body).filter(
    isKernel,
  );
  if (!kernel) throw new Error('no kernel');
  return kernel;
}

test('modes and conditions read back as they were printed', () => {
  const text = `p():
  device ${device};
  for b < 8 grid {
    for o < 64 grid {
      m[b, o] := x[o];
    }
  }
  for b < 2 block {
    local s: f32[32];
    for i < 3 {
      for k < 32 thread {
        when 32*b + k < 50 {
          s[k] := x[32*b + k];
        }
      }
    }
  }
`;
  const program = parseProgram(text);
  expect(printProgram(program)).toBe(text);
  verify(program);
});

describe('rejects', () => {
  test.each([
    [
      'a launch in a block',
      'for b < 8 block { for once < 1 launch { for i < 64 grid { m[b, i] := 1; } } }',
      'launch once stands in a block',
    ],
    [
      'a launch of several turns',
      'for b < 8 launch { for i < 64 grid { m[b, i] := 1; } }',
      'launch b has 8 turns',
    ],
    [
      'a launch of what is no kernel',
      'for once < 1 launch { for i < 64 grid { y[i] := 1; } for k < 64 { t := 1; } }',
      'serial k stands in a launch',
    ],
    [
      'a store in a launch',
      'for once < 1 launch { t := 1; for i < 64 grid { y[i] := 1; } }',
      'write stands in a launch',
    ],
    [
      'kernels at one launch of which one reads what another one stores',
      'for once < 1 launch { for i < 64 grid { y[i] := 1; } for i < 64 grid { m[0, i] := y[i]; } }',
      'y is stored to in launch once, and used by another kernel',
    ],
    [
      'a thread loop without a block',
      'for i < 64 thread { y[i] := 1; }',
      'thread i stands in a launcher',
    ],
    [
      'a store that no thread does',
      'for b < 8 block { m[b, 0] := 1; }',
      'm is stored to in a block, but by no thread',
    ],
    [
      'kernels in kernels',
      'for b < 8 block { for o < 64 grid { m[b, o] := 1; } }',
      'grid o stands in a block',
    ],
    [
      'a grid in a grid, but not directly',
      'for b < 8 grid { t := 1; for o < 64 grid { m[b, o] := 1; } }',
      'the turns of grid b need each other',
      'grid o stands in a grid',
    ],
    [
      'threads that need each other',
      'for b < 1 block { for i < 63 thread { y[i] := y[i + 1]; } }',
      'the turns of thread i need each other',
    ],
    [
      'what a condition does not keep inside',
      'for b < 3 { for i < 32 { when 32*b + i < 65 { y[32*b + i] := 1; } } }',
      'y[32*b + i] spans 0..64 of axis 0: 64',
    ],
    [
      'what a condition on another loop does not keep inside',
      'for b < 3 { for i < 32 { when i < 2 { y[32*b + i] := 1; } } }',
      'y[32*b + i] spans 0..65 of axis 0: 64',
    ],
    [
      'counting down, one too many',
      'for b < 3 { for i < 32 { when 32*b + i < 65 { y[-32*b + -1*i + 63] := 1; } } }',
      'y[-32*b + -1*i + 63] spans -1..63 of axis 0: 64',
    ],
    [
      'a condition that no longer holds',
      'for i < 65 { when i < 64 { y[i] := 1; } y[i] := 2; }',
      'y[i] spans 0..64 of axis 0: 64',
    ],
  ])('%s', (_, body, ...complaints) => {
    expect(complaintsAbout(body)).toEqual(complaints);
  });
});

test.each([
  [
    'what takes steps, by the last step',
    'for b < 3 { for k < 8 { when 32*b + 4*k < 64 { for l < 4 { y[32*b + 4*k + l] := 1; } } } }',
  ],
  [
    'what counts down',
    'for b < 3 { for i < 32 { when 32*b + i < 64 { y[-32*b + -1*i + 63] := 1; } } }',
  ],
  [
    'the digits of a number',
    'for b < 3 { for i < 32 { when 32*b + i < 64 { m[((32*b + i) / 8), ((32*b + i) % 8)] := 1; } } }',
  ],
])('a condition bounds %s', (_, body) => {
  expect(complaintsAbout(body)).toEqual([]);
});

test('what is done under a condition is done where it holds', () => {
  const program = parseProgram(`p(): device y: f32[6]; for i < 6 { when i < 2 { y[i] := 7; } }`);
  const before = outputsOf(parseProgram('p(): device y: f32[6];')).get('y') ?? [];
  const after = outputsOf(program).get('y') ?? [];
  expect([...after]).toEqual([7, 7, ...[...before].slice(2)]);
});

test.each([
  ['for o < 64 grid { y[o] := 1; }', 1, 64],
  ['for b < 7 grid { y[b] := 1; }', 1, 32],
  ['for b < 8 grid { for o < 64 grid { m[b, o] := 1; } }', 8, 64],
  ['for b < 8 block { for o < 64 thread { m[b, o] := 1; } }', 8, 64],
  ['for b < 1 block { for b2 < 8 thread { for o < 64 thread { m[b2, o] := 1; } } }', 1, 256],
])('%s: %i blocks of %i threads', (body, blocks, threads) => {
  expect(geometryOf(kernelIn(body))).toEqual({ blocks, threads });
});

test('large grids have blocks of 256 threads', () => {
  const program = parseProgram(
    'p(): device z: f32[1000, 1000]; for b < 1000 grid { for o < 1000 grid { z[b, o] := 1; } }',
  );
  const [kernel] = statementsOf(program.body).filter(isKernel);
  expect(kernel && geometryOf(kernel)).toEqual({ blocks: 3907, threads: 256 });
});

describe('a thread has to itself', () => {
  const own = (body: string): readonly string[] =>
    [...privateArrays(kernelIn(body))].map(([node, axes]) => `${node.name} ${axes}`);

  test('what begins with its loops everywhere', () => {
    const body = `for b < 1 block {
      local s: f32[4, 16, 2];
      local shared: f32[64];
      for r < 4 thread { for c < 16 thread { for i < 2 { s[r, c, i] := 0; } } }
      for k < 64 thread { shared[k] := x[k]; }
      for r < 4 thread { for c < 16 thread { y[16*r + c] := s[r, c, 1] + shared[0]; } }
    }`;
    expect(own(body)).toEqual(['s 2']);
    expect(geometryOf(kernelIn(body)).threads).toBe(64);
  });

  test.each([
    ['what another thread reads', 's[r]', 's[-1*r + 3]', 4],
    ['what is read in other loops', 's[r]', 's[r]', 3],
    ['all of an array that is longer', 's[r + 1]', 's[r]', 4],
  ])('but not %s', (_, stored, used, turns) => {
    const body = `for b < 1 block {
      local s: f32[5];
      for r < 4 thread { ${stored} := 0; }
      for r < ${turns} thread { y[r] := ${used}; }
    }`;
    expect(own(body)).toEqual([]);
  });
});
