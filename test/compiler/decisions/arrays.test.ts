import { expect, test } from 'vitest';
import { type ArrayStory, arrayStories } from '../../../compiler/decisions/arrays.ts';
import { passesFor } from '../../../compiler/passes/index.ts';
import { runPipeline, type Witnessed } from '../../../compiler/passes/pipeline.ts';
import { programOf } from '../../support/loop-text.ts';
import { smallTarget } from '../../support/small-target.ts';

const device = `x: f32[8], y: f32[8], w: f32[8, 8], z: f32[8, 8], ids: f32[8], big: f32[8192], s: f32`;

function storiesOf(body: string): readonly ArrayStory[] {
  const program = programOf(device, body);
  const witnessed: Witnessed[] = [];
  runPipeline(passesFor(smallTarget), program, {
    witness: told => witnessed.push(told),
  });
  return arrayStories(program, ['given', 'asked for'], witnessed);
}

/** Of the first local array. */
function storyOf(body: string): readonly string[] {
  const local = storiesOf(body).find(({ decisions }) => decisions[0]?.fate !== 'argument');
  return (local?.decisions ?? []).map(({ by, fate, because, readers }) => {
    return `${by}: ${fate}${readers ? ` into ${readers.join(', ')}` : ''}: ${because}`;
  });
}

test.each<[title: string, body: string, story: readonly string[]]>([
  [
    'nobody reads it',
    'local t: f32[8]; for i < 8 { t[i] := x[i]; }',
    ['drop-dead: dropped: nobody reads it'],
  ],
  [
    'it is one number',
    'local t: f32[8]; fill t, 2; for i < 8 { y[i] := t[i] * x[i]; }',
    ['inline-constants: inlined into y: each of its cells is 2'],
  ],
  [
    'it is cheap',
    'local t: f32[8]; for i < 8 { t[i] := x[i] * 2; } for j < 8 { y[j] := t[j]; } s := t[0];',
    [
      'inline-virtual: inlined into y, s: 9 reads of 8 cells, 2 each: recomputing costs 18, storing 33',
    ],
  ],
  [
    'it is read often, and its rows are not needed together',
    `local t: f32[8, 8];
     for i < 8 { for j < 8 { t[i, j] := exp(w[i, j]); } }
     zero_out y; for b < 8 { for k < 8 { y[b] += t[b, k]; } }
     for c < 8 { for l < 8 { z[c, l] := t[c, l] / y[c]; } }`,
    [
      'inline-virtual: kept: 128 reads of 64 cells, 21 each: recomputing would cost 2,688, storing 1,536',
      'fuse-loops: narrowed: each turn of i < 8 uses a row of [8] of its own',
    ],
  ],
  [
    'it is read often, and all of it at once',
    'local t: f32[8]; for i < 8 { t[i] := exp(x[i]); } for j < 8 { for k < 8 { y[j] += t[k]; } }',
    [
      'inline-virtual: kept: 64 reads of 8 cells, 21 each: recomputing would cost 1,344, storing 240',
      'place-locals: stack: it is small',
    ],
  ],
  [
    'it is large',
    `local t: f32[8192]; for i < 8192 { t[i] := exp(big[i]); }
     for j < 8 { for k < 8192 { y[j] += t[k]; } }`,
    [
      'inline-virtual: kept: 65,536 reads of 8,192 cells, 21 each: recomputing would cost 1,376,256, storing 245,760',
      'place-locals: scratch: more than 16 KiB',
    ],
  ],
  [
    'it only says which row is meant',
    `local t: f32[8, 8];
     for b < 8 { for k < 8 { t[b, k] := f32(ids[b] == f32(k)); } }
     for b2 < 8 { for d < 8 { for k2 < 8 { z[b2, d] += t[b2, k2] * w[k2, d]; } } }`,
    [
      'gather-one-hot: searched into z: of its 8 cells along k2 one is not 0',
      'inline-virtual: kept: nothing reads it after it is computed',
      'drop-dead: dropped: nobody reads it',
    ],
  ],
])('why an array is where it is: %s', (_, body, story) => {
  expect(storyOf(body)).toEqual(story);
});

test.each<[because: string, body: string]>([
  ['it is not computed by one formula', 't[0] := x[0]; y[0] := t[0];'],
  ['it is stored to between reads', 'zero_out t; y[0] := t[0]; t[1] := 2; y[1] := t[1];'],
  ['a gather needs cells to pick from', 'for i < 8 { t[i] := x[i]; } y[0] := t[at(ids[0])];'],
  [
    'it is read in other loops than its own',
    'for b < 2 { for i < 8 { t[i] := x[i] + f32(b); } y[0] := t[1]; } y[1] := t[1];',
  ],
  ['its inputs change before it is read', 'for i < 8 { t[i] := x[i]; } zero_out x; y[0] := t[0];'],
])('an array is kept because %s', (because, body) => {
  const [told] = storiesOf(`local t: f32[8]; ${body}`).at(-1)?.decisions ?? [];
  expect(told).toEqual({ by: 'inline-virtual', fate: 'kept', because });
});

test('arguments say why they are, and costs are numbers too', () => {
  const stories = storiesOf('local t: f32[8]; for i < 8 { t[i] := x[i] * 2; } s := t[0];');
  expect(stories.map(({ name }) => name)).toEqual(['x', 'y', 'w', 'z', 'ids', 'big', 's', 't']);
  expect(stories[1]).toEqual({
    name: 'y',
    dtype: 'f32',
    dims: [8],
    bytes: 32,
    decisions: [{ by: 'settle', fate: 'argument', because: 'asked for' }],
  });
  expect(stories.at(-1)?.decisions[0]?.costs).toEqual({
    reads: 1,
    cells: 8,
    each: 2,
    recomputing: 2,
    storing: 25,
  });
});

test('a pass does the same whether anybody listens or not', () => {
  const program = programOf(device, 'local t: f32[8]; for i < 8 { t[i] := x[i]; } s := t[0];');
  const passes = passesFor(smallTarget);
  const heard = runPipeline(passes, program, { witness: () => undefined });
  expect(heard).toEqual(runPipeline(passes, program));
});
