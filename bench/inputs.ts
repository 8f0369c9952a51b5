/**
 * Inputs that einc and its peers generate independently: a hash of the cell's number, the same in `peers/inputs.py`
 * and `peers/moons.c`. Multiples of 2⁻²³, so that they are exact in f32.
 */

/** Numbers from -`scale` up to `scale`; arrays with another `salt` have others. */
export function noise(count: number, salt: number, scale = 1): Float32Array {
  const cells = new Float32Array(count);
  for (let i = 0; i < count; i++) cells[i] = (hash(i, salt) / 2 ** 23 - 1) * scale;
  return cells;
}

/** Weights of a layer, evenly, of the deviation of He et al. (2015). */
export function kaiming(inputs: number, outputs: number, salt: number): Float32Array {
  return noise(inputs * outputs, salt, Math.sqrt(6 / inputs));
}

/** Whole numbers from 0 up to, not including, `bound`. */
export function choices(count: number, salt: number, bound: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => hash(i, salt) % bound);
}

/** 24 bits: those of a finaliser of 32-bit hashes (Wellons, "lowbias32"), but for the last eight. */
function hash(i: number, salt: number): number {
  let x = (i + Math.imul(salt, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 8;
}
