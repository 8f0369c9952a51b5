import { type StaticSymbol, symbolsOf, unreachable, UserError } from '../../compiler/index.ts';
import { symbolsOfLogic } from '../shape/logic.ts';
import type { OpenCode } from './tensor.ts';

/** The static symbols that must be passed to a routine: those used outside a loop over them, in order of use. */
export function freeSymbols(code: OpenCode): readonly StaticSymbol[] {
  const found = new Set<StaticSymbol>();
  collect(code, new Set(), found);
  const byName = new Map<string, StaticSymbol>();
  for (const symbol of found) {
    if (byName.has(symbol.name)) {
      throw new UserError({
        code: 'EINC0502',
        message: `two static symbols of this routine are called \`${symbol.name}\``,
        help: ['give them different names, or use one `symbol()` for both'],
      });
    }
    byName.set(symbol.name, symbol);
  }
  return [...found];
}

function collect(code: OpenCode, bound: ReadonlySet<StaticSymbol>, to: Set<StaticSymbol>): void {
  switch (code.kind) {
    case 'sequence':
      code.body.forEach(child => collect(child, bound, to));
      return;
    case 'section':
      collect(code.body, bound, to);
      return;
    case 'repeat':
      collect(code.body, new Set([...bound, code.symbol]), to);
      return;
    case 'assign': {
      const { logic } = code.projections;
      const used = [code.value, ...code.target.at].flatMap(symbolsOf);
      for (const symbol of [...symbolsOfLogic(logic), ...used]) {
        if (!bound.has(symbol)) to.add(symbol);
      }
      return;
    }
    default:
      unreachable(code);
  }
}
