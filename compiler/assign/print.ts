/**
 * Assignments as text, in the syntax of `cd`:
 *
 *   scalar_loss_gradient_then_gd_update(batch : [0..79], step):
 *     # "scalar_loss gradient";
 *     moons_class =: moons_classes @| batch;
 *     matmul =:+ w1 * moons_input ~logic:"@";
 */
import { shortest } from '../core/dtype.ts';
import { printIndex } from '../core/index-expr.ts';
import { infoOf, type Op, ops } from '../core/op.ts';
import type { StaticSymbol } from '../core/static-symbol.ts';
import type { TensorNode } from '../core/tensor-node.ts';
import { unreachable } from '../support/errors.ts';
import { Writer } from '../support/writer.ts';
import type { Access, Assign, Code, Position, Scalar, ScalarApply } from './ir.ts';
import { isInjective, type Projections, specOf, subscriptOf } from './projections.ts';
import type { Routine } from './routine.ts';
import { readsOf } from './traverse.ts';

export function printRoutine({ name, symbols, body }: Routine): string {
  const w = new Writer();
  w.line(`${name}(${symbols.map(printSymbol).join(', ')}):`);
  w.indented(() => printCode(body, w));
  return w.toString();
}

export function printSymbol({ name, range }: StaticSymbol): string {
  return range === undefined ? name : `${name} : [0..${range - 1}]`;
}

function printCode(code: Code<TensorNode, Projections>, w: Writer): void {
  switch (code.kind) {
    case 'sequence':
      code.body.forEach(child => printCode(child, w));
      return;
    case 'section':
      w.line(`# "${code.title}";`);
      printCode(code.body, w);
      return;
    case 'repeat':
      w.line(`for ${code.symbol.name} < ${code.symbol.range ?? '?'} (`);
      w.indented(() => printCode(code.body, w));
      w.line(');');
      return;
    case 'assign':
      w.line(`${printAssign(code)};`);
      return;
    default:
      unreachable(code);
  }
}

const signs: Readonly<Record<Assign<TensorNode, Projections>['op'], string>> = {
  set: '',
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  pow: '**',
  max: '@^',
  min: '@-',
  and: '&&',
  or: '||',
  relu_gate: '?/',
  sat01_gate: '?^',
};

export function printAssign(a: Assign<TensorNode, Projections>): string {
  const sign = a.op === 'set' ? '=:' : `=${a.reset ? ':' : ''}${signs[a.op]}`;
  const logic = logicOf(a);
  const value = printScalar(a.value, logic === '.');
  if (assignsSlice(a)) return `${a.target.node.name} ${a.projections.logic} ${sign} ${value}`;
  const target = targetOf(a, logic === '.');
  if (logic.startsWith('@|')) return `${target} ${sign} ${value} ${logic}`;
  if (logic.startsWith('[')) return `${target} ${sign} ${value}${logic}`;
  return `${target} ${sign} ${value}${logic === '.' ? '' : ` ~logic:"${logic}"`}`;
}

/** An assignment to a slice: `ys @| t =: y`. */
function assignsSlice({ keeps, target, projections }: Assign<TensorNode, Projections>): boolean {
  return keeps && target.slot !== 0 && projections.logic.startsWith('@|');
}

/** The target, with its subscript if other cells keep their values. */
function targetOf(a: Assign<TensorNode, Projections>, dotted: boolean): string {
  const { node, slot } = a.target;
  if (!a.keeps) return printAccess(a.target, dotted);
  return `${node.name}[${subscriptOf(a, slot)
    .map(ix => printIndex(ix))
    .join(', ')}]`;
}

/** The logic as written if the slots are in that order; otherwise derived from the subscripts. */
function logicOf(a: Assign<TensorNode, Projections>): string {
  const slots = readsOf(a).map(access => access.slot);
  const asWritten = a.target.slot === 0 && slots.every((slot, i) => slot === i + 1);
  if (asWritten && a.projections.logic !== '') return a.projections.logic;
  const pointwise = a.projections.logic === '.' && isInjective(a);
  return pointwise ? '.' : specOf(a.projections, slots, a.target.slot);
}

/** Without a dot these could mean a product of tensors. */
const needsDot: ReadonlySet<Op> = new Set<Op>(['mul', 'div', 'pow']);

/** Pointwise code needs no `~logic` when its products are written with the dotted operators. */
function printScalar(scalar: Scalar<TensorNode>, dotted: boolean, level = 0): string {
  switch (scalar.kind) {
    case 'const':
      return printConst(scalar.value, level);
    case 'symbol':
      return `!@${scalar.symbol.name}`;
    case 'position':
      return printPosition(scalar);
    case 'access':
      return printAccess(scalar, dotted);
    case 'apply':
      return printApply(scalar, dotted, level);
    default:
      return unreachable(scalar);
  }
}

function printApply({ op, args }: ScalarApply<TensorNode>, dotted: boolean, level: number): string {
  const { sign, precedence = 0 } = infoOf(op);
  if (sign === undefined) return `${op}(${args.map(a => printScalar(a, dotted)).join(', ')})`;
  const levels = operandLevels(op, precedence);
  const [left = '', right = ''] = args.map((a, i) => printScalar(a, dotted, levels[i]));
  const text = `${left} ${sign}${dotted && needsDot.has(op) ? '.' : ''} ${right}`;
  return precedence < level ? `(${text})` : text;
}

/** Powers group to the right, comparisons not at all, all else to the left. */
function operandLevels(op: Op, precedence: number): readonly number[] {
  if (op === 'pow') return [precedence + 1, precedence];
  const { result, ofConditions = false } = infoOf(op);
  if (result === 'bool' && !ofConditions) return [ops.add.precedence, ops.add.precedence];
  return [precedence, precedence + 1];
}

/** `table[ids]`: at the positions that `ids` holds. */
function printAccess({ node, at }: Access<TensorNode>, dotted: boolean): string {
  if (at.length === 0) return node.name;
  return `${node.name}[${at.map(a => printScalar(a, dotted)).join(', ')}]`;
}

/** The operand whose cell it is, then the axis: `position(0, output, -1)`. */
function printPosition({ slot, axis }: Position): string {
  return `position(${[slot, ...(axis ? [axis.row, axis.at] : [])].join(', ')})`;
}

/** A sign binds looser than a power. */
function printConst(value: number, level: number): string {
  const text = shortest('f64', value);
  return text.startsWith('-') && level > ops.pow.precedence ? `(${text})` : text;
}
