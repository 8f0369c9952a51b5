/**
 * How the axes of an operation's shapes correspond: each logic gives constraints.
 * They are used twice: with the tensors' shapes, to infer sizes, and with every axis of every
 * operand made distinct, to infer which axes share a loop.
 */
import type { StaticSymbol } from '../../compiler/index.ts';
import type { Spec } from '../language/ast-einsum.ts';
import type { Block } from './blocks.ts';
import { einsum, padding } from './einsum.ts';
import { type NewRows, reshaped } from './cells.ts';
import { indexed, type IndexedLogic } from './indexed.ts';
import { picked, type Picks, symbolsOfPicks } from './pick.ts';
import {
  type Constraint,
  dimVar,
  openShape,
  type Row,
  type RowKind,
  rowKinds,
  type Shape,
} from './row.ts';
import { ofResult, type Use, type Why } from './row.ts';
import { textOfTurn, turnConstraints, type Turns } from './turns.ts';

export type Logic =
  /** Each axis of the result corresponds to the same axis of every operand (pointwise). */
  | { readonly kind: 'pointwise' }
  /** The input axes of the first operand correspond to the output axes of the second (product). */
  | { readonly kind: 'compose' }
  /** Swaps input and output axes. */
  | { readonly kind: 'transpose' }
  | { readonly kind: 'einsum'; readonly spec: Spec; readonly text: string }
  /** One operand of an einsum, with the padding that the einsum's `=` axes need. */
  | { readonly kind: 'padding'; readonly spec: Spec; readonly operand: number }
  /** The index of the first batch axis is the value of a symbol. */
  | { readonly kind: 'slice'; readonly symbol: StaticSymbol }
  /** The index of an axis is the current iteration of a scan. */
  | { readonly kind: 'turn'; readonly turns: Turns }
  /** At positions that operands hold. */
  | IndexedLogic
  /** Some cells of the operand: `x[1:3]`. */
  | { readonly kind: 'pick'; readonly picks: Picks }
  /** The cells of some rows, in memory order, with other axes (`reshape`). */
  | { readonly kind: 'reshape'; readonly rows: NewRows }
  /** Another logic, over some cells of the operands that have picks; the result comes first. */
  | {
      readonly kind: 'picked';
      readonly logic: Logic;
      readonly picks: readonly (Picks | undefined)[];
    };

/** The symbols in its subscripts. */
export function symbolsOfLogic(logic: Logic): readonly StaticSymbol[] {
  switch (logic.kind) {
    case 'slice':
      return [logic.symbol];
    case 'turn':
      return [logic.turns.symbol];
    case 'pick':
      return symbolsOfPicks(logic.picks);
    case 'picked':
      return [
        ...symbolsOfLogic(logic.logic),
        ...logic.picks.flatMap(p => (p ? symbolsOfPicks(p) : [])),
      ];
    case 'pointwise':
    case 'compose':
    case 'transpose':
    case 'einsum':
    case 'padding':
    case 'reshape':
    case 'take':
    case 'scatter':
    case 'take-along':
    case 'put-along':
    case 'append':
      return [];
  }
}

/** As written in `cd`; empty if only the subscripts express it. */
export function textOf(logic: Logic): string {
  switch (logic.kind) {
    case 'pointwise':
      return '.';
    case 'compose':
      return '@';
    case 'transpose':
      return 'T';
    case 'einsum':
      return logic.text;
    case 'padding':
      return 'pad';
    case 'slice':
      return `@| ${logic.symbol.name}`;
    case 'turn':
      return textOfTurn(logic.turns);
    case 'pick':
      return logic.picks.text;
    case 'reshape':
      return 'reshape';
    case 'take':
    case 'scatter':
    case 'take-along':
    case 'put-along':
    case 'append':
    case 'picked':
      return '';
  }
}

/** `slots`: the result, then the operands. `block` selects the loops of that block. */
export function constraintsOf(
  logic: Logic,
  slots: readonly Shape[],
  use: Use,
  block?: Block,
): readonly Constraint[] {
  const [result, ...operands] = slots;
  if (!result) return [];
  switch (logic.kind) {
    case 'pointwise':
      return operands.flatMap((operand, i) =>
        rowKinds.map(row =>
          below(result, row, operand, row, ofResult(use, i, row, peerOf(i, use))),
        ),
      );
    case 'compose':
      return compose(result, operands, use);
    case 'transpose':
      return operands.flatMap(operand => transpose(result, operand, use));
    case 'einsum':
      return einsum(logic.spec, slots, { ...use, spec: logic.text }, block);
    case 'padding':
      return padding(logic.spec, logic.operand, slots, use);
    case 'slice':
      return operands.flatMap(operand => slice(result, operand, logic.symbol, use));
    case 'turn':
      return turnConstraints(logic.turns, slots, use);
    case 'take':
    case 'scatter':
    case 'take-along':
    case 'put-along':
    case 'append':
      return indexed(logic, slots, use, block);
    case 'pick':
      return operands.flatMap(operand => {
        return picked(logic.picks, operand, result, row => ofResult(use, 0, row));
      });
    case 'reshape':
      return operands.flatMap(operand => reshaped(logic.rows, operand, result, use));
    case 'picked': {
      const views = slots.map((_, i) => (logic.picks[i] ? openShape() : undefined));
      const inner = slots.map((shape, i) => views[i] ?? shape);
      return [
        ...slots.flatMap((shape, i) => {
          const [picks, view] = [logic.picks[i], views[i]];
          const whyOf = (row: RowKind): Why => ofPicks(picks, ofResult(use, i - 1, row));
          return picks && view ? picked(picks, shape, view, whyOf) : [];
        }),
        ...constraintsOf(logic.logic, inner, use, block),
      ];
    }
  }
}

/** Errors in a bracket are reported for the bracket itself. */
function ofPicks(picks: Picks | undefined, why: Why): Why {
  return { ...why, use: { ...why.use, operator: picks?.text ?? why.use.operator } };
}

function peerOf(operand: number, { operands }: Use): number | undefined {
  if (operands.length < 2) return undefined;
  return operand === 0 ? 1 : 0;
}

function below(result: Shape, at: RowKind, operand: Shape, from: RowKind, reason: Why): Constraint {
  return { kind: 'row-le', result: result[at], operand: operand[from], why: reason };
}

function compose(result: Shape, [a, b]: readonly Shape[], use: Use): readonly Constraint[] {
  if (!a || !b) return [];
  const meet: Why = {
    ...{ use, left: 0, right: 1, rows: ['input', 'output'] },
    ...{ peer: undefined, hides: true },
  };
  return [
    below(a, 'input', b, 'output', meet),
    below(result, 'batch', a, 'batch', ofResult(use, 0, 'batch', 1)),
    below(result, 'batch', b, 'batch', ofResult(use, 1, 'batch', 0)),
    below(result, 'input', b, 'input', ofResult(use, 1, 'input')),
    below(result, 'output', a, 'output', { ...ofResult(use, 0, 'output'), hides: true }),
  ];
}

function transpose(result: Shape, operand: Shape, use: Use): readonly Constraint[] {
  const swapped = (row: RowKind, from: RowKind): Constraint =>
    below(result, row, operand, from, { ...ofResult(use, 0, row), rows: [row, from] });
  return [swapped('batch', 'batch'), swapped('input', 'output'), swapped('output', 'input')];
}

function slice(
  result: Shape,
  operand: Shape,
  symbol: StaticSymbol,
  use: Use,
): readonly Constraint[] {
  const { lead, rest, trail } = result.batch;
  const sliced = { lead: [dimVar({ label: symbol.name, fixed: symbol }), ...lead], rest, trail };
  const equal = (a: Row, row: RowKind): Constraint => {
    return { kind: 'row-eq', a, b: operand[row], why: ofResult(use, 0, row) };
  };
  return [equal(sliced, 'batch'), equal(result.input, 'input'), equal(result.output, 'output')];
}
