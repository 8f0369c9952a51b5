/** The arguments of `scan`, from a template or from JavaScript. */
import type { Span } from '../../compiler/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ScanAxis } from '../shape/turns.ts';

export interface ScanCall {
  /** As written: `scan`, `cumsum`. */
  readonly operator: string;
  readonly span: Span;
  readonly init: readonly Part[];
  readonly xs: readonly Part[];
  /** Called once, with placeholders for the tensors of an iteration. */
  readonly step: (carry: readonly Tensor[], x: readonly Tensor[]) => StepResult;
  readonly options: ScanSettings;
  /** The name for results without one. */
  readonly label?: string | undefined;
}

/** One of the tensors that make up the carry, or of those that are scanned. */
export interface Part {
  readonly tensor: Tensor;
  /** Its name in the step. */
  readonly name: string;
  /** Its text, if it has no label. */
  readonly text?: string | undefined;
  readonly span?: Span | undefined;
}

export interface StepResult {
  /** In the order of `init`. */
  readonly carry: readonly Tensor[];
  readonly ys: readonly { readonly each: Tensor; readonly label?: string | undefined }[];
}

export interface ScanSettings {
  /** The axis to scan: the first of a row, or the last output axis. */
  readonly axis?: ScanAxis | undefined;
  /** From the last cell of the axis to the first; results keep their places. */
  readonly reverse?: boolean | undefined;
  /** The number of iterations; needed if nothing is scanned. */
  readonly length?: number | undefined;
}
