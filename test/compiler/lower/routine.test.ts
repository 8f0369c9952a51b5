import { describe, expect, test } from 'vitest';
import { access, type Code, scalarApply, sequence } from '../../../compiler/assign/ir.ts';
import type { Projections } from '../../../compiler/assign/projections.ts';
import { type TensorNode, tensorNode } from '../../../compiler/core/tensor-node.ts';
import { lower } from '../../../compiler/lower/lower.ts';
import { printProgram } from '../../../compiler/loop/print.ts';
import { verify } from '../../../compiler/loop/verify.ts';
import { InternalError } from '../../../compiler/support/errors.ts';
import type { Span } from '../../../compiler/support/source.ts';
import { assignment, routineOf, staticSymbol } from '../../support/assignments.ts';
import { bodyOf, dedent } from '../../support/loop-text.ts';

type Body = Code<TensorNode, Projections>;

const [batch, step] = [staticSymbol('batch', 3), staticSymbol('step')];
const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f32', dims);
const [x, y, s, m, t] = [node('x', 4), node('y', 4), node('s'), node('m', 3, 4), node('t', 4)];
const x1 = access(x, 1);
const four = { axes: { i: 4 } };
const reduced = { axes: { j: 3, i: 4 } };

function lowered(body: Body): string {
  const program = lower(routineOf(body, [batch, step]));
  verify(program);
  return bodyOf(program);
}

describe('a routine', () => {
  test('has the names of its symbols and arrays, device arrays first', () => {
    const body = sequence<TensorNode, Projections>([
      assignment(t, '=:', x1, four, 'i', 'i'),
      assignment(y, '=:', access(t, 1), four, 'i', 'i'),
    ]);
    expect(printProgram(lower(routineOf(body, [batch, step])))).toBe(
      `${dedent(`
        p(batch : [0..2], step):
          device x: f32[4], y: f32[4];
          local t: f32[4];
          for i < 4 {
            t[i] := x[i];
          }
          for i < 4 {
            y[i] := t[i];
          }
      `)}\n`,
    );
  });

  test('gives each loop a name of its own, which is no array’s', () => {
    const i = node('i', 4);
    const body = sequence<TensorNode, Projections>([
      assignment(i, '=:', x1, four, 'i', 'i'),
      assignment(i, '=:', x1, four, 'i', 'i'),
    ]);
    const program = lower(routineOf(body));
    expect(program.body).toMatchObject({ body: [{ loop: 'i2' }, { loop: 'i3' }] });
  });

  test('titles become comments, repeats loops over their symbols', () => {
    const slice = { axes: { i: 4 }, symbols: [batch] };
    const body = sequence<TensorNode, Projections>([
      {
        kind: 'section',
        title: 'an epoch',
        body: {
          kind: 'repeat',
          symbol: batch,
          body: assignment(
            y,
            '=+',
            scalarApply('mul', access(m, 1), { kind: 'symbol', symbol: batch }),
            slice,
            'i',
            'batch, i',
          ),
        },
      },
      assignment(y, '=+', access(m, 1), slice, 'i', 'batch, i'),
    ]);
    expect(lowered(body)).toBe(
      dedent(`
        /* an epoch */
        for batch < 3 {
          for i < 4 {
            y[i] += m[batch, i] * f32(batch);
          }
        }
        for i < 4 {
          y[i] += m[batch, i];
        }
      `),
    );
  });

  test('a symbol that nothing binds is a fault of ours, in a subscript or as a value', () => {
    const inSubscript = assignment(
      y,
      '=+',
      access(m, 1),
      { ...four, symbols: [batch] },
      'i',
      'batch, i',
    );
    const asValue = assignment(s, '=+', { kind: 'symbol', symbol: step }, { axes: {} }, '');
    expect(() => lower(routineOf(inSubscript))).toThrow(
      new InternalError('static symbol batch is not bound'),
    );
    expect(() => lower(routineOf(asValue))).toThrow(
      new InternalError('static symbol step is not bound'),
    );
  });

  test('every statement and expression has the places of its assignment', () => {
    const span: Span = {
      source: { locate: () => ({ file: '', line: 1, column: 1, text: '' }) },
      start: 0,
      end: 1,
    };
    const sum = assignment(y, '=:+', access(m, 1), reduced, 'i', 'ji');
    const { body } = lower(routineOf({ ...sum, origins: [span] }));
    expect(body).toMatchObject({
      body: [
        { kind: 'fill', origins: [span] },
        { body: { body: { kind: 'accumulate', origins: [span], value: { origins: [span] } } } },
      ],
    });
  });
});
