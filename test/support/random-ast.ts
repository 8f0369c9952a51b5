/** Random trees of both languages, without places: `bare` makes a parsed tree comparable. */
import fc, { type Arbitrary } from 'fast-check';

const word = fc.constantFrom('x', 'y1', 'w_2', '_', 'relu', 'let', 'iffy', 'élan');
const ident = word.map(text => ({ text }));
const hole = fc.constant({ kind: 'hole' as const });
const number = fc
  .oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }))
  .map(value => ({ kind: 'number' as const, value: value === 0 ? 0 : value }));
const stringText = fc
  .string({ minLength: 1, unit: 'binary' })
  .map(text => text.replace(/["\n\r`\\$\u{E000}]/gu, 'i'))
  .map(text => ({ text }));
/** Two texts in a row would be read as one. */
const string = fc
  .array(fc.oneof(hole, stringText), { maxLength: 3 })
  .map(parts => parts.filter((part, i) => 'kind' in part || !('text' in (parts[i - 1] ?? {}))))
  .map(parts => ({ kind: 'string' as const, parts }));

const rows = fc.array(
  fc.record({ row: ident, dims: fc.array(fc.oneof(number, hole), { maxLength: 3 }) }),
  { maxLength: 3 },
);

const trees = fc.letrec(tie => {
  const expr = tie('expr');
  const body = fc.array(tie('statement'), { maxLength: 3 });
  const kind = <K extends string>(name: K): Arbitrary<K> => fc.constant(name);
  return {
    expr: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word.map(name => ({ kind: 'name', name })),
      number,
      hole,
      fc.record({ kind: kind('field'), object: expr, field: ident }),
      fc.record({
        kind: kind('inline'),
        name: ident,
        init: fc.option(expr, { nil: undefined }),
        rows,
      }),
      fc.record({
        kind: kind('prefix'),
        op: fc.constantFrom('-', '!@', '!.', '!..'),
        operand: expr,
      }),
      fc.record({
        kind: kind('infix'),
        op: fc.constantFrom('+', '-', '*', '*.', '/', '/.', '**', '**.', '@|'),
        left: expr,
        right: expr,
      }),
      fc.record({ kind: kind('apply'), callee: expr, args: fc.array(expr, { maxLength: 3 }) }),
      fc.record({
        kind: kind('einsum'),
        op: fc.constant('++'),
        spec: string,
        operands: fc.tuple(expr),
      }),
      fc.record({
        kind: kind('einsum'),
        op: fc.constant('+*'),
        spec: string,
        operands: fc.tuple(expr, expr),
      }),
    ),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        kind: kind('assign'),
        target: expr,
        operator: fc.constantFrom('=:', '=+', '=**', '=:@^', '=?/').map(text => ({ text })),
        value: expr,
        logic: fc.option(string, { nil: undefined }),
      }),
      fc.record({
        kind: kind('run'),
        code: fc.oneof(
          hole,
          word.map(name => ({ kind: 'name', name })),
          fc.record({ kind: kind('field'), object: hole, field: ident }),
        ),
      }),
      fc.record({
        kind: kind('section'),
        title: fc.array(fc.oneof(string, hole), { minLength: 1, maxLength: 3 }),
        body,
      }),
      fc.record({ kind: kind('if'), condition: hole, then: body, else: body }),
      fc.record({ kind: kind('for'), name: ident, symbol: hole, body }),
    ),
  };
});

export const randomOp = fc.record({
  kind: fc.constant('op'),
  definitions: fc.array(
    fc
      .record({
        kind: fc.constant('definition'),
        name: fc.option(ident, { nil: undefined }),
        params: fc.option(fc.array(ident, { maxLength: 3 }), { nil: undefined }),
        body: trees.expr,
      })
      .map(definition => (definition.name ? definition : { ...definition, params: undefined })),
    { minLength: 1, maxLength: 3 },
  ),
});

export const randomCd = fc.record({
  kind: fc.constant('cd'),
  body: fc.array(trees.statement, { minLength: 1, maxLength: 4 }),
});

const axis = fc.oneof(
  fc.constantFrom('i', 'j', 'β', 'row', 'c_2').map(name => ({ kind: 'label' as const, name })),
  fc.nat(40).map(index => ({ kind: 'fixed' as const, index })),
  fc.constant({ kind: 'any' as const }),
);
const axes = fc.array(axis, { maxLength: 3 });
const rowOf = (kind: string): Arbitrary<unknown> =>
  fc
    .record({
      lead: axes,
      rowVar: fc.option(fc.constantFrom({ text: kind }, { text: 'r' }), { nil: undefined }),
      trail: axes,
    })
    .map(row => (row.rowVar ? row : { ...row, trail: [] }));
const shape = fc.record({
  batch: rowOf('batch'),
  input: rowOf('input'),
  output: rowOf('output'),
});

export const randomSpec = fc.record({
  operands: fc.array(shape, { minLength: 1, maxLength: 3 }),
  result: shape,
});

/** Without places and without the numbers of holes, which follow from the order of the text. */
export function bare(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(bare);
  if (typeof tree !== 'object' || tree === null) return tree;
  const isHole = 'kind' in tree && tree.kind === 'hole';
  const kept = Object.entries(tree).filter(
    ([key]) => key !== 'span' && key !== 'opSpan' && !(isHole && key === 'index'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, bare(value)]));
}
