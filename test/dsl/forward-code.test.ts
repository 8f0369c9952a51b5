/** Where forward code runs: before the first use of a value, and where the code says so. */
import { expect, test } from 'vitest';
import { printRoutine } from '../../compiler/index.ts';
import { cd, op, symbol, tensor } from '../../dsl/index.ts';
import type { Code } from '../../dsl/graph/code.ts';

/** The assignments alone, one a line, without what follows `~`. */
function assignmentsOf(code: Code): string {
  const { routine } = code.settle({ dtype: 'f32', keep: [], name: 'r' });
  const lines = printRoutine(routine).split('\n').slice(1);
  return lines
    .map(line => line.replace(/^ {2}|;$| ~logic.*/g, ''))
    .join('\n')
    .trim();
}

const w = () => op`{ w; o = [2] }`;

test('a use computes a value that nothing has computed, and what that needs', () => {
  const a = op`a = ${w()} *. 2`;
  const b = op`b = ${a} + 1`;
  expect(assignmentsOf(cd`{ y } =: ${b}; { z } =: ${a} + ${b}`)).toMatchInlineSnapshot(`
    "a =: w *. 2
    b =: a + 1
    y =: b
    z =: a + b"
  `);
});

test('a use after an update takes the value that the update came from', () => {
  const p = w();
  const a = op`a = ${p} *. 2`;
  expect(assignmentsOf(cd`${p} =- ${a}; { y } =: ${a}`)).toMatchInlineSnapshot(`
    "a =: w *. 2
    w =- a
    y =: a"
  `);
});

test('nor is it computed again for another value', () => {
  const p = w();
  const a = op`a = ${p} *. 2`;
  const b = op`b = ${a} + 1`;
  expect(assignmentsOf(cd`${p} =- ${a}; { y } =: ${b}`)).toMatchInlineSnapshot(`
    "a =: w *. 2
    w =- a
    b =: a + 1
    y =: b"
  `);
});

test('`.forward` computes it again, but only what has changed', () => {
  const [p, q] = [w(), op`{ q; o = [2] }`];
  const a = op`a = ${p} *. 2`;
  const b = op`b = ${q} *. 3`;
  const c = op`c = ${a} + ${b}`;
  const code = cd`${c}.forward; ${p} =- ${c}; ${c}.forward; ${c}.forward`;
  expect(assignmentsOf(code)).toMatchInlineSnapshot(`
    "a =: w *. 2
    b =: q *. 3
    c =: a + b
    w =- c
    a =: w *. 2
    c =: a + b"
  `);
});

test('in a loop, what depends on its symbol is computed each turn', () => {
  const data = tensor(new Float32Array(6), { label: 'data', batch: [3], output: [2] });
  const i = symbol('i', 3);
  const x = op`x = ${data} @| ${i}`;
  const code = cd`{ y } =: ${x}; for i in ${i} ( { z } =+ ${x} ); { last } =: ${x}`;
  expect(assignmentsOf(code)).toMatchInlineSnapshot(`
    "x =: data @| i
    y =: x
    for i < 3 (
      x =: data @| i
      z =+ x
    )
    last =: x"
  `);
});

test('in a loop, `.forward` computes what an earlier turn has changed; a use does not', () => {
  const p = w();
  const a = op`a = ${p} *. 2`;
  const i = symbol('i', 3);
  expect(assignmentsOf(cd`${a}.forward; for i in ${i} ( ${p} =- ${a} )`)).toMatchInlineSnapshot(`
    "a =: w *. 2
    for i < 3 (
      w =- a
    )"
  `);
  expect(assignmentsOf(cd`${a}.forward; for i in ${i} ( ${a}.forward; ${p} =- ${a} )`))
    .toMatchInlineSnapshot(`
    "a =: w *. 2
    for i < 3 (
      a =: w *. 2
      w =- a
    )"
  `);
});

test('after a loop, `.forward` computes what the last turn changed', () => {
  const p = w();
  const a = op`a = ${p} *. 2`;
  const i = symbol('i', 3);
  const code = cd`for i in ${i} ( ${a}.forward; ${p} =- ${a} ); ${a}.forward`;
  expect(assignmentsOf(code)).toMatchInlineSnapshot(`
    "for i < 3 (
      a =: w *. 2
      w =- a
    )
    a =: w *. 2"
  `);
});
