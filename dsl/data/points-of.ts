import { type LabelledPoints } from './half-moons.ts';

/** The points of one class as lists of x and y: what a scatter plot takes. */
export function pointsOf(
  { coordinates, labels }: LabelledPoints,
  label: number,
): { readonly x: Float32Array; readonly y: Float32Array } {
  const chosen = [...labels.keys()].filter(i => labels[i] === label);
  return {
    x: Float32Array.from(chosen, i => coordinates[2 * i] ?? NaN),
    y: Float32Array.from(chosen, i => coordinates[2 * i + 1] ?? NaN),
  };
}
