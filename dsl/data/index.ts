/** Data to train on, the same on every machine: `einc/data`. */
export { type HalfMoons, halfMoons, type LabelledPoints } from './half-moons.ts';
export { permutation } from './permutation.ts';
export { pointsOf } from './points-of.ts';
