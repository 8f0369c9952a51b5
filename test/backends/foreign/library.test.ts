import { beforeAll, describe, expect, test } from 'vitest';
import {
  addressOf,
  bytesAt,
  LibraryNotFound,
  openLibrary,
  textAt,
} from '../../../backends/foreign/library.ts';
import { compileLibrary } from '../../../backends/native/compile.ts';
import { findCompiler } from '../../../backends/native/compiler.ts';

const source = `#include <stdint.h>
#include <string.h>
#include <unistd.h>

int world = 42;
struct id { char bytes[128]; };

int64_t sum(int32_t a, uint32_t b, int64_t c, uint64_t d) { return a + b + c + (int64_t)d; }
double product(float a, double b) { return a * b; }
const char *greet(const char *name) { return name ? strcmp(name, "é") == 0 ? "hello é" : "hello" : 0; }
void fill(int32_t *to, int count) { for (int i = 0; i < count; i++) to[i] = i + 1; }
void *next(void *p) { return p ? (char *)p + 8 : 0; }
int at(struct id id, int index) { return id.bytes[index]; }
int nap(int milliseconds, int32_t *to) { usleep(milliseconds * 1000); *to = milliseconds; return *to; }
int deep(int kibibytes) { char a[kibibytes * 1024]; memset(a, 1, sizeof a); return a[kibibytes * 512]; }
`;

const signatures = {
  sum: ['i64', 'i32', 'u32', 'i64', 'u64'],
  product: ['f64', 'f32', 'f64'],
  greet: ['string', 'string'],
  fill: ['void', 'memory', 'i32'],
  next: ['pointer', 'pointer'],
  at: ['i32', 'bytes128', 'i32'],
  nap: ['i32', 'i32', 'memory'],
  deep: ['i32', 'i32'],
} as const;

let path: string;
beforeAll(async () => {
  path = await compileLibrary(findCompiler(), { name: 'foreign', source, flags: ['-O1'] });
});

const open = () => openLibrary([path], signatures);

test('numbers, strings and addresses come as they are', () => {
  const { calls } = open();
  expect(calls.sum(-1, 2 ** 32 - 1, -3, 4)).toBe(2 ** 32 - 1);
  expect(calls.sum(0, 0, 2n ** 62n, 1)).toBe(2n ** 62n + 1n);
  expect(calls.product(0.1, 2)).toBe(Math.fround(0.1) * 2);
  expect([calls.greet('x'), calls.greet('é'), calls.greet(null)]).toEqual([
    'hello',
    'hello é',
    null,
  ]);
  expect([calls.next(2 ** 47), calls.next(0)]).toEqual([2 ** 47 + 8, 0]);
  expect(calls.at({ bytes: Uint8Array.from({ length: 128 }, (_, i) => i) }, 77)).toBe(77);
});

test('memory is written in place, and read where it lies', () => {
  const { calls } = open();
  const cells = new Int32Array(4);
  calls.fill(cells.subarray(1), 2);
  expect([...cells]).toEqual([0, 1, 2, 0]);
  calls.fill(addressOf(cells), 4);
  expect([...cells]).toEqual([1, 2, 3, 4]);
  expect([...new Int32Array(bytesAt(addressOf(cells) + 4, 8))]).toEqual([2, 3]);
  expect(textAt(addressOf(new Uint8Array([104, 105, 0, 33])))).toBe('hi');
  expect(addressOf(new Int32Array(0))).toBe(0);
});

test('the address of a variable', () => {
  const library = open();
  expect(new Int32Array(bytesAt(library.addressOf('world') ?? 0, 4))[0]).toBe(42);
  expect(library.addressOf('nowhere')).toBeUndefined();
});

test('what takes long does not hold up the others', async () => {
  const { asyncCalls } = open();
  let ticks = 0;
  const clock = setInterval(() => ticks++, 1);
  const results = [new Int32Array(1), new Int32Array(1)];
  const naps = await Promise.all(results.map((to, i) => asyncCalls.nap(50 + i, to)));
  clearInterval(clock);
  expect(naps).toEqual([50, 51]);
  expect(results.map(([value]) => value)).toEqual([50, 51]);
  expect(ticks).toBeGreaterThan(5);
});

test('there is stack enough for what libraries do', async () => {
  const { calls, asyncCalls } = open();
  expect(calls.deep(4096)).toBe(1);
  expect(await asyncCalls.deep(4096)).toBe(1);
});

describe('none', () => {
  test('is an error that says what was tried; the first that is there is taken', () => {
    expect(openLibrary(['/nowhere/a.so', path], signatures).name).toBe(path);
    expect(() => openLibrary(['/nowhere/a.so', '/nowhere/b.so'], {})).toThrow(LibraryNotFound);
    expect(() => openLibrary(['/nowhere/a.so'], {})).toThrow(
      'no library: /nowhere/a.so: Failed to load shared library: cannot open shared object file',
    );
  });

  test('one without a function is none', () => {
    const opening = () => openLibrary([path], { nothing: ['void'] });
    expect(opening).toThrow(`${path}: Cannot find function 'nothing' in shared library`);
  });
});
