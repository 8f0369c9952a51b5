/**
 * Parallel loops of all kinds, by definition, through C on one, two and four threads, and by blocks of
 * threads: the same bits.
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { loadNative } from '../../backends/native/addon.ts';
import { poolSize } from '../../backends/native/threads.ts';
import { programOf } from '../support/loop-text.ts';
import { needCompilerOf } from '../support/cpp-compiler.ts';
import { compileEverywhere, type Run } from '../support/run-compiled.ts';
import { cornersFor, difference, inputFor, outputsOf } from '../support/run-program.ts';

const device =
  's: T, x: T[37], y: T[37], z: T[40], w: T[37, 11], v: T[11, 37], n: i32[37], e: bool[37], h: f16[37]';

const bodies: Readonly<Record<string, string>> = {
  'a cell each': 'for i < 37 parallel { z[i] := x[i] * 2 + T(i); }',
  'a row each': 'for i < 37 parallel { for j < 11 { w[i, j] := x[i] * v[j, i] + T(batch); } }',
  'a column each': 'for i < 37 parallel { for j < 11 { v[j, i] := w[i, j] - T(step); } }',
  'a sum each':
    'for i < 37 parallel { local t: T := 0; for j < 11 { t += w[i, j] * v[j, 36]; } z[i] := t; }',
  'sums through memory': 'for i < 37 parallel { for j < 11 { z[i + 3] += w[i, j]; } }',
  'two turns': 'for i < 2 parallel { for j < 11 { w[i, j] := T(j); } }',
  'three turns': 'for i < 3 parallel { z[2*i + 1] := x[i]; }',
  'strides backwards': 'for i < 37 parallel { z[-1*i + 36] := y[i]; }',
  'digits of the turn': 'for i < 37 parallel { z[i] := x[(i / 2)] + y[(i % 5)]; }',
  'a scalar around': 'local t: T := s * 3; for i < 37 parallel { z[i] := x[i] * t; } s := t + 1;',
  'a scalar between two loops':
    'for i < 37 parallel { z[i] := x[i]; } local t: T := z[36]; for i < 37 parallel { y[i] := t; }',
  'an array of the program around':
    'local t: T[37]; for i < 37 parallel { t[i] := x[i] * y[i]; } for i < 37 parallel { z[i] := t[-1*i + 36]; }',
  'an array of the program that starts with zeros':
    'local t: T[11]; zero_out t; for i < 11 parallel { t[i] += x[i]; } for i < 11 { s += t[i]; }',
  'arrays and scalars of its own':
    'for i < 37 parallel { local t: T[11]; fill t, 2; local u: i32 := n[i]; for j < 11 { t[j] *= w[i, j]; } for j < 11 { z[i] += t[j] * T(u); } }',
  'a large array of its own':
    'for i < 8 parallel { local t: T[4096]; for j < 4096 { t[j] := x[i] + T(j); } for j < 4096 { z[i] += t[j]; } }',
  'static indices': 'for i < 36 parallel { z[i] := x[batch] + y[i + 1] * T(step); }',
  'integers, conditions and narrow floats':
    'for i < 37 parallel { n[i] := n[i] * 3 + i32(i); e[i] := x[i] < y[i]; h[i] := f16(x[i]); }',
  'a cell that is computed': 'for i < 37 parallel { z[i] := x[at(n[i])] + 1; }',
  'parallel loops in a parallel loop':
    'for i < 37 parallel { for j < 11 parallel { w[i, j] := v[j, i]; } }',
  'a parallel loop in a serial one':
    'for r < 5 { for i < 37 parallel { z[i] := z[i] * 0.5 + x[i]; } s += z[r]; }',
  'vectors and unrolled loops':
    'for i < 37 parallel { for u < 2 unrolled { for l < 4 vector { w[i, 4*u + l] := v[4*u, i] + w[i, 4*u + l]; } } }',
  'many loops':
    'for i < 37 parallel { z[i] := x[i]; } for i < 37 parallel { x[i] := y[i]; } for i < 37 parallel { y[i] := z[i]; } for i < 37 parallel { z[i] += x[i]; }',
  'loops that differ in their arrays alone, and loops that do not':
    'for i < 37 parallel { z[i] := x[i] * s; } for i < 37 parallel { y[i] := z[i] * s; } for i < 37 parallel { x[i] := z[i] + s; } for i < 37 parallel { z[i] := s * z[i]; }',
  'more loops than stay in one function': manyLoops(),
  'what C calls by these names':
    'local first: T[37]; local last: T := 2; local p_part: T := 3; for i < 37 parallel { first[i] := last * x[i]; } for i < 37 parallel { z[i] := first[i] + p_part; }',
  'nothing to say': 'for i < 37 parallel { local t: T := 1; }',
};

/** Some alike, some not, with what is around them: arrays, scalars, static indices. */
function manyLoops(): string {
  const loops = Array.from({ length: 24 }, (_, i) => [
    `for i${i} < 37 { z[i${i}] += x[i${i}] * t; u[i${i}] := z[i${i}]; }`,
    `for j${i} < 37 { ${i % 2 === 0 ? 'y' : 'x'}[j${i}] := u[j${i}] * T(step) + T(${i % 3}); }`,
    `for k${i} < 11 { t += w[${i}, k${i}]; }`,
  ]);
  return `local t: T := s; local u: T[37]; ${loops.flat().join(' ')} s := t;`;
}

const cases = Object.entries(bodies).flatMap(([name, body]) =>
  (['f32', 'f64'] as const).map(dtype => {
    const typed = (text: string): string => text.replaceAll(/\bT\b/g, dtype);
    return { name, dtype, program: programOf(typed(device), typed(body), 'batch : [0..1], step') };
  }),
);
const compiled = await compileEverywhere(cases.map(one => one.program));
const inC = compiled.find(({ backend }) => backend === 'cc');
const others = compiled.filter(({ backend }) => backend !== 'cc');
const native = inC && (await loadNative());
const anywhere = new Int32Array(0);
const { threads, coreOf } = poolSize('');
afterAll(() => native?.sizePool(threads, Int32Array.from(coreOf)));

describe.skipIf(!inC).each([
  ['one thread', 1, anywhere],
  ['two threads', 2, anywhere],
  ['four threads', 4, anywhere],
  ['a thread for each core', threads, Int32Array.from(coreOf)],
])('on %s', (_, count, cores) => {
  test.each(cases.map((one, i) => ({ ...one, run: inC?.runs[i] })))('$name, $dtype', one => {
    native?.sizePool(1, anywhere);
    native?.sizePool(count, cores);
    check(one);
  });
});

describe.each(others)('on $backend', ({ backend, runs }) => {
  beforeEach(context => needCompilerOf(backend, context));

  test.each(cases.map((one, i) => ({ ...one, run: runs[i] })))('$name, $dtype', check);
});

function check({ program, run }: (typeof cases)[number] & { readonly run: Run | undefined }): void {
  for (const input of [inputFor, cornersFor]) {
    const expected = outputsOf(program, 3, input);
    expect(difference(expected, run?.(3, input) ?? new Map())).toBeUndefined();
  }
}
