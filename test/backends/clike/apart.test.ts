import { expect, test } from 'vitest';
import { c99 } from '../../../backends/cc/dialect.ts';
import { asOneSource, asSources, type Functions } from '../../../backends/clike/apart.ts';

const share = c99.parallel?.share.needs[0] ?? '';
const nest = (name: string, statement: string): string =>
  `__attribute__((noinline)) static void ${name}(float *restrict x) {\n  ${statement}\n}\n`;
const functions: Functions = {
  needs: ['float expf(float);', share],
  nests: [nest('a', 'x[0] = 1;'), nest('b', 'x[1] = 2; x[2] = expf(x[3]); x[4] = 5; x[6] = 7;')],
  parts: [
    {
      turns: 'static void p_turns(const long first, const long last) {\n  a(0);\n}\n',
      part: 'static void p_part(long first, long last, void *const *args) {\n  p_turns(first, last);\n}\n',
    },
  ],
  program: [
    'static void p(void) {\n  b(0);\n}\n',
    'int einc_run(void *const *args) {\n  p();\n}\n',
  ],
};

test('as one source functions stand one after the other', () => {
  expect(asOneSource(functions)).toBe(
    [
      ...functions.needs,
      '',
      ...functions.nests,
      functions.parts[0]?.turns,
      functions.parts[0]?.part,
      ...functions.program,
    ].join('\n'),
  );
});

test('sources have about as much each, and declare what is in others', () => {
  expect(asSources(functions, c99, 200)).toMatchInlineSnapshot(`
    [
      "float expf(float);
    extern void (*einc_parallel)(
      long turns, void (*part)(long first, long last, void *const *args), void *const *args);

    __attribute__((noinline, visibility("hidden"))) void a(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void b(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void p_part(long first, long last, void *const *args);

    static void p_turns(const long first, const long last) {
      a(0);
    }

    __attribute__((noinline, visibility("hidden"))) void p_part(long first, long last, void *const *args) {
      p_turns(first, last);
    }
    ",
      "float expf(float);
    extern void (*einc_parallel)(
      long turns, void (*part)(long first, long last, void *const *args), void *const *args);

    __attribute__((noinline, visibility("hidden"))) void a(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void b(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void p_part(long first, long last, void *const *args);

    __attribute__((noinline, visibility("hidden"))) void b(float *restrict x) {
      x[1] = 2; x[2] = expf(x[3]); x[4] = 5; x[6] = 7;
    }

    __attribute__((noinline, visibility("hidden"))) void a(float *restrict x) {
      x[0] = 1;
    }
    ",
      "float expf(float);
    void (*einc_parallel)(
      long turns, void (*part)(long first, long last, void *const *args), void *const *args);

    __attribute__((noinline, visibility("hidden"))) void a(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void b(float *restrict x);
    __attribute__((noinline, visibility("hidden"))) void p_part(long first, long last, void *const *args);

    static void p(void) {
      b(0);
    }

    int einc_run(void *const *args) {
      p();
    }
    ",
    ]
  `);
});

test('where the language has no word for a function that others call, there is one source', () => {
  const { linked, ...alone } = c99;
  expect(linked).toBeDefined();
  expect(asSources(functions, alone, 200)).toEqual([asOneSource(functions)]);
});

test('where functions are short, there is one source', () => {
  expect(asSources(functions, c99, 2000)).toEqual([asOneSource(functions)]);
});
