/** Adjoints, executed: what they compute is the derivative. */
import { describe, expect, test } from 'vitest';
import type { TallyOf } from '../../../compiler/assign/accumulation.ts';
import { adjointOf } from '../../../compiler/assign/adjoint.ts';
import {
  access,
  type Assign,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from '../../../compiler/assign/ir.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { cellsOf, type TensorNode } from '../../../compiler/core/tensor-node.ts';
import type { Cells } from '../../../compiler/loop/interpret.ts';
import { assignment } from '../../support/assignments.ts';
import {
  affine,
  all,
  batch,
  each,
  gradients,
  node,
  s,
  table,
  w,
  x,
  xb,
  y,
  yb,
} from '../../support/adjoint-setting.ts';
import { interpretRoutine } from '../../support/interpret-assignments.ts';
import { inputFor } from '../../support/run-program.ts';

type Row = Assign<TensorNode, Projections>;

const tallies = new Map<string, TensorNode>();
const tallyOf: TallyOf<TensorNode> = (n, what) => {
  const name = `${n.name}.${what}`;
  const tally = tallies.get(name) ?? node(name, ...n.dims);
  tallies.set(name, tally);
  return tally;
};
describe('gradients are difference quotients, whatever the subscripts', () => {
  const square = (slot: number): Scalar<TensorNode> =>
    scalarApply('mul', access(x, slot), access(x, slot));

  test.each<[title: string, forward: Row]>([
    ['a product of arrays', affine],
    ['a sum of everything', assignment(s, '=:+', square(1), each, '', 'i')],
    ['a broadcast', assignment(y, '=:', scalarApply('exp', access(s, 1)), each, 'i', '')],
    [
      'a slice',
      assignment(y, '=:', access(table, 1), { ...each, symbols: [batch] }, 'i', 'batch, i'),
    ],
    [
      'a transposed copy',
      assignment(table, '=:', access(w, 1), { axes: { i: 3, j: 2 } }, 'ji', 'ij'),
    ],
    ['a reversal', assignment(y, '=:', access(x, 1), each, 'i', '-1*i + 2')],
    [
      'a convolution',
      assignment(
        s,
        '=:+',
        scalarApply('mul', access(x, 1), access(xb, 2)),
        { axes: { i: 3, k: 2 } },
        '',
        'i',
        'i + k, k',
      ),
    ],
    ['a maximum', assignment(s, '=:@^', access(x, 1), each, '', 'i')],
    ['a minimum of sums', assignment(x, '=:@-', access(w, 1), { axes: { i: 3, j: 2 } }, 'i', 'ij')],
    ['a product', assignment(s, '=:*', access(x, 1), each, '', 'i')],
    ['a diagonal', assignment(x, '=:', access(yb, 1), each, 'i', 'ii')],
    ['a difference', assignment(y, '=:-', scalarApply('sin', access(x, 1)), each, 'i', 'i')],
    [
      'a quotient of a chosen operand',
      assignment(
        y,
        '=:',
        scalarApply(
          'div',
          scalarApply('max', access(x, 1), access(s, 2)),
          scalarApply('add', scalarConst(9), access(x, 1)),
        ),
        each,
        'i',
        'i',
        '',
      ),
    ],
  ])('%s', (_, forward) => {
    const adjoint = sequence(adjointOf(forward, all, tallyOf));
    const memory = filled();
    tallies.forEach(tally => memory.set(tally, new Float64Array(cellsOf(tally))));
    interpretRoutine({ body: forward }, memory, settings);
    const incoming = gradients.get(forward.target.node);
    if (incoming) memory.get(incoming)?.forEach((_, cell, cells) => (cells[cell] = weight(cell)));
    interpretRoutine({ body: adjoint }, memory, settings);
    for (const [operand, gradient] of gradients) {
      if (operand === forward.target.node) continue;
      memory.get(gradient)?.forEach((slope, cell) => {
        expect(slope, `${gradient.name}[${cell}]`).toBeCloseTo(quotient(forward, operand, cell), 6);
      });
    }
  });

  const settings = new Map([[batch, 1]]);

  /** All gradients are 0. */
  function filled(): Map<TensorNode, Cells> {
    const memory = new Map<TensorNode, Cells>();
    for (const [array, gradient] of gradients) {
      memory.set(
        array,
        inputFor(array, 3).map(value => value + 0.1),
      );
      memory.set(gradient, new Float64Array(cellsOf(gradient)));
    }
    return memory;
  }

  function quotient(forward: Row, operand: TensorNode, cell: number): number {
    const h = 1e-5;
    return (loss(forward, operand, cell, h) - loss(forward, operand, cell, -h)) / (2 * h);
  }

  /** The gradient of a cell of the target. */
  function weight(cell: number): number {
    return 1 + cell / 4;
  }

  function loss(forward: Row, operand: TensorNode, cell: number, by: number): number {
    const memory = filled();
    const cells = memory.get(operand);
    if (cells) cells[cell] = (cells[cell] ?? NaN) + by;
    interpretRoutine({ body: forward }, memory, settings);
    const target = [...(memory.get(forward.target.node) ?? [])];
    return target.reduce((sum, value, i) => sum + weight(i) * value, 0);
  }
});
