/** `erf_inv` in C, by the polynomials of `compiler/core/ops/erf-inv.ts`. */
import { erfInvCoefficients } from '../../compiler/core/ops/erf-inv.ts';

const { central, outer, tail } = erfInvCoefficients;

/** All have the same steps, so that nothing branches: a shorter one starts with zeros. */
const degree = Math.max(central.length, outer.length, tail.length);
const [near, far, farthest] = [central, outer, tail].map(values => [
  ...Array<number>(degree - values.length).fill(0),
  ...values,
]);
const steps = Array.from(
  { length: degree },
  (_, i) =>
    `  sum = sum * x + (w < 6.25 ? ${near?.[i]} : root < 4 ? ${far?.[i]} : ${farthest?.[i]});`,
);

/** The lines that the program needs before it, besides `log`. */
export const erfInvNeeds: readonly string[] = [
  'double sqrt(double);',
  `static inline double erf_inv_f64(double a) {
  if (a == 1 || a == -1) return a / 0.0;
  const double w = -log1p(-a * a), root = sqrt(w);
  const double x = w < 6.25 ? w - 3.125 : root - (root < 4 ? 3.25 : 5.125);
  double sum = 0;
${steps.join('\n')}
  return a * sum;
}`,
];
