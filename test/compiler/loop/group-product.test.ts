/** Products of groups of four warps: which loops are one, and what is wrong with others. */
import { expect, test } from 'vitest';
import { parseProgram } from '../../../compiler/loop/parse.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { complaintsOf } from '../../support/complaints.ts';
import { outputsOf } from '../../support/run-program.ts';

/** The left factor in rows of terms, the right one in rows of columns. */
const product = `p():
  device x: bf16[64, 64], w: bf16[64, 128], y: f32[64, 128];
  for b < 1 block {
    local s: f32[4, 8, 4, 1, 2, 8, 2, 2];
    local a: bf16[64, 64];
    local v: bf16[2, 64, 64];
    for g < 4 thread { for r < 8 thread { for c < 4 thread {
      for n < 2 unrolled { for p < 8 unrolled { for h < 2 unrolled { for j < 2 unrolled {
        s[g, r, c, 0, n, p, h, j] := 0;
      } } } }
    } } }
    for r < 64 thread { for k < 64 thread { a[r, k] := x[r, k]; } }
    for k < 64 thread { for n < 2 thread { for o < 64 thread { v[n, k, o] := w[k, 64*n + o]; } } }
    for g < 4 thread { for r < 8 thread { for c < 4 thread { for i < 4 unrolled {
      for m < 1 matrix { for n < 2 matrix { for p < 8 matrix { for h < 2 matrix { for j < 2 matrix { for k < 16 matrix {
        s[g, r, c, m, n, p, h, j] += f32(a[64*m + 16*g + 8*h + r, 16*i + k]) * f32(v[n, 16*i + k, 8*p + 2*c + j]);
      } } } } } }
    } } } }
    for g < 4 thread { for r < 8 thread { for c < 4 thread {
      for n < 2 unrolled { for p < 8 unrolled { for h < 2 unrolled { for j < 2 unrolled {
        y[16*g + 8*h + r, 64*n + 8*p + 2*c + j] := s[g, r, c, 0, n, p, h, j];
      } } } }
    } } }
  }
`;

test('it means its loops in order', () => {
  const program = parseProgram(product);
  verify(program);
  const serial = parseProgram(product.replaceAll(' matrix ', ' '));
  expect(outputsOf(program, 0)).toEqual(outputsOf(serial, 0));
});

test.each([
  [
    'of fewer terms',
    ['k < 16 matrix', 'k < 8 matrix'],
    'no 1 x 8 x 2 x 2 cells of a thread, of 16 terms',
  ],
  [
    'of other threads',
    ['c < 4 thread { for i', 'c < 2 thread { for i'],
    'no groups of 4 x 8 x 4 threads around',
  ],
  [
    'whose warps have other rows',
    ['16*g + 8*h + r, 16*i', '8*g + 8*h + r, 16*i'],
    'no factor of rows and terms in rows of 128 bytes',
  ],
  [
    'whose terms lie apart',
    ['8*h + r, 16*i + k]', '8*h + r, i + 4*k]'],
    'no factor of rows and terms in rows of 128 bytes',
  ],
  [
    'that begins in a pattern',
    ['r, 16*i + k]', 'r, 8*i + k]'],
    'no factor of rows and terms in rows of 128 bytes',
  ],
  [
    'whose rows are longer',
    ['local a: bf16[64, 64]', 'local a: bf16[64, 72]'],
    'no factor of rows and terms in rows of 128 bytes',
  ],
  [
    'whose columns are elsewhere',
    ['8*p + 2*c + j]);', '8*p + c + 4*j]);'],
    'no factor of terms and columns in rows of 128 bytes',
  ],
  ['that is none', [') * f32(v', ') + f32(v'], 'no sum of products of two arrays of 16 bits'],
] as const)('a product %s', (_, [from, to], complaint) => {
  expect(product).toContain(from);
  const found = complaintsOf(() => verify(parseProgram(product.replace(from, to))));
  expect(found).toContainEqual(`matrix m: ${complaint}`);
});
