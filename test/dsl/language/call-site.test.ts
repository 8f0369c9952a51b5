import { expect, test } from 'vitest';
import { render, type Span } from '../../../compiler/index.ts';
import { callSite, parseFrame } from '../../../dsl/language/call-site.ts';

test.each([
  ['    at f (file:///a/b%20c.ts:12:5)', '/a/b c.ts'],
  ['    at file:///a/b.ts:12:5', '/a/b.ts'],
  ['    at /a/b.ts:12:5', '/a/b.ts'],
  ['    at async f (/a/b.ts:12:5)', '/a/b.ts'],
  ['    at async file:///a/b.ts:12:5', '/a/b.ts'],
  ['    at new Model (/a/(old) b/c.ts:12:5)', '/a/(old) b/c.ts'],
  ['    at Object.f [as g] (/a/b.ts:12:5)', '/a/b.ts'],
  ['    at f (C:\\a\\b.ts:12:5)', 'C:\\a\\b.ts'],
  ['    at [eval]:12:5', '[eval]'],
  ['    at eval (eval at f (file:///a.ts:1:2), <anonymous>:12:5)', '<eval>'],
])('the frame %s', (frame, path) => {
  expect(parseFrame(`Error\n${frame}\n    at g (/other.ts:1:1)`)).toEqual({
    path,
    line: 12,
    column: 5,
  });
});

test.each(['', 'Error', 'Error\n    at native', 'Error: at\n    at f (<anonymous>)'])(
  'no frame: %j',
  stack => {
    expect(parseFrame(stack)).toBeUndefined();
  },
);

const tensor = (..._: readonly unknown[]): Span => callSite(tensor);
const api = { tensor };

test('a call is underlined by the name of what was called', () => {
  const span = (tensor([1, 2]), tensor([3, 4]));
  const { file, line, text, column } = span.source.locate(span.start);
  expect(file).toBe('test/dsl/language/call-site.test.ts');
  expect(text.slice(column - 1)).toBe('tensor([3, 4]));');
  const shown = render({ code: 'EINC0000', message: 'no', labels: [{ span }] }).split('\n');
  const underline = shown.at(-1)?.slice(String(line).length + 3);
  expect(underline).toBe(`${' '.repeat(column - 1)}^^^^^^`);
});

test('a call of a method is too', () => {
  const span = api.tensor([1, 2]);
  expect(span.source.locate(0).text.slice(span.source.locate(0).column - 1)).toMatch(/^tensor\(/);
  expect(span.end).toBe('tensor'.length);
});

test('the place is one even for calls in a loop of calls', () => {
  const spans = [1, 2].map(n => api.tensor(n));
  expect(new Set(spans.map(span => JSON.stringify(span.source.locate(0)))).size).toBe(1);
});

test('a call from code that is in no file has a line and no text', () => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- such code is what is tested
  const call = new Function('tensor', 'return tensor()') as (f: unknown) => Span;
  const label = { span: call(tensor), text: 'here' };
  expect(render({ code: 'EINC0000', message: 'no', labels: [label] })).toBe(
    'error[EINC0000]: no\n --> <eval>:3:8',
  );
});

test('a stack limit the user set is left as it was, and does not matter', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const span = api.tensor();
  expect(Error.stackTraceLimit).toBe(0);
  Error.stackTraceLimit = limit;
  expect(span.source.locate(0).file).toBe('test/dsl/language/call-site.test.ts');
});
