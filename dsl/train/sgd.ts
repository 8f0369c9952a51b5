import { optionsGiven, tensorGiven, wrong } from '../arguments.ts';
import { cdAt } from '../cd.ts';
import { describe } from '../elaborate/hole.ts';
import type { Span } from '../../compiler/index.ts';
import type { Code } from '../graph/code.ts';
import { Tensor } from '../graph/tensor.ts';
import { callSite } from '../language/call-site.ts';

export interface SgdOptions {
  /** A scalar tensor, so that a schedule can be an expression; or a number. */
  readonly learningRate: Tensor | number;
  readonly momentum?: number;
  /** L2 regularisation, added to the gradient. */
  readonly weightDecay?: number;
  /** Nesterov momentum (Nesterov 1983). */
  readonly nesterov?: boolean;
}

/**
 * One step of stochastic gradient descent for every parameter of a loss. Throws a `UserError` for a
 * loss without parameters.
 */
export function sgdUpdate(loss: Tensor, options: SgdOptions): Code {
  const span = callSite(sgdUpdate);
  tensorGiven(loss, 'sgdUpdate', span);
  checkOptions('sgdUpdate', options, span);
  const { params } = loss.grad.tensor;
  const steps = Object.values(params).map(p => stepOf(p, options, span));
  return cdAt(span)`~~("gd update"; ${steps})`;
}

/** The step for one parameter. */
export function sgdOne(p: Tensor, options: SgdOptions): Code {
  const span = callSite(sgdOne);
  tensorGiven(p, 'sgdOne', span);
  checkOptions('sgdOne', options, span);
  if (p.source.kind !== 'param') {
    const message = `\`sgdOne\` updates a parameter, and \`${p.label ?? p.hint}\` is none`;
    throw wrong('EINC0221', message, span, [
      'for all parameters of a loss: sgdUpdate(loss, { learningRate: 0.1 })',
    ]);
  }
  return stepOf(p, options, span);
}

function stepOf(p: Tensor, options: SgdOptions, span: Span): Code {
  const { learningRate, momentum = 0, weightDecay = 0, nesterov = false } = options;
  return cdAt(span)`
  ~~(${p} "param sgd step";
     { sgd_delta } =: ${p}.grad + ${weightDecay} *. ${p};
     if ${momentum > 0} then (
       { sgd_momentum } =: ${momentum} *. sgd_momentum + sgd_delta;
       if ${nesterov} then sgd_delta =+ ${momentum} *. sgd_momentum
       else sgd_delta =: sgd_momentum);
     ${p} =- ${learningRate} * sgd_delta ~logic:".")`;
}

const wanted: Readonly<Record<keyof SgdOptions, string>> = {
  learningRate: 'a tensor or a number',
  momentum: 'a number',
  weightDecay: 'a number',
  nesterov: 'true or false',
};

/** Checks for callers in JavaScript, who have no types. */
function checkOptions(call: string, given: unknown, span: Span): void {
  const names = Object.keys(wanted) as (keyof SgdOptions)[];
  const example = '{ learningRate: 0.1 }';
  const options = optionsGiven('EINC0221', call, given, { names, example, span });
  for (const name of names) {
    const value = options[name];
    if (value === undefined && name !== 'learningRate') continue;
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    const fits = name === 'nesterov' ? typeof value === 'boolean' : isNumber;
    if (fits || (name === 'learningRate' && value instanceof Tensor)) continue;
    const message = `the option \`${name}\` of \`${call}\` is ${wanted[name]}, not ${describe(value)}`;
    throw wrong('EINC0221', message, span);
  }
  const { momentum = 0, nesterov } = options;
  if (nesterov !== true || (typeof momentum === 'number' && momentum > 0)) return;
  const message = `the option \`nesterov\` of \`${call}\` is about momentum, and there is none`;
  throw wrong('EINC0221', message, span, ['give it some: { momentum: 0.9, nesterov: true, … }']);
}
