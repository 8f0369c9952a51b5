import {
  type DeviceArray,
  InternalError,
  keyOf,
  uniformAt,
  unreachable,
  type Value,
} from '../compiler/index.ts';
import { randomInitial } from './random-initial.ts';

/**
 * What a new array holds, or undefined when the zeros of fresh memory will do. `stream` tells arrays
 * of one seed apart.
 */
export function initialValues(
  { initial, dims }: DeviceArray,
  cells: number,
  seed: number,
  stream: string,
): ArrayLike<Value> | undefined {
  switch (initial.kind) {
    case 'none':
    case 'sent':
    case 'computed':
    case 'sum':
      return undefined;
    case 'fill':
      return Object.is(initial.value, 0) ? undefined : new Float64Array(cells).fill(initial.value);
    case 'values':
      return initial.values;
    case 'uniform': {
      const key = keyOf(seed, stream);
      const { low, high } = initial;
      return Float64Array.from({ length: cells }, (_, i) => low + (high - low) * uniformAt(key, i));
    }
    case 'same':
      throw new InternalError('an array starts as another one does, which must be looked up');
    case 'random':
      return randomInitial(initial, dims, seed, stream);
    default:
      return unreachable(initial);
  }
}
