import { constant } from './language.ts';

/** Adding it to a float leaves an integer in the last bits of the sum: the nearest, to even. */
export const allIntegers = { f32: 1.5 * 2 ** 23, f64: 1.5 * 2 ** 52 } as const;

/** A number as two floats: the nearest float, and the nearest float to the remainder. */
export const ln2 = { high: Math.fround(Math.LN2), low: -1.904654299957768e-9 } as const;
export const log2e = { high: Math.fround(Math.LOG2E), low: 1.9259629911266175e-8 } as const;

export const smallestNormal = 2 ** -126;
/** The number of fraction bits of a float and of a double. */
export const fractionBits = { f32: 23, f64: 52 } as const;

/** The bias of the stored exponent. */
export const bias = 127;

export const notANumber = constant('f32', NaN);
export const infinity = constant('f32', Infinity);
export const minusInfinity = constant('f32', -Infinity);
