/** Training data for classifiers: noise, with random classes. */
import { type Indices, op, symbol, type Tensor, tensor } from 'einc';
import { choices, noise } from './inputs.ts';

export interface Examples {
  /** Those of one batch, and the number of the class of each. */
  readonly input: Tensor;
  readonly label: Tensor;
  /** The batch of the n-th step. */
  readonly indices: (n: number) => Indices;
}

export function examples(
  batches: number,
  batchSize: number,
  shape: readonly number[],
  classes: number,
): Examples {
  const batch = symbol('batch', batches);
  const rows = { batch: [batches, batchSize] };
  const count = batches * batchSize;
  const cells = noise(
    shape.reduce((a, b) => a * b, count),
    1,
  );
  const inputs = tensor(cells, { label: 'inputs', ...rows, output: shape });
  const labels = tensor(choices(count, 2, classes), { label: 'labels', ...rows, output: [1] });
  return {
    input: op`input = ${inputs} @| ${batch}`,
    label: op`label = ${labels} @| ${batch}`,
    indices: n => ({ batch: n % batches }),
  };
}
