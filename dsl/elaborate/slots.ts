/** `cd` code over the operands of an operation: `g1 =+ g * v2`. */
import { access, accessesOf, assign, type Scalar } from '../../compiler/index.ts';
import type { Slot, SlotAssign, SlotAxes } from '../graph/operation.ts';
import type { Assign, CdProgram, Let, LogicLit, Statement } from '../language/ast-cd.ts';
import type { Expr } from '../language/ast.ts';
import { assignOperator } from './assign-operator.ts';
import { assignedLet } from './cd-scope.ts';
import { functions } from '../ops/operations.ts';
import { both, Collector } from './collect.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { describe } from './hole.ts';
import { scalarOf } from './scalar.ts';
import { introduceOwn, ownSlot, type SlotScope } from './slot-arrays.ts';
import { subexpressions } from './walk.ts';

/** `v`, `t`, `lhs` are the result's value, `g` its gradient; with a number, an operand's. */
const slots: ReadonlyMap<string, Slot> = new Map(
  ['', '1', '2', '3'].flatMap((suffix, operand): (readonly [string, Slot])[] => [
    [`v${suffix}`, { part: 'value', operand }],
    [`t${suffix}`, { part: 'value', operand }],
    [operand === 0 ? 'lhs' : `rhs${suffix}`, { part: 'value', operand }],
    [`g${suffix}`, { part: 'grad', operand }],
  ]),
);

/** Whether code mentions slots: then it belongs to an operation and may mention nothing else. */
export function mentionsSlots({ body }: CdProgram): boolean {
  const introduced = new Set([
    ...body.flatMap(expressionsIn).flatMap(e => (e.kind === 'inline' ? [e.name.text] : [])),
    ...body.flatMap(namesIn),
  ]);
  return body
    .flatMap(expressionsIn)
    .some(e => e.kind === 'name' && slots.has(e.name) && !introduced.has(e.name));
}

function expressionsIn(s: Statement): readonly Expr[] {
  switch (s.kind) {
    case 'assign':
      return [s.target, s.value].flatMap(subexpressions);
    case 'let':
      return subexpressions(s.value);
    case 'section':
    case 'for':
      return s.body.flatMap(expressionsIn);
    case 'if':
      return [...s.then, ...s.else].flatMap(expressionsIn);
    case 'run':
      return subexpressions(s.code);
  }
}

/** Names of loops and of `let`. */
function namesIn(s: Statement): readonly string[] {
  switch (s.kind) {
    case 'let':
      return [s.name.text];
    case 'for':
      return [s.name.text, ...s.body.flatMap(namesIn)];
    case 'section':
      return s.body.flatMap(namesIn);
    case 'if':
      return [...s.then, ...s.else].flatMap(namesIn);
    case 'assign':
    case 'run':
      return [];
  }
}

export function elaborateSlots(
  { body }: CdProgram,
  holes: readonly unknown[],
): readonly SlotAssign[] {
  return slotStatements(body, { holes, own: new Map<string, Slot>(), lets: new Set<string>() });
}

function slotStatements(body: readonly Statement[], scope: SlotScope): readonly SlotAssign[] {
  const errors = new Collector();
  const assigns = body.map(s => {
    const made = errors.try(() => slotStatement(s, scope));
    if (!made) introduceAnyway(s, scope);
    return made?.value ?? [];
  });
  errors.finish();
  return assigns.flat();
}

/** Makes known the array that a wrong statement would have introduced, so that its uses are not reported as well. */
function introduceAnyway(s: Statement, { own }: SlotScope): void {
  const inline = s.kind === 'assign' && s.target.kind === 'inline' ? s.target : undefined;
  const name = s.kind === 'let' ? s.name : inline?.name;
  if (name && !own.has(name.text)) own.set(name.text, { part: 'value', operand: 0 });
}

function slotStatement(s: Statement, scope: SlotScope): readonly SlotAssign[] {
  switch (s.kind) {
    case 'assign':
      return [slotAssign(s, scope)];
    case 'let':
      return [slotLet(s, scope)];
    case 'if': {
      const condition = scope.holes[s.condition.index];
      if (typeof condition !== 'boolean') throw wrongHole(condition, s.condition.span, 'a boolean');
      return slotStatements(condition ? s.then : s.else, scope);
    }
    case 'section':
    case 'for':
    case 'run':
      throw fail('EINC0214', 'code about slots has only assignments, `let` and `if`', s.span);
  }
}

function slotAssign(
  { target, operator, value, logic, span }: Assign,
  scope: SlotScope,
): SlotAssign {
  checkNoLogic(logic);
  const [to, scalar] = both(
    () => targetSlot(target, scope),
    () => scalarIn(value, scope),
  );
  const over = axesOf(to, scalar);
  return assign(access(to, to.operand), assignOperator(operator), scalar, over, [span]);
}

function targetSlot(target: Expr, scope: SlotScope): Slot {
  if (target.kind === 'inline') return introduceOwn(target, scope);
  if (target.kind === 'name' && scope.lets.has(target.name)) throw assignedLet(target);
  const slot = slotOf(target, scope);
  if (slot) return slot;
  throw fail('EINC0214', 'code about slots assigns slots', target.span, { help: slotHelp });
}

/** Several values for one cell are added. */
function slotLet({ name, value, logic, span }: Let, scope: SlotScope): SlotAssign {
  checkNoLogic(logic);
  const [scalar, to] = both(
    () => scalarIn(value, scope),
    () => ownSlot(name, scope),
  );
  scope.lets.add(name.text);
  const over = axesOf(to, scalar);
  return assign(access(to, to.operand), { op: 'add', reset: true }, scalar, over, [span]);
}

/** Code that mentions an array of its own runs over the axes of the arrays that it mentions, and no others. */
function axesOf(to: Slot, value: Scalar<Slot>): SlotAxes | undefined {
  const read = accessesOf(value);
  const isOwn = to.own !== undefined || read.some(({ node }) => node.own);
  return isOwn ? { slots: [to.operand, ...read.map(({ slot }) => slot)] } : undefined;
}

function checkNoLogic(logic: LogicLit | undefined): void {
  if (!logic) return;
  const message = 'the logic of an operation is given once, to `defineOp`';
  throw fail('EINC0214', message, logic.text.span);
}

function scalarIn(value: Expr, scope: SlotScope): Scalar<Slot> {
  return scalarOf(value, {
    operand: e => operand(e, scope),
    allowsProducts: true,
    isName: name => slots.has(name) || scope.own.has(name),
  });
}

function operand(e: Expr, scope: SlotScope): Scalar<Slot> {
  if (e.kind === 'hole') {
    const value = scope.holes[e.index];
    if (typeof value === 'number') return { kind: 'const', value };
    throw fail(
      'EINC0214',
      `code about slots takes no tensors: this is ${describe(value)}`,
      e.span,
      {
        help: [
          'it is about whatever the operation is given: `v1`, `v2`, `v3`; or it takes numbers',
        ],
      },
    );
  }
  if (e.kind === 'apply' && e.callee.kind === 'name' && !slots.has(e.callee.name)) {
    throw unknownName(e.callee.name, e.callee.span, [], [...functions.keys()]);
  }
  const slot = slotOf(e, scope);
  if (slot) return access(slot, slot.operand);
  throw fail('EINC0214', 'this is not a slot', e.span, { help: slotHelp });
}

function slotOf(e: Expr, scope: SlotScope): Slot | undefined {
  if (e.kind === 'name') return scope.own.get(e.name) ?? slots.get(e.name);
  if (e.kind !== 'field') return undefined;
  const slot = slotOf(e.object, scope);
  if (e.field.text !== 'value' && e.field.text !== 'grad') return undefined;
  if (slot?.own) return e.field.text === 'value' ? slot : undefined;
  return slot && { part: e.field.text, operand: slot.operand };
}

const slotHelp = [
  'the slots are `v` (the value computed), `v1 v2 v3` (the operands), `g g1 g2 g3` (their gradients)',
];
