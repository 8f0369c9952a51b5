import { elaborateOp } from './elaborate/op-template.ts';
import type { Hole } from './elaborate/hole.ts';
import type { Layer } from './elaborate/layer.ts';
import type { TensorFunction } from './elaborate/tensor-function.ts';
import type { Tensor } from './graph/tensor.ts';
import { parseOp } from './language/parse.ts';
import { parseOnce } from './language/template-cache.ts';
import type { MadeBy } from './templates.ts';

/**
 * What a template makes depends on its text, which TypeScript does not see: a tensor for an
 * expression, a function for `name(x) = …`, a layer for `name(~hid)(x) = …`, an object of them for
 * several definitions. Say which where it matters: op<TensorFunction>`mlp(x) = …`, or, when
 * `einc types` has written down what there is, op<'mlp'>`mlp(x) = …`.
 */
export type OpResult = Tensor & TensorFunction & Layer;

const read = parseOnce('op', parseOp);

/**
 * Differentiable tensors.
 *
 *   const mlp = op`mlp(x) = { w2 } * relu({ b1; o = [16] } + { w1 } * x)`;
 *   const loss = op`loss = (relu(1 - ${cls} *. ${mlp}(${input})) ++ "...|... => 0") /. ${10}`;
 *
 * Holes take tensors, tensor functions, numbers and, after `!@` and `@|`, static symbols. Throws a
 * `UserError` that points into the template.
 */
export function op<T = OpResult>(
  strings: TemplateStringsArray,
  ...holes: readonly Hole[]
): MadeBy<T> {
  const { source, program } = read(strings, op);
  return elaborateOp(program, source, holes) as MadeBy<T>;
}
