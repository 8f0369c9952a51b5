/** A template that fails leaves no trace: what comes after it is as if it had not been. */
import { expect, test } from 'vitest';
import { UserError } from '../../../compiler/index.ts';
import { cd, op, type Tensor, tensor } from '../../../dsl/index.ts';
import { closeShapes } from '../../../dsl/shape/close.ts';
import { printShape } from '../../../dsl/shape/print.ts';
import { zeros } from '../../support/shapes.ts';

const [x3, x5] = [zeros('3', 'x3'), zeros('5', 'x5')];

test.each([
  ['a size', (w: Tensor) => op`(${w} + ${x3}) + ${x5}`],
  ['an axis of a product', (w: Tensor) => op`(${w} * ${x3}) + (${w} * ${x5})`],
  ['a row of a spec', (w: Tensor) => op`(${w} ++ "i j => i") + (${w} ++ "i => i")`],
  ['a hole', (w: Tensor) => op`(${w} + ${x3}) + ${''}`],
  ['code', (w: Tensor) => cd`${w} =: ${x3}; ${w} =: ${x5}`],
  ['an unknown name', (w: Tensor) => cd`${w} =: ${x3}; y =: ${w}`],
])('%s', (_, fails) => {
  const w = op`{ w }`;
  expect(() => fails(w)).toThrow();
  expect(printShape(w.shape)).toBe('… -> …');
  const y = op`${w} + ${x5}`;
  closeShapes([y.shape, w.shape]);
  expect(printShape(w.shape)).toBe('5');
});

test('a part that fails leaves no trace in the rest', () => {
  const [w, x] = [op`{ w }`, op`[1, 2, 3]`];
  const [ids, wide] = [
    tensor(new Int32Array([1, 2, 3]), { label: 'ids' }),
    tensor([1, 2, 3], { label: 'wide', dtype: 'f64' }),
  ];
  // What each part does before it fails, of shapes and of dtypes, is undone before the next begins.
  const fails = (): unknown =>
    op`z = { v } + ${x5}; a = ${w} + ${x5} + q; b = ${x} + ${ids} + r; c = ${w} + ${x} + ${wide}; d = c + s`;
  expect(unknownIn(fails)).toEqual(['q', 'r', 's']);
  expect([printShape(w.shape), w.dtype, x.dtype]).toEqual(['… -> …', undefined, undefined]);
  const y = op`${w} + ${x} + ${wide}`;
  expect([y, w, x].map(t => t.dtype)).toEqual(['f64', 'f64', 'f64']);
});

/** The names that are not known. */
function unknownIn(fails: () => unknown): readonly (string | undefined)[] {
  try {
    fails();
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map(d => d.unknownName ?? d.message);
  }
  return [];
}

test('nor does a shape that cannot be closed', () => {
  const hidden = op`{ w } * ${x3}`;
  expect(() => closeShapes([hidden.shape])).toThrow('EINC0303');
  expect(printShape(hidden.param('w').shape)).toBe('…, 3 -> …');
  const y = op`${hidden} + ${x5}`;
  closeShapes([y.shape, hidden.shape]);
  expect(printShape(hidden.shape)).toBe('5');
});
