/**
 * The inverse of the error function, to a few units in the last place, as M. Giles has it
 * ("Approximating the erfinv function", GPU Computing Gems, 2011): `erf_inv(x) / x` is smooth in
 * `w = -log(1 - x * x)`, and further out in its root. The polynomials interpolate it at Chebyshev
 * points, computed with 300 bits.
 */
export function erfInv(x: number): number {
  // There the logarithm is infinite; beyond it is NaN.
  if (Math.abs(x) === 1) return x * Infinity;
  const w = -Math.log((1 - x) * (1 + x));
  if (w < 6.25) return x * polynomial(erfInvCoefficients.central, w - 3.125);
  const root = Math.sqrt(w);
  return root < 4
    ? x * polynomial(erfInvCoefficients.outer, root - 3.25)
    : x * polynomial(erfInvCoefficients.tail, root - 5.125);
}

/** The highest power first. */
export const erfInvCoefficients = {
  /** Polynomial in `w - 3.125`, for `w` up to 6.25. */
  central: [
    3.240704459379902e-21, -1.113483769832702e-21, -3.4996044354754177e-19, 1.150022252066253e-18,
    1.557432024623325e-17, -1.3016928016796445e-16, -4.0282154327661744e-17, 6.596407712420834e-15,
    -4.001237735091896e-14, -8.118399443074353e-14, 2.6304834740560442e-12, -1.2976885526532075e-11,
    -5.414287198084716e-11, 1.0512181539804126e-9, -4.11266082002324e-9, -2.9070382262927266e-8,
    4.234788173782339e-7, -1.3654691850603575e-6, -1.3882523394405316e-5, 0.00018673420802464837,
    -0.000740702534154477, -0.00603367087142785, 0.2401581824255883, 1.6536545626831027,
  ],
  /** Polynomial in `sqrt(w) - 3.25`, for roots up to 4. */
  outer: [
    -3.831039946072411e-10, 9.071950571029922e-8, -2.6860975725571463e-7, 1.832399988132858e-8,
    1.4958263152984917e-6, -4.013946398190292e-6, 2.9273722115986924e-6, 1.2475343474376931e-5,
    -4.731952918337189e-5, 6.828484052292924e-5, 2.4031363245440546e-5, -0.00035503751863069763,
    0.0009532893521118177, -0.0016882755561681802, 0.0024914420976198813, -0.0037512085075638536,
    0.0053709145535581985, 1.0052589676941592, 3.0838856104922208,
  ],
  /** Polynomial in `sqrt(w) - 5.125`, for all greater doubles. */
  tail: [
    -9.900243330035674e-12, 1.4647802177936625e-11, 7.656992020570008e-11, -3.055779485210712e-10,
    7.174439161565601e-10, -1.6877439799651723e-9, 3.6623822092168958e-9, -7.03985961682799e-9,
    1.4470941585735901e-8, -4.152263917857985e-8, 1.693575853830829e-7, -7.962485519612859e-7,
    3.747577389743533e-6, -1.658989372533254e-5, 6.46907578029358e-5, -0.00017993907268887036,
    -0.00021259950370020714, 1.0102562759886649, 4.9761913900163,
  ],
} as const;

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
