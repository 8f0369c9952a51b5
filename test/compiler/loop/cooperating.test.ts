/** Copies that run a turn ahead, and products of warps: what may stand where, and that they mean their loops in order. */
import { describe, expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { complaintsOf } from '../../support/complaints.ts';
import { outputsOf } from '../../support/run-program.ts';

const pipelined = `p():
  device x: f32[64], y: f32[64];
  for b < 1 block {
    for i < 2 pipelined {
      local c: f32[32];
      for k < 32 thread {
        c[k] := x[32*i + k];
      }
      for k < 32 thread {
        y[32*i + k] := c[-1*k + 31];
      }
    }
  }
`;

const product = `p():
  device x: bf16[16, 16], w: bf16[16, 16], y: f32[16, 8];
  for b < 1 block {
    local s: f32[8, 4, 1, 1, 2, 2];
    local a: bf16[16, 24];
    local v: bf16[16, 24];
    for r < 16 thread {
      for k < 16 thread {
        a[r, k] := x[r, k];
        v[r, k] := w[r, k];
      }
    }
    for r < 8 thread {
      for c < 4 thread {
        for m < 1 matrix {
          for n < 1 matrix {
            for h < 2 matrix {
              for j < 2 matrix {
                for k < 16 matrix {
                  s[r, c, m, n, h, j] += f32(a[8*h + r, k]) * f32(v[k, 2*c + j]);
                }
              }
            }
          }
        }
      }
    }
    for r < 8 thread {
      for c < 4 thread {
        for h < 2 unrolled {
          for j < 2 unrolled {
            y[8*h + r, 2*c + j] := s[r, c, 0, 0, h, j];
          }
        }
      }
    }
  }
`;
const started = product.replace(
  '    for r < 16 thread {',
  `    for r < 8 thread {
      for c < 4 thread {
        for h < 2 unrolled {
          for j < 2 unrolled {
            s[r, c, 0, 0, h, j] := 0;
          }
        }
      }
    }
    for r < 16 thread {`,
);

/** Each change to a program that is right, and what is wrong then. */
function complaintsAfter(program: string, from: string, to: string): readonly string[] {
  expect(program).toContain(from);
  return complaintsOf(() => verify(parseProgram(program.replace(from, to))));
}

const deep = pipelined.replace('pipelined {', 'pipelined 3 {').replace('i < 2', 'i < 3');
const three = deep.replaceAll('[64]', '[96]');

test.each([pipelined, three, started])('their text reads back', text => {
  const program = parseProgram(text);
  verify(program);
  expect(printProgram(program)).toBe(text);
});

test.each([pipelined, three, started])('they mean the loops in order', text => {
  const serial = parseProgram(text.replaceAll(/ (pipelined( 3)?|matrix) /g, ' '));
  expect(outputsOf(parseProgram(text), 0)).toEqual(outputsOf(serial, 0));
});

describe('a pipelined loop', () => {
  test.each([
    [
      'copies what it has stored',
      ['x[32*i + k]', 'y[32*i + k]'],
      'pipelined i copies y before it is stored to',
    ],
    [
      'copies after it has used',
      [
        'for k < 32 thread {\n        c[k]',
        'for u < 32 thread { y[u] := x[u]; }\n      for k < 32 thread {\n        c[k]',
      ],
      'pipelined i holds more than copies and thread loops after them',
    ],
    [
      'fills what outlives a turn',
      ['c[k] := x[32*i + k];', 'c[k] := x[32*i + k]; y[k] := 0;'],
      'y is stored to where pipelined i copies',
    ],
    [
      'copies more turns ahead than it has',
      ['i < 2 pipelined', 'i < 2 pipelined 3'],
      'pipelined i of 2 turns has 3 stages',
    ],
    [
      'has no turn that comes',
      ['i < 2 pipelined', 'i < 2 pipelined 0'],
      'pipelined i of 2 turns has 0 stages',
    ],
    [
      'stands among threads',
      ['for i < 2 pipelined {', 'for t < 1 thread { for i < 2 pipelined {'],
      'pipelined i stands in a thread',
    ],
  ] as const)('%s', (_, [from, to], complaint) => {
    const closed = to.includes('for t') ? `${pipelined}}` : pipelined;
    expect(complaintsAfter(closed, from, to)).toContainEqual(complaint);
  });
});

describe('a product of matrices', () => {
  test.each([
    ['of fewer terms', ['for k < 16 matrix', 'for k < 8 matrix'], 'matrix m: 8 terms of bf16'],
    [
      'of other threads',
      ['for c < 4 thread {\n        for m', 'for c < 2 thread {\n        for m'],
      'matrix m: no warps of 8 x 4 threads around',
    ],
    [
      'whose rows are elsewhere',
      ['a[8*h + r, k]', 'a[h + 2*r, k]'],
      'matrix m: no factor of rows and terms that lies side by side',
    ],
    [
      'whose columns are elsewhere',
      ['v[k, 2*c + j]', 'v[k, c + 4*j]'],
      'matrix m: no factor of terms and columns that lies side by side',
    ],
    [
      'whose rows begin between 16 bytes',
      ['local a: bf16[16, 24]', 'local a: bf16[16, 20]'],
      'matrix m: no factor of rows and terms that lies side by side',
    ],
    [
      'of what is not shared',
      ['f32(a[8*h + r, k])', 'f32(x[8*h + r, k])'],
      'matrix m: x is not shared by the block',
    ],
    [
      'whose sums are not those of threads',
      ['local s: f32[8, 4, 1, 1, 2, 2]', 'local s: f32[8, 4, 1, 1, 2, 4]'],
      'matrix m: s is not of threads',
    ],
    [
      'that is none',
      ['f32(a[8*h + r, k]) * f32(v[k, 2*c + j])', 'f32(a[8*h + r, k]) + f32(v[k, 2*c + j])'],
      'matrix m: no sum of products of two arrays',
    ],
    [
      'of some threads',
      ['for m < 1 matrix {', 'when r < 4 { for m < 1 matrix {'],
      'matrix m: not for all threads of a warp',
    ],
  ] as const)('%s', (_, [from, to], complaint) => {
    const text = to.startsWith('when') ? closeAfter(started) : started;
    expect(complaintsAfter(text, from, to)).toContainEqual(complaint);
  });
});

/** One brace more behind the product. */
function closeAfter(text: string): string {
  return text.replace('* f32(v[k, 2*c + j]);', '* f32(v[k, 2*c + j]); }');
}
