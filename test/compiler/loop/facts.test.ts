import { expect, test } from 'vitest';
import { append } from '../../../compiler/loop/arena.ts';
import {
  groupByNode,
  localsOf,
  loopsAlong,
  namesIn,
  isLoopStep,
  sitesIn,
  startsWith,
  usedIn,
  writtenIn,
} from '../../../compiler/loop/facts.ts';
import { programOf } from '../../support/loop-text.ts';

const program = programOf(
  'x: f32[4], y: f32[4]',
  `local t: f32[4];
   fill t, 2;
   for i < 4 {
     t[i] += x[i] * y[i];
     for j < 4 { local u: f32; u := t[i] + t[j]; y[j] := u; }
   }`,
  'batch : [0..1]',
);

test('sites come in the order they run, reads before the write', () => {
  expect(sitesIn(program).map(site => `${site.kind} ${site.node.name}`)).toEqual([
    'fill t',
    'read x',
    'read y',
    'accumulate t',
    'read t',
    'read t',
    'write u',
    'read u',
    'write y',
  ]);
});

test('a path tells the statement of each block and the loops', () => {
  const paths = sitesIn(program).map(({ path }) =>
    path.map(step => (isLoopStep(step) ? step.loop : Number(step))).join(' '),
  );
  expect([...new Set(paths)]).toEqual(['1', '2 i 0', '2 i 1 j 1', '2 i 1 j 2']);
});

test('sites by node keep their order', () => {
  const groups = groupByNode(sitesIn(program));
  const kinds = [...groups].map(
    ([node, sites]) => `${node.name}: ${sites.map(s => s.kind).join()}`,
  );
  expect(kinds).toEqual([
    't: fill,accumulate,read,read',
    'x: read',
    'y: read,write',
    'u: write,read',
  ]);
});

test('locals are those declared inside, wherever that is', () => {
  expect(localsOf(program).map(node => node.name)).toEqual(['t', 'u']);
});

test('names are those of loops, static indices and arrays', () => {
  const withScratch = { ...program, scratch: append([], localsOf(program).slice(0, 1)) };
  expect(new Set(namesIn(withScratch))).toEqual(new Set(['batch', 'i', 'j', 'x', 'y', 't', 'u']));
});

test('written are the targets of fills, writes and accumulations', () => {
  expect([...writtenIn(program.body)].map(node => node.name)).toEqual(['t', 'u', 'y']);
});

test('used are these and what is read', () => {
  const used = [...usedIn(program.body)].map(node => node.name);
  expect(used.toSorted()).toEqual(['t', 'u', 'x', 'y']);
  const gather = programOf('x: f32[4], y: f32[4], n: i32[4]', 'y[0] := x[at(n[1])];');
  expect(new Set(usedIn(gather.body))).toEqual(new Set(gather.params));
});

test('a path starts with itself and with what leads to it', () => {
  const [first, second] = sitesIn(program);
  if (!first || !second) throw new Error('no sites');
  expect(startsWith(second.path, second.path)).toBe(true);
  expect(startsWith(second.path, second.path.slice(0, 2))).toBe(true);
  expect(startsWith(second.path.slice(0, 2), second.path)).toBe(false);
  expect(startsWith(second.path, first.path)).toBe(false);
  expect(loopsAlong(second.path).map(l => l.loop)).toEqual(['i']);
});
