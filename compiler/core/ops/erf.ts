/**
 * The error function to less than one unit in the last place and a half: near 0 by its Maclaurin
 * series (https://dlmf.nist.gov/7.6.E1), further out by a rational approximation of W. J. Cody's,
 * "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return x + x * polynomial(series, x * x);
  // Beyond 6 nothing is missing to 1; NaN takes this way and stays NaN.
  const rest =
    size > 6 ? 0 : (Math.exp(-size * size) * polynomial(above, size)) / polynomial(below, size);
  return Math.sign(x) * (1 - rest);
}

/** `erf(x) / x - 1`, of the square, the highest power first. */
const series = Array.from({ length: 20 }, (_, n) => seriesTerm(n)).reverse();

function seriesTerm(n: number): number {
  const twoBySqrtPiLess1 = 0.12837916709551257;
  if (n === 0) return twoBySqrtPiLess1;
  const factorial = Array.from({ length: n }, (_, i) => i + 1).reduce((p, i) => p * i, 1);
  return ((n % 2 === 0 ? 1 : -1) * (1 + twoBySqrtPiLess1)) / (factorial * (2 * n + 1));
}

/** `(1 - erf(x)) * exp(x * x)` is `above / below`. */
const above = [
  2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
  2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
  1.23033935479799725e3,
];
const below = [
  1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
  3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
