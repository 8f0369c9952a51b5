/** The settings of layers, and which functions are layers. */
import type { Tensor } from '../graph/tensor.ts';
import type { TensorFunction } from './tensor-function.ts';

/** A size, a number, a tensor or a tensor function. */
export type Setting = number | readonly number[] | Tensor | TensorFunction;

/** Settings by name; `label` is a word. */
export type Settings = Readonly<Record<string, Setting | string>>;

/**
 * Each application makes new parameters. `label` is added to their names, so that the layers of a
 * model can be told apart: `w_l1`.
 */
export interface Layer {
  (settings: Settings): Tensor & TensorFunction;
  readonly label: string;
}

/** The names of their settings. */
const settings = new WeakMap<object, readonly string[]>();

export function registerLayer(layer: object, names: readonly string[]): void {
  settings.set(layer, names);
}

/** Undefined if `value` is not a layer. */
export function settingsOf(value: unknown): readonly string[] | undefined {
  return typeof value === 'function' ? settings.get(value) : undefined;
}
