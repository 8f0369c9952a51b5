/** Whatever a program calls its arrays, in C each is one word that means nothing else. */
import { describe, expect, test } from 'vitest';
import { loopVar } from '../../../compiler/core/index-expr.ts';
import { tensorNode } from '../../../compiler/core/tensor-node.ts';
import { c99 } from '../../../backends/cc/dialect.ts';
import { emit } from '../../../backends/clike/emit.ts';
import { block, fill, type Program } from '../../../compiler/loop/ir.ts';
import { bodyInC, complaintsAbout, cOf, functionOf } from '../../support/c-text.ts';

test('dots become underscores; what then collides is counted', () => {
  const c = functionOf(`step():
    device w1: f32, w1.grad: f32, w1_grad: f32, w1.grad_2: f32;
    w1 -= w1.grad + w1_grad + w1.grad_2;`);
  expect(c).toMatchInlineSnapshot(`
    "static void step(
      float *restrict w1, const float *restrict w1_grad, const float *restrict w1_grad2,
      const float *restrict w1_grad_2) {
      w1[0] -= w1_grad[0] + w1_grad2[0] + w1_grad_2[0];
    }"
  `);
});

test('a symbol, a loop and an array of one name', () => {
  expect(
    functionOf(`i(i : [0..1]):
    device i: f32[2], i2: f32[2];
    i[1] := f32(i);
    for i < 2 { for i2 < 2 { i[i] := f32(i2); i2[i2] += 1; } }`),
  ).toMatchInlineSnapshot(`
    "static void i(const long i3, float *restrict i2, float *restrict i2_2) {
      i2[1] = (float)(int)i3;
      for (long i4 = 0; i4 < 2; ++i4) {
        for (long i5 = 0; i5 < 2; ++i5) {
          i2[i4] = (float)(int)i5;
          i2_2[i5] += 1.0f;
        }
      }
    }"
  `);
});

test('loops beside each other share a name, loops inside each other do not', () => {
  const body = `for i < 2 { x[i] := 0; }
    for i < 2 { for i2 < 2 { x[i] += x[i2]; } }`;
  expect(bodyInC('x: f32[2]', body)).toMatchInlineSnapshot(`
    "for (long i = 0; i < 2; ++i) {
      x[i] = 0.0f;
    }
    for (long i = 0; i < 2; ++i) {
      for (long i2 = 0; i2 < 2; ++i2) {
        x[i] += x[i2];
      }
    }"
  `);
});

describe('words that C knows', () => {
  const words = `auto break case char const continue default do double else enum extern float goto
    if inline int long register restrict return short signed sizeof static struct switch typedef
    union unsigned void volatile while asm bool main args k einc_run fabsf fmaf expf exp relu_f32
    fmod to_i32 memset memcpy sincosf linux unix _Bool _Complex __builtin_nan __func__ NULL errno
    printf malloc abort a b c`.split(/\s+/);

  test.each(words)('%s', word => {
    const text = `${word}(${word}_step):
      device ${word}: f32[2], n: i32[2];
      local ${word}.x: f32;
      ${word}.x := exp(${word}[0]) + abs(${word}[1]) + relu(${word}[0]);
      n[0] := i32(${word}.x);
      for ${word}_loop < 2 { ${word}[${word}_loop] := fma(${word}.x, ${word}.x, f32(${word}_step)); }
      fill n, 3;`;
    // C's own declaration of `printf` is no match for a program of that name, and need not be.
    const ignored = '#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"\n';
    expect(complaintsAbout(ignored + cOf(text))).toBe('');
  });
});

test('a name that begins with an underscore gets a letter before it: C has plans of its own', () => {
  expect(functionOf('_Exit(): device _Bool: f32, __x: f32; _Bool := __x;')).toMatchInlineSnapshot(`
    "static void v_Exit(float *restrict v_Bool, const float *restrict v__x) {
      v_Bool[0] = v__x[0];
    }"
  `);
});

test('a comment ends where C thinks it does', () => {
  const comment = (text: string): Program => {
    const x = tensorNode('x', 'f32', []);
    const body = block([{ kind: 'comment', text }, fill(x, 1)]);
    return {
      name: 'p',
      symbols: [{ loop: loopVar('i'), range: 2 }],
      params: [x],
      scratch: [],
      body,
    };
  };
  for (const text of [
    'a */ x[0] = 2; /* b',
    'a *?/',
    '**/',
    '*\\\n/ x[0] = 2;',
    '?\?/',
    'it *',
    '/',
  ]) {
    expect(
      complaintsAbout(`#pragma GCC diagnostic ignored "-Wcomment"
      #pragma GCC diagnostic ignored "-Wtrigraphs"
      #pragma GCC diagnostic ignored "-Wunused-parameter"
      ${emit(comment(text), c99)}`),
    ).toBe('');
    expect(emit(comment(text), c99).match(/\*\//g)).toHaveLength(1);
  }
});
