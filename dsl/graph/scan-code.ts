/** Checks and simplifications of code that contains scans. */
import {
  accessesOf,
  sequence,
  unreachable,
  UserError,
  visitAssigns,
} from '../../compiler/index.ts';
import { TurnSymbol } from '../shape/turns.ts';
import type { ArrayRef, OpenCode, Tensor } from './tensor.ts';

/** Removes the hidden results of scans that nothing in the code reads. */
export function withoutUnread(code: OpenCode): OpenCode {
  const read = new Set<ArrayRef>();
  visitAssigns(code, a => accessesOf(a.value).forEach(({ node }) => read.add(node)));
  const isWanted = (array: ArrayRef): boolean => {
    const { source } = array.tensor;
    return source.kind !== 'scanned' || !source.isHidden || read.has(array);
  };
  const go = (c: OpenCode): OpenCode => {
    switch (c.kind) {
      case 'sequence':
        return sequence(c.body.map(go));
      case 'section':
      case 'repeat':
        return { ...c, body: go(c.body) };
      case 'assign':
        return isWanted(c.target.node) ? c : sequence([]);
      default:
        return unreachable(c);
    }
  };
  return go(code);
}

/** A carry or slice has a value only in the iterations of its scan. */
export function checkInside(root: Tensor): void {
  const stray = root.cone().find(t => t.source.kind === 'stand-in');
  if (!stray) return;
  throw new UserError({
    code: 'EINC0312',
    message: `\`${stray.hint}\` is what the step of a \`scan\` is given: it has no value outside of the step`,
    labels: [
      ...(root.span ? [{ span: root.span, text: 'used here' }] : []),
      ...(stray.span ? [{ span: stray.span, text: 'given to the step here' }] : []),
    ],
    help: ['give it out of the step: scan((h, x) => ({ carry, y: h }), …)'],
  });
}

/** Once shapes are settled. */
export function checkLengths(code: OpenCode): void {
  switch (code.kind) {
    case 'sequence':
      code.body.forEach(checkLengths);
      return;
    case 'section':
      checkLengths(code.body);
      return;
    case 'repeat':
      checkLength(code.symbol);
      checkLengths(code.body);
      return;
    case 'assign':
      return;
    default:
      unreachable(code);
  }
}

function checkLength(symbol: unknown): void {
  if (!(symbol instanceof TurnSymbol) || symbol.isKnown) return;
  throw new UserError({
    code: 'EINC0311',
    message: 'nothing says how long the axis is that is scanned here',
    labels: symbol.span ? [{ span: symbol.span }] : [],
    help: ['give the size where the tensor is made: { x; b = [10]; o = [2] }'],
  });
}
