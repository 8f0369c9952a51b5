/** When arrays are needed, by text: the moments are the statements that store, from 0. */
import { expect, test } from 'vitest';
import { liveRanges } from '../../../compiler/loop/liveness.ts';
import { programOf } from '../../support/loop-text.ts';

const device = 'x: f32[4], y: f32[4], n: i32[4], s: f32';
const scratch = 'scratch a: f32[4], b: f32[4], m: f32[2, 4];';

/** `a 0-2, b 1-3`: the ranges of the scratch arrays. */
function rangesIn(body: string): string {
  const program = programOf(device, `${scratch} ${body}`);
  const ranges = liveRanges(program);
  return program.scratch
    .flatMap(({ node }) => {
      const range = ranges.get(node);
      return range ? [`${node.name} ${range.first}-${range.last}`] : [];
    })
    .join(', ');
}

test.each<[title: string, body: string, ranges: string]>([
  [
    'from the first store to the last read',
    's := 0; zero_out a; s := 1; x[0] := a[0]; s := 2;',
    'a 1-3',
  ],
  [
    'what is read where another is stored meets it',
    'for i < 4 { a[i] := x[i]; } for i < 4 { b[i] := a[i]; } for i < 4 { y[i] := b[i]; }',
    'a 0-1, b 1-2',
  ],
  [
    'a store that nobody reads takes its moment',
    'zero_out a; zero_out b; x[0] := b[0];',
    'a 0-0, b 1-2',
  ],
  ['a gather reads', 'zero_out a; zero_out b; for i < 4 { x[i] := a[at(n[i])]; }', 'a 0-2, b 1-1'],
  ['so does a subscript', 'zero_out a; zero_out b; x[0] := x[at(a[0])];', 'a 0-2, b 1-1'],
  ['and a scatter stores', 'zero_out a; s := 1; a[at(n[0])] += 1;', 'a 0-2'],
  ['a loop that never runs needs nothing', 'zero_out a; for i < 0 { b[i] := a[i]; }', 'a 0-0'],
])('%s', (_, body, ranges) => {
  expect(rangesIn(body)).toBe(ranges);
});

test.each<[title: string, body: string, ranges: string]>([
  [
    'what each turn stores before it reads is needed for a part of the turn',
    'for t < 9 { zero_out a; s := a[0]; zero_out b; s := b[0]; }',
    'a 0-1, b 2-3',
  ],
  [
    'a whole store is one by a nest, too, and by blocks of one',
    'for t < 9 { for i < 4 { a[i] := x[i]; } s := a[0]; for i < 2 { for k < 2 { b[2*i + k] := x[0]; } } s := b[0]; }',
    'a 0-1, b 2-3',
  ],
  [
    'of two nests, one inside the other',
    'for t < 9 { for u < 9 { zero_out a; s := a[0]; } zero_out b; s := b[0]; }',
    'a 0-1, b 2-3',
  ],
  [
    'a part of it is not enough: the turn before has left the rest',
    'for t < 9 { for i < 3 { a[i] := x[i]; } s := a[3]; zero_out b; s := b[0]; }',
    'a 0-3, b 2-3',
  ],
  [
    'nor is a store where another turn reads what this one left',
    'for t < 9 { s := a[0]; zero_out a; zero_out b; s := b[0]; }',
    'a 0-3, b 2-3',
  ],
  [
    'nor an accumulation',
    'for t < 9 { for i < 4 { a[i] += 1; } s := a[0]; zero_out b; s := b[0]; }',
    'a 0-3, b 2-3',
  ],
  [
    'nor a store of each turn to a part of its own',
    'for t < 2 { for i < 4 { m[t, i] := x[i]; } s := m[0, 0]; zero_out b; s := b[0]; }',
    'b 2-3, m 0-3',
  ],
  [
    'nor a store by a loop that never runs',
    'for t < 9 { for z < 0 { zero_out a; } for z < 0 { a[0] := 1; } s := a[0]; zero_out b; s := b[0]; }',
    'a 0-2, b 1-2',
  ],
  [
    'nor one whose cells are read before all are stored',
    'for t < 9 { for i < 4 { a[i] := x[i]; s := a[3]; } zero_out b; s := b[0]; }',
    'a 0-3, b 2-3',
  ],
  [
    'nor one of its own value',
    'for t < 9 { for i < 4 { a[i] := a[i] + 1; } zero_out b; s := b[0]; }',
    'a 0-2, b 1-2',
  ],
  [
    'what comes from before the loop is needed to its end',
    'zero_out a; for t < 9 { s := a[0]; zero_out b; s := b[0]; }',
    'a 0-3, b 2-3',
  ],
  [
    'and what is read after it from its start',
    'for t < 9 { zero_out b; s := b[0]; zero_out a; } s := a[0];',
    'a 0-3, b 0-1',
  ],
  [
    'the whole of the inner loop, where one of its turns needs the one before',
    'for t < 9 { zero_out a; for u < 9 { s := a[0]; zero_out b; s := b[0]; } s := 1; }',
    'a 0-3, b 2-3',
  ],
])('in a loop: %s', (_, body, ranges) => {
  expect(rangesIn(body)).toBe(ranges);
});

test.each<[title: string, body: string, ranges: string]>([
  [
    'turns on several threads',
    'for i < 4 parallel { a[i] := x[i]; y[i] := a[i]; b[i] := x[i]; } x[0] := b[0];',
    'a 0-0, b 0-1',
  ],
  [
    'the lanes of a vector',
    'for t < 2 { for i < 4 vector { a[i] := x[i]; y[i] := a[i]; b[i] := x[i]; } x[0] := b[0]; s := 1; }',
    'a 0-2, b 0-1',
  ],
])('%s are at one moment', (_, body, ranges) => {
  expect(rangesIn(body)).toBe(ranges);
});
