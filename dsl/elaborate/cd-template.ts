/** Elaborates the statements of a `cd` template to code. */
import { access, assign, type Scalar, unreachable } from '../../compiler/index.ts';
import { Code } from '../graph/code.ts';
import { type CodeTree, sequenceOf } from '../graph/code-tree.ts';
import { inferAssign, type Typed } from '../dtype/infer.ts';
import { letTensor, stateTensor } from '../graph/make.ts';
import { OpenProjections } from '../graph/open-projections.ts';
import type { ArrayRef, OpenAssign, Tensor } from '../graph/tensor.ts';
import type {
  Assign,
  CdProgram,
  For,
  If,
  Let,
  LogicLit,
  Section,
  Statement,
} from '../language/ast-cd.ts';
import type { Expr, Ident, StringLit } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { constraintsOf, type Logic } from '../shape/logic.ts';
import { Solver } from '../shape/solve.ts';
import { assignOperator } from './assign-operator.ts';
import { Operands, type Part } from './cd-operands.ts';
import { logicOf } from './cd-logic.ts';
import { both, Collector } from './collect.ts';
import {
  type CdScope,
  checkNew,
  hasComputedIndex,
  labelled,
  picksIn,
  symbolAt,
  targetOf,
  tensorAt,
} from './cd-scope.ts';
import { codeOf } from './cd-code.ts';
import { capture } from './einsum.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { scalarOf } from './scalar.ts';
import { elaborateSlots, mentionsSlots } from './slots.ts';
import { subexpressions } from './walk.ts';

export function elaborateCd(
  program: CdProgram,
  source: TemplateSource,
  holes: readonly unknown[],
): Code {
  if (mentionsSlots(program)) return Code.ofSlots(elaborateSlots(program, holes), program.span);
  return Solver.transaction(solver => {
    const scope: CdScope = {
      source,
      holes,
      solver,
      names: new Map(),
      lets: new Set(),
      symbols: new Map(),
      captures: new Map(),
      section: undefined,
    };
    const errors = new Collector();
    const tree = errors.try(() => statements(program.body, scope));
    errors.finish(source);
    return Code.ofTree(tree?.value ?? sequenceOf([]), program.span);
  });
}

/** Elaborates a sequence; names of its `let`s are known until its end, and not outside it. */
function statements(body: readonly Statement[], outer: CdScope): CodeTree {
  const scope = { ...outer, lets: new Set(outer.lets) };
  const errors = new Collector(scope.solver);
  const trees = body.map(s => {
    const tree = errors.try(() => statement(s, scope));
    if (!tree) introduceAnyway(s, scope);
    return tree?.value;
  });
  for (const name of scope.lets) if (!outer.lets.has(name)) scope.names.delete(name);
  errors.finish();
  return sequenceOf(trees.filter(tree => tree !== undefined));
}

/** Makes known the array that a wrong statement would have introduced, so that its uses are not reported as well. */
function introduceAnyway(s: Statement, { names, lets }: CdScope): void {
  const name = introducedBy(s);
  if (!name || names.has(name.text)) return;
  names.set(name.text, stateTensor(name.text, { rows: {} }, name.span));
  if (s.kind === 'let') lets.add(name.text);
}

function introducedBy(s: Statement): Ident | undefined {
  if (s.kind === 'let') return s.name;
  return s.kind === 'assign' && s.target.kind === 'inline' ? s.target.name : undefined;
}

function statement(s: Statement, scope: CdScope): CodeTree {
  switch (s.kind) {
    case 'assign':
      return assignment(s, scope);
    case 'let':
      return letStatement(s, scope);
    case 'section':
      return section(s, scope);
    case 'if':
      return conditional(s, scope);
    case 'for':
      return loop(s, scope);
    case 'run':
      return codeOf(s.code, scope);
    default:
      return unreachable(s);
  }
}

/** The first tensor in the title of a section also names the arrays that the section introduces: `sgd_delta_w1`. */
function section({ title, body }: Section, scope: CdScope): CodeTree {
  const tensors: Tensor[] = [];
  const words = title.map(part => {
    if (part.kind === 'string') return part.parts.map(p => titleText(p, scope)).join('');
    const tensor = tensorAt(part, scope);
    tensors.push(tensor);
    return tensor.label ?? tensor.hint;
  });
  const inner = { ...scope, section: tensors[0] ?? scope.section };
  return { kind: 'section', title: plain(words.join(' ')), body: statements(body, inner) };
}

function titleText(part: StringLit['parts'][number], { holes }: CdScope): string {
  if ('text' in part) return part.text;
  const value = holes[part.index];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw wrongHole(value, part.span, 'a word or a number for the title');
}

/** Titles appear in comments, in file names and in C, so only characters without a meaning there are allowed. */
function plain(title: string): string {
  return title
    .replaceAll(/[^\w .,:+()=-]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function conditional(s: If, scope: CdScope): CodeTree {
  const condition = scope.holes[s.condition.index];
  if (typeof condition !== 'boolean') throw wrongHole(condition, s.condition.span, 'a boolean');
  return statements(condition ? s.then : s.else, scope);
}

function loop({ name, symbol: hole, body }: For, scope: CdScope): CodeTree {
  checkNew(name, scope);
  const symbol = symbolAt(hole, scope, 'loop over');
  if ([...scope.symbols.values()].includes(symbol)) {
    throw fail(
      'EINC0502',
      `a loop around this one already runs over \`${symbol.name}\``,
      hole.span,
    );
  }
  const symbols = new Map(scope.symbols).set(name.text, symbol);
  return { kind: 'repeat', symbol, body: statements(body, { ...scope, symbols }) };
}

function typedTarget(array: ArrayRef, { span }: Assign['target']): Typed {
  return { dtype: array.tensor.dtypeVar, text: array.label, span };
}

/** `let`: a new array, assigned here; several values for one cell are added. */
function letStatement({ name, value, logic, span }: Let, scope: CdScope): CodeTree {
  checkNew(name, scope);
  const own = subexpressions(value).find(e => e.kind === 'name' && e.name === name.text);
  if (own) throw unknownName(name.text, own.span, [...scope.names.keys()]);
  scope.names.set(name.text, letTensor(labelled(name, scope), name.span));
  const target = { kind: 'name', span: name.span, name: name.text } as const;
  const operator = { span: name.span, text: logic ? '=:+' : '=:' };
  try {
    return assignment({ kind: 'assign', target, operator, value, logic, span }, scope);
  } finally {
    scope.lets.add(name.text);
  }
}

/** A target: an array, or some of its cells. */
function partOf(target: Expr, scope: CdScope): Part {
  if (target.kind !== 'pick') return { array: targetOf(target, scope), picks: undefined };
  const part = { array: targetOf(target.object, scope), picks: picksIn(target, scope) };
  if (!hasComputedIndex(target, scope)) return part;
  const message = 'the part that is assigned is known when the template runs';
  throw fail('EINC0315', message, target.picksSpan);
}

function assignment(
  { target, operator, value, logic: written, span }: Assign,
  scope: CdScope,
): CodeTree {
  const operands = new Operands(scope);
  const [{ array: to, picks: targetPicks }, scalar] = both(
    () => operands.assigning(partOf(target, scope)),
    (): Scalar<ArrayRef> =>
      scalarOf(value, {
        operand: e => operands.add(e),
        allowsProducts: written !== undefined,
        isName: name => scope.names.has(name),
      }),
    scope.solver,
  );
  const logic = logicOf(written, value, operands, scope);
  const { op, reset } = assignOperator(operator);
  const shapes = [to.tensor.shape, ...operands.tensors.map(t => t.shape)];
  const result = { span: target.span, text: to.label, shape: to.tensor.shape };
  const use = { operator: operator.text, span: operator.span, operands: operands.shown(), result };
  const picks = [targetPicks, ...operands.picks];
  const over: Logic = picks.some(p => p) ? { kind: 'picked', logic, picks } : logic;
  scope.solver.post(constraintsOf(over, shapes, use));
  const projections = new OpenProjections(over, shapes, use);
  captureIn(logic, written, projections, scope);
  const how = { op, reset, keeps: targetPicks !== undefined && (op === 'set' || reset) };
  const done: OpenAssign = assign(access(to, 0), how, scalar, projections, [span]);
  inferAssign(done, {
    typed: array => operands.typed(array) ?? typedTarget(array, target),
    meeting: { operator: operator.text, span: operator.span },
    solver: scope.solver,
  });
  return sequenceOf([...operands.copies, { kind: 'assign', assign: done, needs: operands.needs }]);
}

/** `~logic:"bi => i" ["i"]`: sizes that `dim` may name from here on. */
function captureIn(
  logic: Logic,
  written: LogicLit | undefined,
  projections: OpenProjections,
  { captures, solver }: CdScope,
): void {
  if (logic.kind !== 'einsum' || !written) return;
  const found = capture(written.captures, logic.spec, projections, solver);
  found.forEach(([name, size]) => captures.set(name, size));
}
