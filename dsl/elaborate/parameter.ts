/** The parameters that inline definitions introduce. */
import { Code } from '../graph/code.ts';
import { inferAssign } from '../dtype/infer.ts';
import { initialise, useOf } from '../graph/init-params.ts';
import { paramTensor } from '../graph/make.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Expr, Inline } from '../language/ast.ts';
import { constraintsOf, symbolsOfLogic } from '../shape/logic.ts';
import type { Solver } from '../shape/solve.ts';
import { fail, unknownName } from './errors.ts';
import type { Environment } from './environment.ts';
import { ExpressionElaborator } from './expression.ts';
import { inlineParts } from './inline.ts';
import { subexpressions } from './walk.ts';

/** `suffix` is the label of the layer to which the parameter belongs. */
export function parameter(
  inline: Inline,
  environment: Environment,
  solver: Solver,
  suffix?: string,
): Tensor {
  const { holes, settings } = environment;
  const { rows, initial, dtype } = inlineParts(
    inline,
    (place, others = []) => {
      if (place.kind === 'hole') return holes[place.index];
      if (settings.has(place.name)) return settings.get(place.name);
      throw unknownName(place.name, place.span, [...settings.keys(), ...others]);
    },
    e => startOf(e, environment, solver),
  );
  const { name, span } = inline;
  const label = suffix === undefined ? name.text : `${name.text}_${suffix}`;
  if (!(initial instanceof Tensor)) return paramTensor(label, { initial }, { rows, dtype }, span);
  if (initial.source.kind === 'constant') {
    const { value } = initial.source;
    return paramTensor(label, { initial: { kind: 'fill', value } }, { rows, dtype }, span);
  }
  const by = Code.ofTree(
    {
      kind: 'init-params',
      get tensor() {
        return param;
      },
    },
    span,
  );
  const start = { initial: { kind: 'computed', by }, from: initial } as const;
  const param: Tensor = paramTensor(label, start, { rows, dtype }, span);
  const shapes = [param.shape, initial.shape];
  solver.post(constraintsOf({ kind: 'pointwise' }, shapes, useOf(param, initial)));
  inferAssign(initialise(param), {
    typed: ({ tensor }) => ({ dtype: tensor.dtypeVar, text: tensor.label, span: tensor.span }),
    meeting: { operator: '=', span },
    solver,
  });
  return param;
}

/** The tensor of a parameter's initial values. */
function startOf(init: Expr, environment: Environment, solver: Solver): Tensor {
  const inner = subexpressions(init).find(e => e.kind === 'inline' || e.kind === 'configure');
  if (inner) {
    throw fail('EINC0209', 'an initial value introduces no parameters of its own', inner.span);
  }
  const from = new ExpressionElaborator(environment, solver).tensor(init);
  const symbol = from.cone().find(readsSymbol);
  if (!symbol) return from;
  throw fail('EINC0209', 'an initial value cannot depend on a static symbol', init.span, {
    notes: ['it is computed once, before any routine is run'],
  });
}

function readsSymbol({ source }: Tensor): boolean {
  if (source.kind === 'symbol') return true;
  if (source.kind === 'scan') return source.scan.inner.some(readsSymbol);
  return source.kind === 'computed' && symbolsOfLogic(source.by.operation.logic).length > 0;
}
