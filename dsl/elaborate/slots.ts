/** `cd` code about the operands of an operation: `g1 =+ g * v2`. */
import { access, assign, type Scalar } from '../../compiler/index.ts';
import type { Slot, SlotAssign } from '../graph/operation.ts';
import { slotAccess } from '../graph/operation.ts';
import type { Assign, CdProgram, Expr, Statement } from '../language/ast.ts';
import { assignOperator } from './assign-operator.ts';
import { functions } from '../ops/operations.ts';
import { both, each } from './collect.ts';
import { fail, unknownName, wrongHole } from './errors.ts';
import { describe } from './hole.ts';
import { scalarOf } from './scalar.ts';
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

/** Whether code mentions slots: then it is about an operation, and about nothing else. */
export function mentionsSlots({ body }: CdProgram): boolean {
  const introduced = new Set([
    ...body.flatMap(expressionsIn).flatMap(e => (e.kind === 'inline' ? [e.name.text] : [])),
    ...body.flatMap(loopNamesIn),
  ]);
  return body
    .flatMap(expressionsIn)
    .some(e => e.kind === 'name' && slots.has(e.name) && !introduced.has(e.name));
}

function expressionsIn(s: Statement): readonly Expr[] {
  switch (s.kind) {
    case 'assign':
      return [s.target, s.value].flatMap(subexpressions);
    case 'section':
    case 'for':
      return s.body.flatMap(expressionsIn);
    case 'if':
      return [...s.then, ...s.else].flatMap(expressionsIn);
    case 'run':
      return subexpressions(s.code);
  }
}

function loopNamesIn(s: Statement): readonly string[] {
  switch (s.kind) {
    case 'for':
      return [s.name.text, ...s.body.flatMap(loopNamesIn)];
    case 'section':
      return s.body.flatMap(loopNamesIn);
    case 'if':
      return [...s.then, ...s.else].flatMap(loopNamesIn);
    case 'assign':
    case 'run':
      return [];
  }
}

export function elaborateSlots(
  { body }: CdProgram,
  holes: readonly unknown[],
): readonly SlotAssign[] {
  return each(body, s => slotStatement(s, holes)).flat();
}

function slotStatement(s: Statement, holes: readonly unknown[]): readonly SlotAssign[] {
  switch (s.kind) {
    case 'assign':
      return [slotAssign(s, holes)];
    case 'if': {
      const condition = holes[s.condition.index];
      if (typeof condition !== 'boolean') throw wrongHole(condition, s.condition.span, 'a boolean');
      return each(condition ? s.then : s.else, inner => slotStatement(inner, holes)).flat();
    }
    case 'section':
    case 'for':
    case 'run':
      throw fail('EINC0214', 'code about slots has only assignments and `if`', s.span);
  }
}

function slotAssign(
  { target, operator, value, logic, span }: Assign,
  holes: readonly unknown[],
): SlotAssign {
  if (logic && logic.parts.length > 0) {
    throw fail('EINC0214', 'the logic of an operation is given once, to `defineOp`', logic.span);
  }
  const [to, scalar] = both(
    () => targetSlot(target),
    (): Scalar<Slot> =>
      scalarOf(value, {
        operand: e => operand(e, holes),
        allowsProducts: true,
        isName: name => slots.has(name),
      }),
  );
  return assign(access(to, to.operand), assignOperator(operator), scalar, undefined, [span]);
}

function targetSlot(target: Expr): Slot {
  const slot = slotOf(target);
  if (slot) return slot;
  throw fail('EINC0214', 'code about slots assigns slots', target.span, { help: slotHelp });
}

function operand(e: Expr, holes: readonly unknown[]): Scalar<Slot> {
  if (e.kind === 'hole') {
    const value = holes[e.index];
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
  const slot = slotOf(e);
  if (slot) return slotAccess(slot.part, slot.operand);
  throw fail('EINC0214', 'this is not a slot', e.span, { help: slotHelp });
}

function slotOf(e: Expr): Slot | undefined {
  if (e.kind === 'name') return slots.get(e.name);
  if (e.kind !== 'field') return undefined;
  const slot = slotOf(e.object);
  if (e.field.text !== 'value' && e.field.text !== 'grad') return undefined;
  return slot && { part: e.field.text, operand: slot.operand };
}

const slotHelp = [
  'the slots are `v` (the value computed), `v1 v2 v3` (the operands), `g g1 g2 g3` (their gradients)',
];
