/**
 * Types names and expressions by their text alone, without the program's type checker:
 * numbers, comparisons, templates, tensors and whatever is declared as such. It gives the same answer as
 * `hole-types.ts`, or none.
 */
import { ts } from 'ts-morph';
import type { HoleType, Language } from '../../dsl/dry-run/index.ts';
import { resolved } from './einc-symbols.ts';
import type { Programs } from './programs.ts';

/** The type of a hole's value, and the template that made it if that says more. */
export interface Typing {
  readonly type: HoleType;
  readonly maker: Maker | undefined;
}

export interface Maker {
  readonly template: ts.TaggedTemplateExpression;
  /** Which of its several values. */
  readonly property?: string | undefined;
}

export class Evident {
  readonly #programs: Programs;
  readonly #names: ts.TypeChecker;

  constructor(programs: Programs) {
    this.#programs = programs;
    this.#names = programs.outline.getTypeChecker();
  }

  /** The tag's language, or `none`; undefined if only its type would tell. */
  languageOf(tag: ts.Expression): Language | 'none' | undefined {
    const name = this.#nameInEinc(tag);
    if (name !== undefined) return name === 'op' || name === 'cd' ? name : 'none';
    const isMember = ts.isPropertyAccessExpression(tag);
    const from = isMember ? tag.expression : tag;
    const symbol = ts.isIdentifier(from) ? this.#names.getSymbolAtLocation(from) : undefined;
    // The outline does not include JavaScript's global names.
    if (!symbol) return from.getText() === 'String' ? 'none' : undefined;
    const isOwn = (symbol.flags & ts.SymbolFlags.Alias) === 0;
    return isOwn && (isMember || symbol.flags & ts.SymbolFlags.Function) ? 'none' : undefined;
  }

  typeOf(hole: ts.Expression): Typing | undefined {
    if (!ts.isIdentifier(hole)) return this.#typeOfValue(hole);
    const named = this.#names.getSymbolAtLocation(hole);
    const declaration = named && resolved(named, this.#names).valueDeclaration;
    if (!declaration) return undefined;
    if (ts.isParameter(declaration)) return typing(this.#typeOfParameter(declaration));
    if (!ts.isVariableDeclaration(declaration) || declaration.type) return undefined;
    const isConstant = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
    const { initializer } = declaration;
    return isConstant && initializer ? this.#typeOfValue(initializer) : undefined;
  }

  #typeOfValue(e: ts.Expression): Typing | undefined {
    if (ts.isParenthesizedExpression(e)) return this.#typeOfValue(e.expression);
    if (isNegated(e)) return typing({ kind: 'number', value: -Number(e.operand.text) });
    if (ts.isNumericLiteral(e)) return typing({ kind: 'number', value: Number(e.text) });
    if (ts.isStringLiteral(e)) return typing({ kind: 'string', value: e.text });
    if (ts.isBinaryExpression(e)) {
      return comparisons.has(e.operatorToken.kind) ? typing({ kind: 'boolean' }) : undefined;
    }
    if (ts.isCallExpression(e)) return typing(typesOfCalls.get(this.#nameInEinc(e.expression)));
    if (!ts.isTaggedTemplateExpression(e) || e.typeArguments) return undefined;
    const name = this.#nameInEinc(e.tag);
    if (name === 'op') return { type: { kind: 'made' }, maker: { template: e } };
    return name === 'cd' ? typing({ kind: 'code' }) : undefined;
  }

  #typeOfParameter(parameter: ts.ParameterDeclaration): HoleType | undefined {
    const { type, initializer, questionToken, dotDotDotToken } = parameter;
    if (!type || initializer || questionToken || dotDotDotToken) return undefined;
    if (!ts.isTypeReferenceNode(type)) return typesOfKeywords.get(type.kind);
    const { typeName, typeArguments } = type;
    return typeArguments ? undefined : typesOfNames.get(this.#nameInEinc(typeName));
  }

  /** The original name of what is imported from einc: `op`, or `einc.op` for the module. */
  #nameInEinc(e: ts.Expression | ts.EntityName): string | undefined {
    if (ts.isPropertyAccessExpression(e)) {
      const imported = this.#importOf(e.expression);
      return imported && ts.isNamespaceImport(imported) ? e.name.text : undefined;
    }
    const imported = this.#importOf(e);
    if (!imported || !ts.isImportSpecifier(imported)) return undefined;
    return (imported.propertyName ?? imported.name).text;
  }

  /** The import of a name, if it is from einc. */
  #importOf(name: ts.Node): ts.NamespaceImport | ts.ImportSpecifier | undefined {
    if (!ts.isIdentifier(name)) return undefined;
    const [declaration] = this.#names.getSymbolAtLocation(name)?.declarations ?? [];
    if (!declaration) return undefined;
    if (ts.isNamespaceImport(declaration)) {
      return this.#programs.isEinc(declaration.parent.parent.moduleSpecifier)
        ? declaration
        : undefined;
    }
    if (!ts.isImportSpecifier(declaration)) return undefined;
    const { moduleSpecifier } = declaration.parent.parent.parent;
    return this.#programs.isEinc(moduleSpecifier) ? declaration : undefined;
  }
}

type Negated = ts.PrefixUnaryExpression & {
  readonly operand: ts.NumericLiteral;
};

function isNegated(e: ts.Expression): e is Negated {
  const isMinus = ts.isPrefixUnaryExpression(e) && e.operator === ts.SyntaxKind.MinusToken;
  return isMinus && ts.isNumericLiteral(e.operand);
}

function typing(type: HoleType | undefined): Typing | undefined {
  return type && { type, maker: undefined };
}

const comparisons: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

const typesOfCalls: ReadonlyMap<string | undefined, HoleType> = new Map([
  ['tensor', { kind: 'tensor' }],
  ['symbol', { kind: 'symbol' }],
]);

const typesOfNames: ReadonlyMap<string | undefined, HoleType> = new Map([
  ['Tensor', { kind: 'tensor' }],
  ['TensorFunction', { kind: 'function' }],
  ['Code', { kind: 'code' }],
  ['StaticSymbol', { kind: 'symbol' }],
]);

const typesOfKeywords: ReadonlyMap<ts.SyntaxKind, HoleType> = new Map([
  [ts.SyntaxKind.NumberKeyword, { kind: 'number' }],
  [ts.SyntaxKind.BooleanKeyword, { kind: 'boolean' }],
  [ts.SyntaxKind.StringKeyword, { kind: 'string' }],
]);
