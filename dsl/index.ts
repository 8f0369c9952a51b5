/** The public API of the language. */
export { cd } from './cd.ts';
export { tensor, type TensorShape, type TypedArray } from './data-tensor.ts';
export { grad, jvp, vjp } from './derivatives.ts';
export { defineOp, type OpDefinition } from './define-op.ts';
export type { Hole, NestedNumbers } from './elaborate/hole.ts';
export type { Layer, Setting, Settings } from './elaborate/layer.ts';
export type { TensorFunction } from './elaborate/tensor-function.ts';
export { forward, sequence } from './code.ts';
export { Code } from './graph/code.ts';
export { ArrayRef, Tensor } from './graph/tensor.ts';
export { op, type OpResult } from './op.ts';
export {
  cummax,
  cummin,
  cumprod,
  cumsum,
  type CumulativeOptions,
  scan,
  type ScanOptions,
} from './scan.ts';
export { random } from './random.ts';
export { split } from './split.ts';
export { symbol } from './symbol.ts';
export type { MadeBy, Templates } from './templates.ts';
