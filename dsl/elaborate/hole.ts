/** What may stand in `${…}`, and how errors describe anything else. */
import { describe as describeValue, type StaticSymbol } from '../../compiler/index.ts';
import { Code } from '../graph/code.ts';
import { ArrayRef, Tensor } from '../graph/tensor.ts';
import { type Layer, settingsOf } from './layer-settings.ts';
import { isTensorFunction, type TensorFunction } from './tensor-function.ts';

/** Nested numbers: the innermost lists are the last axis. */
export type NestedNumbers = number | readonly NestedNumbers[];

export type Hole =
  | Tensor
  | TensorFunction
  | Layer
  | StaticSymbol
  | Code
  | readonly Code[]
  | number
  | boolean
  | string
  | NestedNumbers
  | Float32Array
  | Float64Array;

/** `an array of 3`, `a string`: what a person would call the value. */
export function describe(value: unknown): string {
  return describeOwn(value) ?? describeValue(value);
}

/** What is known about a hole without running the program: the type of its value. */
export class HoleOfType {
  /** As TypeScript writes it. */
  readonly type: string;
  /** A value of the type, for hints. */
  readonly example: unknown;

  constructor(type: string, example: unknown) {
    this.type = type;
    this.example = example;
  }
}

/** Values that the language knows. */
function describeOwn(value: unknown): string | undefined {
  if (value instanceof HoleOfType) return `a value of type \`${value.type}\``;
  if (value instanceof Tensor) return 'a tensor';
  if (value instanceof Code) return 'code';
  if (value instanceof ArrayRef) return `the ${value.part} of a tensor`;
  if (isTensorFunction(value)) return 'a tensor function';
  if (settingsOf(value)) return 'a layer';
  return isSymbol(value) ? 'a static symbol' : undefined;
}

export function isSymbol(value: unknown): value is StaticSymbol {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'static-symbol'
  );
}
