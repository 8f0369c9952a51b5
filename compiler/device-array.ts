/**
 * The types that the language, which makes routines, and the runtime, which gives their arrays memory, exchange. Neither
 * imports the other.
 */
import type { Rows } from './assign/projections.ts';
import type { Routine } from './assign/routine.ts';
import type { DType, Value } from './core/dtype.ts';

/** An array that outlives a run. Its identity is the object: a context has one buffer for each. */
export interface DeviceArray {
  readonly label: string;
  readonly dtype: DType;
  readonly dims: Rows<number>;
  readonly initial: Initial;
}

/** What an array holds before a routine has written it. */
export type Initial =
  /** Nothing: reading it is an error until a routine has written it. */
  | { readonly kind: 'none' }
  /** Nothing: running a routine that reads it is an error until the host or another device sends it. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'fill'; readonly value: number }
  /** Zeros, for routines to add to; the host may read it once one has. */
  | { readonly kind: 'sum' }
  /** In memory order. */
  | { readonly kind: 'values'; readonly values: ArrayLike<Value> }
  /** Evenly in `low <= x < high`, from the context's seed and the array's label. */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  /** What this code computes, which assigns the array. */
  | { readonly kind: 'computed'; readonly by: RoutineSource }
  /** What another array starts from. */
  | { readonly kind: 'same'; readonly as: ArrayHandle }
  /** About 0, from the context's seed and the array's label. */
  | {
      readonly kind: 'random';
      /** `truncated`: normal within two deviations. `orthogonal`: of rows or columns, the fewer. */
      readonly distribution: 'uniform' | 'normal' | 'truncated' | 'orthogonal';
      /** The bound, the deviation before it is cut, or the length of the vectors. */
      readonly scale: number | InitialScale;
    };

/**
 * The root of `squared` over the number of cells that are summed with the parameter's (those of its
 * input axes), or over those and the cells that they make (of its output axes).
 */
export interface InitialScale {
  readonly squared: number;
  readonly fan: 'in' | 'sum';
}

/** A routine with the arrays it works on, ready to be compiled and linked to a context. */
export interface LinkableRoutine {
  readonly routine: Routine;
  /** Which array each of the routine's device nodes is, in their order. */
  readonly arrays: readonly DeviceArray[];
  /** Why each of them outlives a run, in their order. */
  readonly because: readonly string[];
  /** Those that hold what an earlier run left, or their initial values: read before written. */
  readonly inputs: ReadonlySet<DeviceArray>;
  /** Those it writes. */
  readonly outputs: ReadonlySet<DeviceArray>;
  /**
   * Of these it uses no more than one part. Parts of a number each have no cell in common, so routines with other
   * parts run at the same time.
   */
  readonly parts?: ReadonlyMap<DeviceArray, number>;
  /** All that its code is about, for tools. */
  readonly tensors: readonly Explainable[];
}

/** A tensor of the language, which can say why its shape is what it is. */
export interface Explainable {
  readonly label: string | undefined;
  /** As text. */
  explain(): string;
  /** As data that can be written as JSON. */
  explanation(): object;
}

export interface SettleOptions {
  /** The dtype of arrays that nothing else decides: f32, or f64 to check gradients by. */
  readonly dtype: DType;
  /** Arrays to keep after a run though only the routine itself uses them. */
  readonly keep: readonly ArrayHandle[];
  /** Instead of the name that the code's sections give. */
  readonly name: string | undefined;
}

/** Code of the language: settling its shapes makes it a routine. */
export interface RoutineSource {
  settle(options: SettleOptions): LinkableRoutine;
}

/** Something of the language that stands for an array: a tensor's value, or its gradient. */
export interface ArrayHandle {
  readonly label: string | undefined;
  /** What another device has sent for it. Throws a `UserError` for an array that has no such buffer. */
  readonly merge: ArrayHandle;
  /** `dtype` is for an array that nothing else decides it for. */
  deviceArray(dtype: DType): DeviceArray;
}
