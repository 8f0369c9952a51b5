/**
 * `mul_no_nan`: products in which 0 times anything is 0, including infinities and NaN. Gradients are full of
 * such products, but special values are rare: 16 at once are plain products, unless one of the results is NaN.
 */
import { type CallText } from '../clike/dialect.ts';
import { helper } from './calls.ts';
import { vectorType } from './vector-type.ts';

export const mulNoNan = helper('mul_no_nan', 2, 'a * b == a * b || (a != 0 && b != 0) ? a * b : 0');

/** Of 16 floats; of others a loop over the lanes is as good. */
export function mulNoNanOfVectors(): CallText {
  const lanes = 16;
  const [one, floats] = [mulNoNan('f32'), vectorType('f32', lanes)];
  const type = floats.name;
  const name = `mul_no_nan_${type}`;
  // Compares each with itself: 3 is "unordered", and 4 leaves rounding as it is.
  const text = `static inline ${type} ${name}(${type} a, ${type} b) {
  ${type} r = a * b;
#if defined __AVX512F__ && !defined __clang__
  if (!__builtin_ia32_cmpps512_mask((products${lanes})r, (products${lanes})r, 3, -1, 4)) return r;
#endif
  for (int l = 0; l < ${lanes}; ++l) r[l] = ${one.name}(a[l], b[l]);
  return r;
}`;
  const aligned = `typedef float products${lanes} __attribute__((vector_size(${4 * lanes})));`;
  return { kind: 'call', name, needs: [...one.needs, ...floats.needs, aligned, text] };
}
