/** The code of `.init_params`: assigns parameters their initial values. */
import { access, assign, scalarConst, type Scalar } from '../../compiler/index.ts';
import type { Use } from '../shape/row.ts';
import { OpenProjections } from './open-projections.ts';
import { type ArrayRef, type OpenAssign, Tensor } from './tensor.ts';

/** Assigns a parameter; the tensor that it starts `from`, if any, has been computed before. */
export function initialise(param: Tensor): OpenAssign {
  const { source, origins } = param;
  if (source.kind !== 'param') throw new TypeError('only parameters start from something');
  const { initial, from } = source;
  if (from) return setFrom(param, from);
  if (initial.kind !== 'fill') return setFrom(param, initialOf(param));
  const projections = new OpenProjections({ kind: 'pointwise' }, [param.shape], useOf(param));
  const value: Scalar<ArrayRef> = scalarConst(initial.value);
  return assign(access(param.value, 0), { op: 'set' }, value, projections, origins);
}

/** How the shape of an initial value corresponds to that of the parameter. */
export function useOf({ label, span, shape }: Tensor, from?: Tensor): Use {
  const operands = from ? [{ span: from.span, text: from.label, shape: from.shape }] : [];
  return { operator: '=', span, operands, result: { span, text: label, shape } };
}

function setFrom(param: Tensor, from: Tensor): OpenAssign {
  const slots = [param.shape, from.shape];
  const projections = new OpenProjections({ kind: 'pointwise' }, slots, useOf(param, from));
  const value = access(from.value, 1);
  return assign(access(param.value, 0), { op: 'set' }, value, projections, param.origins);
}

const initials = new WeakMap<Tensor, Tensor>();

/** An array that holds the parameter's initial value, the same one for all routines. */
function initialOf(param: Tensor): Tensor {
  const known = initials.get(param);
  if (known) return known;
  const label = `${param.label ?? param.hint}_initial`;
  const source = { kind: 'data', initial: { kind: 'same', as: param } } as const;
  const { shape, dtypeVar: dtype, origins } = param;
  const made = new Tensor({ label, hint: label, shape, dtype, source, origins });
  initials.set(param, made);
  return made;
}
