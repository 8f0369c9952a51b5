import { unreachable } from '../support/errors.ts';
import { type Code, sequence } from './ir.ts';
import { isInjective, type Projections } from './projections.ts';

/**
 * Writes `x =: f(…)` for `x =:+ f(…)` where each cell gets just one value. The same meaning, said
 * more simply: the code of gradients is full of such sums.
 */
export function setWherePossible<N>(code: Code<N, Projections>): Code<N, Projections> {
  switch (code.kind) {
    case 'sequence':
      return sequence(code.body.map(setWherePossible));
    case 'section':
    case 'repeat':
      return { ...code, body: setWherePossible(code.body) };
    case 'assign': {
      const sums = code.op === 'add' && code.reset;
      return sums && isInjective(code) ? { ...code, op: 'set', reset: false } : code;
    }
    default:
      return unreachable(code);
  }
}
