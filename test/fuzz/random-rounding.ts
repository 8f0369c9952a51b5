/**
 * Arithmetic in f32 that rounds what is not exact up or down by chance. Two runs show what
 * roundings come to in a cell, also where the ones to the nearest happen to cancel.
 *
 * After D. S. Parker, Monte Carlo Arithmetic (1997), its random rounding.
 */
import { evaluate } from '../../compiler/core/op.ts';
import type { Compute } from '../../compiler/loop/interpret.ts';

export function randomRounding(seed: number): Compute {
  let state = seed;
  const isUp = (): boolean => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state < 0;
  };
  return (op, dtype, a, b, c) => {
    const nearest = evaluate(op, dtype, a, b, c);
    if (dtype !== 'f32' || typeof nearest === 'bigint') return nearest;
    const exact = evaluate(op, 'f64', a, b, c);
    if (exact === nearest || !Number.isFinite(nearest)) return nearest;
    return isUp()
      ? next(nearest, nearest < exact ? 1 : 0)
      : next(nearest, nearest > exact ? -1 : 0);
  };
}

/** The f32 that is so many steps further up. */
function next(value: number, steps: number): number {
  if (steps === 0) return value;
  if (value === 0) return steps * 2 ** -149;
  const bits = new Int32Array(new Float32Array([value]).buffer);
  bits[0] = (bits[0] ?? 0) + (value > 0 ? steps : -steps);
  return new Float32Array(bits.buffer)[0] ?? value;
}
