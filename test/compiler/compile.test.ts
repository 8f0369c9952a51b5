import { expect, test } from 'vitest';
import { access, type Code, scalarApply, scalarConst, sequence } from '../../compiler/assign/ir.ts';
import type { Projections } from '../../compiler/assign/projections.ts';
import { compile } from '../../compiler/compile.ts';
import { type TensorNode, tensorNode } from '../../compiler/core/tensor-node.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Program } from '../../compiler/loop/ir.ts';
import { printProgram } from '../../compiler/loop/print.ts';
import { optimise } from '../../compiler/passes/index.ts';
import { InternalError } from '../../compiler/support/errors.ts';
import { assignment, routineOf } from '../support/assignments.ts';
import { bodyOf } from '../support/loop-text.ts';

const node = (name: string, ...dims: readonly number[]): TensorNode =>
  tensorNode(name, 'f32', dims);
const [x, w, y, t] = [node('x', 4), node('w', 3, 4), node('y', 3), node('t', 3)];

/** `t =:+ w * x; y =: 0.5 *. t`, a product of a matrix and a vector. */
const body: Code<TensorNode, Projections> = sequence([
  assignment(
    t,
    '=:+',
    scalarApply('mul', access(w, 1), access(x, 2)),
    { axes: { o: 3, i: 4 } },
    'o',
    'i->o',
    'i',
  ),
  assignment(
    y,
    '=:',
    scalarApply('mul', scalarConst(0.5), access(t, 1)),
    { axes: { o: 3 } },
    'o',
    'o',
  ),
]);
const routine = routineOf(body);

test('a routine is lowered, then optimised', () => {
  const compiled = compile(routine);
  expect(compiled.routine).toBe(routine);
  expect(printProgram(compiled.unoptimized)).toBe(printProgram(lower(routine)));
  expect(bodyOf(compiled.program)).toMatchInlineSnapshot(`
    "for o < 3 {
      local t: f32 := 0;
      for i < 4 {
        t := fma(w[o, i], x[i], t);
      }
      y[o] := 0.5 * t;
    }"
  `);
});

test('the same routine gives the same text each time', () => {
  const [first, second] = [compile(routine), compile(routine)];
  expect(printProgram(first.program)).toBe(printProgram(second.program));
});

test('the observer is called after each pass, with what it left', () => {
  const seen: { readonly name: string; readonly after: Program; readonly changed: boolean }[] = [];
  const { unoptimized, program } = compile(routine, {
    observe: ({ name }, after, changed) => seen.push({ name, after, changed }),
  });
  expect(seen.map(({ name }) => name)).toEqual(optimise.map(pass => pass.name));
  expect(seen.at(-1)?.after).toBe(program);
  const before = [unoptimized, ...seen.map(({ after }) => after)];
  expect(seen.map(({ changed }) => changed)).toEqual(
    seen.map(({ after }, i) => after !== before[i]),
  );
  expect(new Set(seen.map(({ changed }) => changed))).toEqual(new Set([true, false]));
});

test('without passes the program is as lowered', () => {
  const { unoptimized, program } = compile(routine, { passes: [] });
  expect(program).toBe(unoptimized);
});

test('a pass that breaks the program is reported by its name', () => {
  const forget = { name: 'forget', run: (p: Program): Program => ({ ...p, params: [] }) };
  expect(() => compile(routine, { passes: [...optimise, forget] })).toThrow(
    new InternalError('pass forget broke the program'),
  );
});

test('ill-formed assignments are not lowered', () => {
  const tooLong = assignment(y, '=:', access(t, 1), { axes: { o: 9 } }, 'o', 'o');
  expect(() => compile(routineOf(tooLong))).toThrow(
    /^ill-formed assignments\n- y\[o\] leaves axis 0: 3\n- t\[o\] leaves axis 0: 3\n\np\(\):\n/,
  );
});

test('neither are two arrays of one name', () => {
  const twin = assignment(y, '=:', access(node('y', 3), 1), { axes: { o: 3 } }, 'o', 'o');
  expect(() => compile(routineOf(twin))).toThrow(/^ill-formed loop IR\n- y is declared twice\n/);
});
