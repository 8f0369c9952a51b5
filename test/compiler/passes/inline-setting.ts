/** Arrays for the tests of inlining, and the local array that most of them are about. */
import type { Setting } from '../../support/loop-text.ts';

export const setting: Setting = {
  device: 'x: f32[4], y: f32[4], w: f32[3, 4], z: f32[4], s: f32, u: f32[1, 4]',
  symbols: 'batch : [0..2]',
};

/** Computes `t` from `x`, and a statement behind it. */
export const copied = (then: string): string =>
  `local t: f32[4]; for i < 4 { t[i] := x[i] * 2; } ${then}`;
