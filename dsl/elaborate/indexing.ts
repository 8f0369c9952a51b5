/** Applications of the functions of `dsl/ops/indexing.ts` to tensors. */
import { applyOperation, type Written } from '../graph/apply.ts';
import { constantTensor } from '../graph/make.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Application } from '../ops/construction.ts';
import type { Indexing } from '../ops/indexing.ts';
import type { Context } from './tensor-function.ts';
import { wrongArity } from './wrong-arity.ts';

export function applyIndexing(
  { arity, more = false, build }: Indexing,
  name: string,
  operands: readonly Tensor[],
  written: Written,
  { solver, label }: Context,
): Tensor {
  const { span, operator } = written;
  const isWrong = more ? operands.length < arity : operands.length !== arity;
  if (isWrong) throw wrongArity(name, arity, operands.length, { span, more });
  const apply = ([operation, ...tensors]: Application, own?: string): Tensor => {
    // Operands that the user did not write have no place of their own.
    const shown = tensors.map(t => written.operands[operands.indexOf(t)] ?? { span });
    const place = { span, operator, operands: shown };
    return applyOperation({ ...operation, operator: name }, tensors, place, { solver, label: own });
  };
  const made = {
    ...{ name, span: operator, operands, solver },
    places: written.operands.map(operand => operand.span),
    step: (...application: Application) => apply(application),
  };
  const [x = constantTensor(0, [span]), y = x, z = x] = operands;
  return apply(build(made, x, y, z), label);
}
