/** The statements of a `cd` template to code. */
import { access, assign, type Scalar, unreachable } from '../../compiler/index.ts';
import { Code } from '../graph/code.ts';
import { type CodeTree, sequenceOf } from '../graph/code-tree.ts';
import { inferAssign, type Typed } from '../dtype/infer.ts';
import { OpenProjections } from '../graph/open-projections.ts';
import type { ArrayRef, OpenAssign, Tensor } from '../graph/tensor.ts';
import type { Assign, CdProgram, For, If, Section, Statement, StringLit } from '../language/ast.ts';
import type { TemplateSource } from '../language/template-source.ts';
import { constraintsOf, type Logic } from '../shape/logic.ts';
import { Solver } from '../shape/solve.ts';
import { assignOperator } from './assign-operator.ts';
import { Operands } from './cd-operands.ts';
import { logicOf } from './cd-logic.ts';
import {
  type CdScope,
  codeOf,
  hasComputedIndex,
  picksIn,
  symbolAt,
  targetOf,
  tensorAt,
} from './cd-scope.ts';
import { fail, wrongHole } from './errors.ts';
import { scalarOf } from './scalar.ts';
import { elaborateSlots, mentionsSlots } from './slots.ts';

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
      symbols: new Map(),
      section: undefined,
    };
    return Code.ofTree(statements(program.body, scope), program.span);
  });
}

function statements(body: readonly Statement[], scope: CdScope): CodeTree {
  return sequenceOf(body.map(s => statement(s, scope)));
}

function statement(s: Statement, scope: CdScope): CodeTree {
  switch (s.kind) {
    case 'assign':
      return assignment(s, scope);
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

/** The first tensor of the title also names what the section introduces: `sgd_delta_w1`. */
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

/** Titles go into comments, names of files and C: only characters that mean nothing there. */
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

function assignment(
  { target, operator, value, logic: written, span }: Assign,
  scope: CdScope,
): CodeTree {
  const isPart = target.kind === 'pick';
  const to = targetOf(isPart ? target.object : target, scope);
  const targetPicks = isPart ? picksIn(target, scope) : undefined;
  if (isPart && hasComputedIndex(target, scope)) {
    throw fail(
      'EINC0315',
      'the part that is assigned is known when the template runs',
      target.picksSpan,
    );
  }
  const operands = new Operands(scope, { array: to, picks: targetPicks });
  const scalar: Scalar<ArrayRef> = scalarOf(value, {
    operand: e => operands.add(e),
    allowsProducts: written !== undefined,
    isName: name => scope.names.has(name),
  });
  const logic = logicOf(written, value, operands, scope);
  const { op, reset } = assignOperator(operator);
  const shapes = [to.tensor.shape, ...operands.tensors.map(t => t.shape)];
  const result = { span: target.span, text: to.label, shape: to.tensor.shape };
  const use = { operator: operator.text, span: operator.span, operands: operands.shown(), result };
  const picks = [targetPicks, ...operands.picks];
  const over: Logic = picks.some(p => p) ? { kind: 'picked', logic, picks } : logic;
  scope.solver.post(constraintsOf(over, shapes, use));
  const projections = new OpenProjections(over, shapes, use);
  const how = { op, reset, keeps: isPart && (op === 'set' || reset) };
  const done: OpenAssign = assign(access(to, 0), how, scalar, projections, [span]);
  inferAssign(done, {
    typed: array => operands.typed(array) ?? typedTarget(array, target),
    meeting: { operator: operator.text, span: operator.span },
    solver: scope.solver,
  });
  return sequenceOf([...operands.copies, { kind: 'assign', assign: done, needs: operands.needs }]);
}
