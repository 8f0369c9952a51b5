/** Lowered programs compute what the assignments say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  access,
  type Assign,
  type Code,
  type Scalar,
  scalarApply,
  scalarConst,
  sequence,
} from '../../../compiler/assign/ir.ts';
import { printRoutine } from '../../../compiler/assign/print.ts';
import { isSurjective, type Projections } from '../../../compiler/assign/projections.ts';
import type { Routine } from '../../../compiler/assign/routine.ts';
import { accessesOf, visitAssigns } from '../../../compiler/assign/traverse.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import type { Cells } from '../../../compiler/loop/interpret.ts';
import {
  allSigns,
  assignment,
  keeping,
  routineOf,
  type Space,
  staticSymbol,
} from '../../support/assignments.ts';
import { choices } from '../../support/choices.ts';
import { interpretRoutine } from '../../support/interpret-assignments.ts';
import { randomRoutine } from '../../support/random-routine.ts';
import {
  cornersFor,
  difference,
  type Input,
  inputFor,
  outputsOf,
} from '../../support/run-program.ts';

type Body = Code<TensorNode, Projections>;

const [batch, step] = [staticSymbol('batch', 2), staticSymbol('step')];
const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f32', dims);
const [x, y, s, m, t] = [node('x', 4), node('y', 4), node('s'), node('m', 3, 4), node('t', 4)];
const table = node('table', 2, 4);
const wide = tensorNode('wide', 'f64', [4]);
const x1 = access(x, 1);
const m1 = access(m, 1);

/** Batch 1, step 5, as `outputsOf` has it. */
function expected({ device, body, symbols }: Routine, input: Input): ReadonlyMap<string, Cells> {
  const memory = new Map(device.map(n => [n, input(n, 0)]));
  const settings = new Map(symbols.map(symbol => [symbol, symbol.name === 'batch' ? 1 : 5]));
  interpretRoutine({ body }, memory, settings);
  return new Map([...memory].map(([n, cells]) => [n.name, cells]));
}

function disagreement(routine: Routine, input: Input): string | undefined {
  return difference(expected(routine, input), outputsOf(lower(routine), 0, input));
}

const targets: readonly (readonly [title: string, space: Space, ...slots: string[]])[] = [
  ['each cell once', { axes: { i: 4 } }, 'i', '0, i'],
  ['each cell once, backwards', { axes: { i: 4 } }, '-1*i + 3', '0, i'],
  ['each cell often', { axes: { i: 4, j: 3 } }, 'i', 'ji'],
  ['each cell often, the target innermost in the text', { axes: { j: 3, i: 4 } }, 'i', 'ji'],
  ['some cells once', { axes: { i: 3 } }, 'i + 1', 'ii'],
  ['some cells often', { axes: { i: 2, j: 3 } }, '2*i', 'ji'],
  ['one cell once', { axes: {} }, '2', '1, 3'],
  ['one cell often', { axes: { j: 3 } }, '2', 'j0'],
  ['cells by two loops', { axes: { i: 2, j: 3 } }, 'i + j', 'ji'],
  ['each cell by a loop of one turn too', { axes: { i: 4, k: 1 } }, 'i', 'ki'],
  ['nothing', { axes: { i: 4, k: 0 } }, 'i', 'ki'],
];

const rows = targets.flatMap(([title, space, ...slots]) =>
  allSigns
    .filter(sign => sign !== '=:' || !/often|two loops/.test(title))
    .map(sign => [sign, title, assignment(y, sign, m1, space, ...slots)] as const),
);

test.each(rows)('y %s m, reaching %s', (_, __, code) => {
  for (const input of [inputFor, cornersFor]) {
    expect(disagreement(routineOf(code), input)).toBeUndefined();
  }
});

describe('routines', () => {
  const four = { axes: { i: 4 } };
  const slice: Space = { axes: { i: 4 }, symbols: [batch] };
  const fromTable = assignment(t, '=:', access(table, 1), slice, 'i', 'batch, i');
  const toY = assignment(y, '=+', access(t, 1), four, 'i', 'i');
  const stepValue: Scalar<TensorNode> = { kind: 'symbol', symbol: step };

  test.each<[title: string, code: Body]>([
    ['a constant', assignment(y, '=:', scalarConst(0.1), four, 'i')],
    ['a constant for some cells', assignment(y, '=:', scalarConst(-0), { axes: { i: 2 } }, 'i')],
    ['a sum of constants', assignment(s, '=:+', scalarConst(0.1), { axes: { i: 4 } }, '')],
    ['a local array', sequence([fromTable, toY])],
    ['a slice', assignment(y, '=:', access(table, 1), slice, 'i', 'batch, i')],
    ['a target that is a slice', assignment(table, '=:+', x1, slice, 'batch, i', 'i')],
    ['a target that is a slice and stays', assignment(table, '=+', x1, slice, 'batch, i', 'i')],
    [
      'a slice that is set in its place',
      keeping(assignment(table, '=:', x1, slice, 'batch, i', 'i')),
    ],
    [
      'a loop that puts slices, backwards',
      {
        kind: 'repeat',
        symbol: batch,
        body: keeping(assignment(table, '=:', x1, slice, '-1*batch + 1, i', 'i')),
      },
    ],
    [
      'some cells set, the others kept',
      keeping(assignment(y, '=:', x1, { axes: { i: 2 } }, 'i + 1', 'i')),
    ],
    ['the value of a symbol', assignment(y, '=+', stepValue, four, 'i')],
    ['a loop over a symbol', { kind: 'repeat', symbol: batch, body: sequence([fromTable, toY]) }],
    [
      'a loop over a symbol hides the one given, there only',
      sequence([
        { kind: 'repeat', symbol: batch, body: sequence([fromTable, toY]) },
        fromTable,
        toY,
      ]),
    ],
    ['a loop without a range runs not at all', { kind: 'repeat', symbol: step, body: toY }],
    ['a section', { kind: 'section', title: 'title', body: sequence([fromTable, toY]) }],
    [
      'what is read is what was written before',
      sequence([
        assignment(y, '=:', x1, four, 'i', 'i'),
        assignment(x, '=:', access(y, 1), four, 'i', '-1*i + 3'),
        assignment(y, '=+', x1, four, 'i', 'i'),
      ]),
    ],
    ['an update in place', assignment(x, '=:', scalarApply('mul', x1, x1), four, 'i', 'i')],
    [
      'an update that reads its target',
      assignment(x, '=-', scalarApply('mul', x1, x1), four, 'i', 'i'),
    ],
    [
      'a wider target',
      assignment(wide, '=:', scalarApply('mul', x1, scalarConst(0.1)), four, 'i', 'i'),
    ],
    [
      'a narrower target',
      assignment(y, '=:', scalarApply('mul', access(wide, 1), scalarConst(0.1)), four, 'i', 'i'),
    ],
    [
      'a choice by a number',
      assignment(
        y,
        '=:',
        scalarApply('where', x1, access(m, 2), scalarConst(7)),
        four,
        'i',
        'i',
        '0, i',
      ),
    ],
    [
      'a choice by a comparison',
      assignment(
        y,
        '=:',
        scalarApply('where', scalarApply('lt', x1, access(m, 2)), x1, scalarConst(1)),
        four,
        'i',
        'i',
        '0, i',
      ),
    ],
  ])('%s', (_, code) => {
    const routine = routineOf(code, [batch, step]);
    for (const input of [inputFor, cornersFor]) {
      expect(disagreement(routine, input)).toBeUndefined();
    }
  });
});

describe('random routines', () => {
  const runs = { numRuns: Number(process.env['EINC_RUNS'] ?? 300) };

  test('compute what the assignments say, to the last bit', () => {
    fc.assert(
      fc.property(choices(250), answers => {
        const routine = randomRoutine(answers);
        fc.pre(!readsWhatItResets(routine));
        for (const input of [inputFor, cornersFor]) {
          expect(disagreement(routine, input), printRoutine(routine)).toBeUndefined();
        }
      }),
      runs,
    );
  });

  /** What a reset leaves for the assignment itself to read is not said anywhere. */
  function readsWhatItResets({ body }: Routine): boolean {
    const found: Assign<TensorNode, Projections>[] = [];
    visitAssigns(body, a => {
      const { node: target } = a.target;
      const readsTarget = accessesOf(a.value).some(operand => operand.node === target);
      const resets = a.reset || (a.op === 'set' && !isSurjective(a, target.dims));
      if (readsTarget && resets) found.push(a);
    });
    return found.length > 0;
  }
});
