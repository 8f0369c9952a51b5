import { accessesOf, type Source, type Span, UserError } from '../compiler/index.ts';
import { isRecord } from './arguments.ts';
import { describe } from './elaborate/hole.ts';
import { checkResult } from './elaborate/spec.ts';
import { makeTensorFunction, type TensorFunction } from './elaborate/tensor-function.ts';
import { applyOperation } from './graph/apply.ts';
import { Code } from './graph/code.ts';
import type { Operation, OwnArray, Slot, SlotAssign } from './graph/operation.ts';
import { callSite } from './language/call-site.ts';
import { parseSpec } from './language/parse.ts';
import type { Logic } from './shape/logic.ts';

export interface OpDefinition {
  /** Names the op in errors and its results in dumps. */
  readonly name: string;
  /** How its operands meet: `.` pointwise (the default), `@` tensor product, or an einsum spec. */
  readonly logic?: string;
  /** Assigns the value `v` from the operands' values `v1`, `v2`, `v3`. */
  readonly forward: Code;
  /** Adds to the operands' gradients `g1`, … from `g`; derived from `forward` when left out. */
  readonly backward?: Code;
}

/**
 * An operation by its own code, to be used like any tensor function.
 *
 *   const mul = defineOp({
 *     name: 'mul',
 *     forward: cd`v =: v1 * v2`,
 *     backward: cd`g1 =+ g * v2; g2 =+ v1 * g`,
 *   });
 *   const y = op`${mul}(${a}, ${b})`;
 */
export function defineOp(definition: OpDefinition): TensorFunction {
  const span = callSite(defineOp);
  checkWords(definition, span);
  const { name, logic = '.', forward, backward } = definition;
  const operation: Operation = {
    operator: name,
    hint: name,
    logic: logicNamed(logic, span),
    forward: slotsOf(forward, 'forward', span),
    backward: backward && slotsOf(backward, 'backward', span),
  };
  checkForward(operation);
  checkBackward(operation);
  const arity = Math.max(0, ...operandsIn(operation.forward));
  checkArity(operation, arity, span);
  return makeTensorFunction({
    label: name,
    arity,
    params: {},
    body: (args, context, written) => applyOperation(operation, args, written, context),
  });
}

/** Types do not reach callers in JavaScript. */
function checkWords(given: unknown, span: Span): void {
  if (!isRecord(given)) {
    const what = '{ name, forward, … }';
    throw wrong(`\`defineOp\` takes an object, ${what}, not ${describe(given)}`, span);
  }
  const { name, logic } = given;
  if (typeof name !== 'string') {
    throw wrong(`the name of an op is a string, not ${describe(name)}`, span);
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw wrong(`"${name}" cannot name an op: use letters, digits and _`, span);
  }
  if (logic !== undefined && typeof logic !== 'string') {
    const what = '".", "@", "T" or an einsum spec in a string';
    throw wrong(`the logic of \`${name}\` is ${what}, not ${describe(logic)}`, span);
  }
}

function slotsOf(code: Code, field: 'forward' | 'backward', span: Span): readonly SlotAssign[] {
  // Types do not reach callers in JavaScript.
  const given: unknown = code;
  if (given instanceof Code && given.slots) return given.slots;
  throw wrong(`\`${field}\` must be about slots: ${example[field]}`, span);
}

const example = { forward: 'cd`v =: v1 * v2`', backward: 'cd`g1 =+ g * v2`' };

function operandsIn(code: readonly SlotAssign[]): readonly number[] {
  return code.flatMap(a => [a.target, ...accessesOf(a.value)].map(({ node }) => node.operand));
}

function checkForward({ forward, backward }: Operation): void {
  checkOwnArrays(forward);
  for (const a of forward) {
    const { own } = a.target.node;
    const read = accessesOf(a.value).map(({ node }) => node);
    if (!own && !isResult(a.target.node)) throw refused('`forward` assigns only `v`', a);
    if (read.some(({ part }) => part === 'grad')) throw refused('`forward` has no gradients', a);
    if (own && read.some(isResult)) {
      throw refused(`\`${own.name}\` is computed before \`v\`, so it cannot read it`, a);
    }
  }
  const ofResult = forward.filter(a => isResult(a.target.node));
  const [first] = forward;
  if (first && ofResult.length === 0) throw refused('`forward` never assigns `v`', first);
  ofResult.forEach((a, i) => {
    const read = accessesOf(a.value).map(({ node }) => node);
    const startsAnew = a.op === 'set' || a.reset;
    if (i === 0 && (!startsAnew || read.some(isResult))) {
      throw refused('`forward` starts from what an earlier run left in `v`', a, [
        'begin with `=:`, or to add up with `=:+`',
      ]);
    }
    if (i > 0 && !backward && (startsAnew || read.some(isResult))) {
      throw refused('the derivative of this `forward` does not follow from its code', a, [
        'use `=+` or `=-` after the first assignment and do not read `v`',
        'or give the op its own `backward`: cd`g1 =+ g * v2`',
      ]);
    }
  });
}

function checkBackward({ backward = [] }: Operation): void {
  checkOwnArrays(backward);
  for (const a of backward) {
    const { part, operand, own } = a.target.node;
    if (own) continue;
    if (part !== 'grad' || operand === 0) {
      throw refused('`backward` assigns only the gradients of operands: `g1`, `g2`, `g3`', a);
    }
    if (a.reset || (a.op !== 'add' && a.op !== 'sub')) {
      throw refused('`backward` adds to gradients: use `=+` or `=-`', a);
    }
  }
}

/** They hold nothing until the code itself has set them. */
function checkOwnArrays(code: readonly SlotAssign[]): void {
  const known = new Set<OwnArray>();
  for (const a of code) {
    const { own } = a.target.node;
    if (!own) continue;
    const startsAnew = a.op === 'set' || a.reset;
    const readsItself = accessesOf(a.value).some(({ node }) => node.own === own);
    if (!known.has(own) && (!startsAnew || readsItself)) {
      throw refused(`\`${own.name}\` holds nothing that could be used here`, a, [
        'begin with `=:`, or to add up with `=:+`',
      ]);
    }
    if (!startsAnew && a.op !== 'add' && a.op !== 'sub') {
      throw refused(`arrays of an operation are set or added to: use \`=:\`, \`=+\` or \`=-\``, a);
    }
    known.add(own);
  }
}

function isResult({ part, operand, own }: Slot): boolean {
  return part === 'value' && operand === 0 && own === undefined;
}

/** What is said about operands elsewhere must fit the number that `forward` reads. */
function checkArity({ backward = [], logic }: Operation, arity: number, span: Span): void {
  const reads = `\`forward\` reads ${arity === 1 ? '1 operand' : `${arity} operands`}`;
  const beyond = backward.find(a => operandsIn([a]).some(operand => operand > arity));
  if (beyond) throw refused(`${reads}, but \`backward\` is about more`, beyond);
  const takes = { compose: 2, transpose: 1 };
  const wanted =
    logic.kind === 'einsum'
      ? logic.spec.operands.length
      : logic.kind === 'compose' || logic.kind === 'transpose'
        ? takes[logic.kind]
        : arity;
  if (wanted !== arity) throw wrong(`${reads}, but its logic is about ${wanted}`, span);
}

/** Shows the assignment itself. */
function refused(
  message: string,
  { origins }: SlotAssign,
  help: readonly string[] = [],
): UserError {
  const labels = origins.slice(0, 1).map(span => ({ span }));
  return new UserError({ code: 'EINC0219', message, labels, help });
}

function logicNamed(text: string, { source, start, end }: Span): Logic {
  if (text === '.') return { kind: 'pointwise' };
  if (text === '@') return { kind: 'compose' };
  if (text === 'T') return { kind: 'transpose' };
  // The string is not a template: errors in it show the call.
  const call: Source = { locate: () => source.locate(start) };
  const span = { source: call, start, end };
  const spec = parseSpec({ kind: 'string', span, parts: [{ span, text }] }, () => '');
  checkResult(spec);
  return { kind: 'einsum', spec, text };
}

function wrong(message: string, span: Span): UserError {
  return new UserError({ code: 'EINC0219', message, labels: [{ span }] });
}
