import { access, type Scalar, scalarConst, type Span } from '../../compiler/index.ts';
import type { ArrayRef, Tensor } from '../graph/tensor.ts';
import type { Expr } from '../language/ast.ts';
import type { Operand } from '../shape/row.ts';
import { arrayAt, type CdScope, symbolAt } from './cd-scope.ts';
import { fail } from './errors.ts';
import { ExpressionElaborator } from './expression.ts';

/** The operands of one assignment, each in a slot of its own, in the order written. */
export class Operands {
  readonly #scope: CdScope;
  readonly tensors: Tensor[] = [];
  readonly spans: Span[] = [];
  /** Tensors whose values are read, so that their forward code must have run. */
  readonly needs: Tensor[] = [];

  constructor(scope: CdScope) {
    this.#scope = scope;
  }

  add(e: Expr): Scalar<ArrayRef> {
    if (e.kind === 'prefix') return { kind: 'symbol', symbol: symbolAt(e.operand, this.#scope) };
    const number = e.kind === 'hole' ? this.#scope.holes[e.index] : undefined;
    if (typeof number === 'number') return scalarConst(number);
    const array = this.#arrayOf(e);
    const { source } = array.tensor;
    if (array.part === 'value' && source.kind === 'constant') return scalarConst(source.value);
    if (array.part === 'value' && source.kind === 'symbol') {
      return { kind: 'symbol', symbol: source.symbol };
    }
    if (array.part === 'value') this.needs.push(array.tensor);
    this.tensors.push(array.tensor);
    this.spans.push(e.span);
    return access(array, this.tensors.length);
  }

  /** For errors about their shapes. */
  shown(): readonly Operand[] {
    return this.tensors.map((t, i) => ({ span: this.spans[i], text: t.label, shape: t.shape }));
  }

  /** Functions, einsums and slices inside an assignment become tensors of their own. */
  #arrayOf(e: Expr): ArrayRef {
    if (e.kind === 'hole' || e.kind === 'name' || e.kind === 'field')
      return arrayAt(e, this.#scope);
    if (e.kind === 'inline') {
      throw fail('EINC0208', `\`${e.name.text}\` is introduced where it is only read`, e.span, {
        help: [`introduce it by assigning it: { ${e.name.text} } =: …`],
      });
    }
    const { source, holes, names, symbols, captures, solver } = this.#scope;
    const nothing = { inlines: new Map(), settings: new Map(), layers: undefined };
    const environment = { source, holes, names, symbols, captures, ...nothing };
    return new ExpressionElaborator(environment, solver).tensor(e).value;
  }
}
