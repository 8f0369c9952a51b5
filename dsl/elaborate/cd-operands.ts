import { access, assign, type Scalar, scalarConst, type Span } from '../../compiler/index.ts';
import type { CodeTree } from '../graph/code-tree.ts';
import { letTensor, stateTensor } from '../graph/make.ts';
import { OpenProjections } from '../graph/open-projections.ts';
import type { ArrayRef, Tensor } from '../graph/tensor.ts';
import { inferAssign, type Typed } from '../dtype/infer.ts';
import type { Expr, Field, Hole, Picking } from '../language/ast.ts';
import { constraintsOf, type Logic } from '../shape/logic.ts';
import { allOfRow, type Picks } from '../shape/pick.ts';
import type { Operand } from '../shape/row.ts';
import { arrayAt, type CdScope, hasComputedIndex, picksIn, symbolAt } from './cd-scope.ts';
import { fail } from './errors.ts';
import { ExpressionElaborator } from './expression.ts';

/** An array, or the cells of it that brackets select. */
export interface Part {
  readonly array: ArrayRef;
  readonly picks: Picks | undefined;
}

/** The operands of one assignment, each in a slot of its own, in the order written. */
export class Operands {
  readonly #scope: CdScope;
  #target: Part | undefined;
  readonly tensors: Tensor[] = [];
  readonly spans: Span[] = [];
  /** For each operand, the cells that its brackets select, if it has brackets. */
  readonly picks: (Picks | undefined)[] = [];
  /** Tensors whose values are read, so that their forward code must have run. */
  readonly needs: Tensor[] = [];

  /** Copies to make before the assignment. */
  readonly copies: CodeTree[] = [];

  constructor(scope: CdScope) {
    this.#scope = scope;
  }

  /** The target of the assignment; set before operands are added. */
  assigning(target: Part): Part {
    this.#target = target;
    return target;
  }

  add(e: Expr): Scalar<ArrayRef> {
    if (e.kind === 'pick' && !hasComputedIndex(e, this.#scope)) return this.#cells(e);
    if (e.kind === 'prefix') return { kind: 'symbol', symbol: symbolAt(e.operand, this.#scope) };
    const number = e.kind === 'hole' ? this.#scope.holes[e.index] : undefined;
    if (typeof number === 'number') return scalarConst(number);
    const array = this.#arrayOf(e);
    const { source } = array.tensor;
    if (array.part === 'value' && source.kind === 'constant') return scalarConst(source.value);
    if (array.part === 'value' && source.kind === 'symbol') {
      return { kind: 'symbol', symbol: source.symbol };
    }
    return this.#access(array, e.span, undefined);
  }

  /** Some cells of an array, read in place. */
  #cells(e: Picking): Scalar<ArrayRef> {
    const picks = picksIn(e, this.#scope);
    return this.#access(this.#arrayOf(e.object), e.object.span, picks);
  }

  #access(array: ArrayRef, span: Span, picks: Picks | undefined): Scalar<ArrayRef> {
    if (array.part === 'value') this.needs.push(array.tensor);
    const target = this.#target;
    if (array === target?.array && picks?.text !== target.picks?.text) {
      return this.#copy(array, span, picks);
    }
    this.tensors.push(array.tensor);
    this.spans.push(span);
    this.picks.push(picks);
    return access(array, this.tensors.length);
  }

  /** One of the operands, for the inference of dtypes. */
  typed(array: ArrayRef): Typed | undefined {
    const at = this.tensors.indexOf(array.tensor);
    if (at < 0) return undefined;
    const { label: text } = array;
    return { dtype: array.tensor.dtypeVar, text, span: this.spans[at] };
  }

  /** An assignment that reads other cells of its target could read cells that it has already assigned. */
  #copy(array: ArrayRef, span: Span, picks: Picks | undefined): Scalar<ArrayRef> {
    const copy = stateTensor(`${array.hint}_before`, { rows: {} }, span);
    this.#copyTo(copy, array, span, picks);
    return this.#access(copy.value, span, undefined);
  }

  #copyTo(copy: Tensor, array: ArrayRef, span: Span, picks: Picks | undefined): void {
    const { solver } = this.#scope;
    const slots = [copy.shape, array.tensor.shape];
    const operands = [{ span, text: array.label, shape: array.tensor.shape }];
    const result = { span: undefined, text: undefined, shape: copy.shape };
    const use = { operator: picks?.text ?? '=:', span, operands, result };
    const everything = { rows: { batch: allOfRow, input: allOfRow, output: allOfRow }, text: '.' };
    const logic: Logic = { kind: 'pick', picks: picks ?? everything };
    solver.post(constraintsOf(logic, slots, use));
    const projections = new OpenProjections(logic, slots, use);
    const value = access(array, 1);
    const done = assign(access(copy.value, 0), { op: 'set' }, value, projections, [span]);
    const typed = ({ tensor, label: text }: ArrayRef): Typed => ({
      ...{ dtype: tensor.dtypeVar, text, span },
    });
    inferAssign(done, { typed, meeting: { operator: '=:', span }, solver });
    this.copies.push({ kind: 'assign', assign: done, needs: [] });
  }

  /** `p.grad` inside an expression that becomes a tensor: its current value, as for a `let`. */
  #partAsTensor(e: Field | Hole): Tensor {
    const array = arrayAt(e, this.#scope);
    if (array.part === 'value' && !array.isMerge) return array.tensor;
    const copy = letTensor(`${array.hint}_now`, e.span);
    this.#copyTo(copy, array, e.span, undefined);
    return copy;
  }

  /** The operands as errors about their shapes name them. */
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
    const part = (inner: Field | Hole): Tensor => this.#partAsTensor(inner);
    const environment = { source, holes, names, symbols, captures, part, ...nothing };
    return new ExpressionElaborator(environment, solver).tensor(e).value;
  }
}
