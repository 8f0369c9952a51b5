/** The program's symbols for einc's two tags and its types, whatever their local names. */
import { ts } from 'ts-morph';
import type { Language } from '../../dsl/dry-run/index.ts';
import type { Programs } from './programs.ts';

export interface EincSymbols {
  /** Which of the tags a function is, if any. */
  readonly languageOf: (tag: ts.Symbol) => Language | undefined;
  readonly isTensorCall: (callee: ts.Symbol) => boolean;
  /** The type of values that are allowed in a hole. */
  readonly isHole: (type: ts.Type) => boolean;
  /** Whether the type is assignable to einc's type of that name. */
  readonly isA: (type: ts.Type, name: TypeName) => boolean;
}

export type TypeName = 'Tensor' | 'TensorFunction' | 'Layer' | 'Code' | 'ArrayRef' | 'StaticSymbol';

export function eincSymbols({ whole, door }: Programs): EincSymbols {
  const checker = whole.getTypeChecker();
  const file = whole.getSourceFile(door);
  const module = file && checker.getSymbolAtLocation(file);
  const exported = new Map(
    (module ? checker.getExportsOfModule(module) : []).map(symbol => [
      symbol.name,
      resolved(symbol, checker),
    ]),
  );
  const types = new Map<TypeName, ts.Type>();
  return {
    languageOf: tag => (['op', 'cd'] as const).find(name => exported.get(name) === tag),
    isTensorCall: callee => exported.get('tensor') === callee,
    isHole: type => type.aliasSymbol !== undefined && type.aliasSymbol === exported.get('Hole'),
    isA: (type, name) => {
      const symbol = exported.get(name);
      const own = types.get(name) ?? (symbol && checker.getDeclaredTypeOfSymbol(symbol));
      if (!own) return false;
      types.set(name, own);
      return type === own || checker.isTypeAssignableTo(type, own);
    },
  };
}

/** The symbol that an import refers to. */
export function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
