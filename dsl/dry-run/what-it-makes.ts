import type { Definition, OpProgram } from '../language/ast-op.ts';
import type { Made } from './hole-type.ts';

/** The type of an `op` template's value, by its definitions. */
export function whatItMakes({ definitions }: OpProgram): Made {
  const last = definitions.at(-1);
  if (!last) return { kind: 'tensor' };
  if (definitions.length === 1 || !last.name) return madeBy(last);
  const named = definitions.map(d => [d.name?.text ?? '', madeBy(d)] as const);
  return { kind: 'several', named: Object.fromEntries(named) };
}

function madeBy({ settings, params }: Definition): Made {
  if (settings) return { kind: 'layer', settings: settings.map(s => s.text) };
  return params ? { kind: 'function', arity: params.length } : { kind: 'tensor' };
}
