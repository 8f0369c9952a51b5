/** Recurrences in plain JavaScript, and the numbers that the tests of scans run them on. */
export type Vector = readonly number[];
export type Matrix = readonly Vector[];

/** Four turns, two cells each. */
export const inputs: Matrix = [
  [0.5, -1],
  [1.25, 0.75],
  [-0.5, 2],
  [1, 1.5],
];

/** From two inputs to three states, and from states to states. */
export const w: Matrix = [
  [0.1, -0.2],
  [0.3, 0.4],
  [-0.5, 0.6],
];
export const u: Matrix = [
  [0.2, 0.1, -0.3],
  [0.05, -0.15, 0.25],
  [0.35, 0.4, -0.1],
];

export function times(m: Matrix, v: Vector): Vector {
  return m.map(row => row.reduce((sum, cell, i) => sum + cell * (v[i] ?? NaN), 0));
}

export function plus(...vs: readonly Vector[]): Vector {
  return (vs[0] ?? []).map((_, i) => vs.reduce((sum, v) => sum + (v[i] ?? NaN), 0));
}

/** What each turn hands to the next. */
export function states<H, X>(step: (h: H, x: X) => H, init: H, xs: readonly X[]): readonly H[] {
  let h = init;
  return xs.map(x => (h = step(h, x)));
}

export function rnn(h: Vector, x: Vector): Vector {
  return plus(times(w, x), times(u, h)).map(Math.tanh);
}
