import { cos, sin, tan } from './circular.ts';
import { exp, exp2, expm1 } from './exponential.ts';
import { cosh, sinh } from './exponential-f64.ts';
import { log, log1p, log2 } from './logarithm.ts';
import { pow } from './power.ts';
import { erf, sigmoid, softplus, tanh } from './sigmoid.ts';

/** The definitions of these ops on f32. */
export const functions = {
  ...{ exp, exp2, expm1, log, log2, log1p, sinh, cosh, tanh, sigmoid, softplus, erf },
  ...{ sin, cos, tan, pow },
} as const;
