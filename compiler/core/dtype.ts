/** Scalar types of array cells. Numbers travel as JavaScript doubles and are rounded on the way in. */
export type DType = 'f32' | 'f64' | 'i32' | 'bool';

export const bytesOf: Readonly<Record<DType, number>> = { f32: 4, f64: 8, i32: 4, bool: 1 };

/** The fewest digits that read back as the same value of `dtype`. */
export function shortest(dtype: DType, value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (dtype !== 'f32' || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return String(candidate);
  }
  return String(value);
}

/** The value a number becomes when stored as `dtype`. Constant folding must agree with the device. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'f32':
      return Math.fround(value);
    case 'f64':
      return value;
    case 'i32':
      return value | 0;
    case 'bool':
      return value === 0 ? 0 : 1;
  }
}
