import { describe, expect, test } from 'vitest';
import { placeLocals } from '../../../compiler/passes/place-locals.ts';
import { laidOut, type Setting, through } from '../../support/loop-text.ts';

const setting: Setting = { device: 'x: f32[4], s: f32' };
const run = through(placeLocals, setting);

describe('a small array is declared where it is first used', () => {
  test.each<[title: string, before: string, after: string]>([
    ['by a fill', 'local t: f32[4]; s := 1; zero_out t;', 's := 1; local t: f32[4]; zero_out t;'],
    ['by a write', 'local t: f32[4]; s := 1; t[0] := 1;', 's := 1; local t: f32[4]; t[0] := 1;'],
    ['by a sum', 'local t: f32[4]; s := 1; t[0] += 1;', 's := 1; local t: f32[4]; t[0] += 1;'],
    [
      'by a read deep in a nest',
      'local t: f32[4]; s := 1; for i < 4 { for j < 4 { x[i] := relu(t[j]); } }',
      's := 1; local t: f32[4]; for i < 4 { for j < 4 { x[i] := relu(t[j]); } }',
    ],
    [
      'outside the loop that uses it, for its cells live longer',
      'local t: f32[4]; s := 1; for i < 4 { t[i] := x[i]; } s := t[0];',
      's := 1; local t: f32[4]; for i < 4 { t[i] := x[i]; } s := t[0];',
    ],
    [
      'each for itself',
      'local t: f32[4]; local u: f32[4]; zero_out u; zero_out t;',
      'local u: f32[4]; zero_out u; local t: f32[4]; zero_out t;',
    ],
    [
      'those first used together in their order',
      'local t: f32[4]; local u: f32[4]; s := 1; u[0] := t[0];',
      's := 1; local t: f32[4]; local u: f32[4]; u[0] := t[0];',
    ],
    ['after the comment before it', 'local t: f32; /* t */ t := 1;', '/* t */ local t: f32 := 1;'],
    ['or nowhere', 'local t: f32[4]; s := 1;', 's := 1;'],
    ['or nowhere, at the end too', 's := 1; local t: f32[4];', 's := 1;'],
  ])('%s', (_, before, after) => {
    expect(run(before)).toBe(laidOut(after, setting));
  });

  test.each<[title: string, body: string]>([
    ['is there already', 's := 1; local t: f32[4]; zero_out t; s := t[0];'],
    ['is declared in a loop', 'for i < 4 { local t: f32[4]; s := 1; zero_out t; }'],
    ['uses are all of other arrays', 's := 1; zero_out x;'],
  ])('stays: %s', (_, body) => {
    expect(run(body)).toBe(laidOut(body, setting));
  });
});

/** Arrays of 16 KiB. */
function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `t${n}: f32[4096]`);
}

/** Declares these and uses each. */
function bodyWith(locals: readonly string[]): string {
  const uses = locals.map(text => `zero_out ${text.replace(/:.*/, '')};`);
  return [...locals.map(text => `local ${text};`), ...uses].join(' ');
}

describe('a large array is scratch', () => {
  test.each<[title: string, local: string, isLarge: boolean]>([
    ['up to 16 KiB it is not', 'f32[4096]', false],
    ['above it is', 'f32[4097]', true],
    ['what counts is bytes: f64', 'f64[2048]', false],
    ['what counts is bytes: f64', 'f64[2049]', true],
    ['what counts is bytes: bool', 'bool[16384]', false],
    ['what counts is bytes: bool', 'bool[16385]', true],
    ['of all its axes', 'f32[64, 64]', false],
    ['of all its axes', 'f32[64, 65]', true],
  ])('%s: %s', (_, local, isLarge) => {
    const small = `local t: ${local}; zero_out t;`;
    const large = `scratch t: ${local}; zero_out t;`;
    expect(run(small)).toBe(laidOut(isLarge ? large : small, setting));
  });

  test('so is what does not fit on the stack with the others, but smaller ones still do', () => {
    const fit = many(15);
    const [beyond, small] = ['u: f32[4096]', 'v: f32[2048]'];
    const before = [...fit, 'w: f32[2048]', beyond, small];
    const after = run(bodyWith(before));
    expect(after).toContain('scratch 16 KiB: u: f32[4096] in 0..16383;');
    expect(after.match(/local /g)).toHaveLength(17);
  });

  test('sixteen of 16 KiB fit, the seventeenth does not', () => {
    expect(run(bodyWith(many(16)))).not.toContain('scratch');
    expect(run(bodyWith(many(17)))).toContain('scratch 16 KiB: t16: f32[4096] in 0..16383;');
  });

  test('beside scratch that is there', () => {
    const before = 'scratch a: f32[5000]; local t: f32[5000]; zero_out a; zero_out t;';
    expect(run(before)).toBe(
      laidOut('scratch a: f32[5000], t: f32[5000]; zero_out a; zero_out t;', setting),
    );
  });

  test('unless it is declared in a loop, anew each time', () => {
    const body = 'for i < 2 { local t: f32[5000]; zero_out t; }';
    expect(run(body)).toBe(laidOut(body, setting));
  });
});
