/** Random trees of both languages, without places: `bare` makes a parsed tree comparable. */
import fc, { type Arbitrary } from 'fast-check';

const word = fc.constantFrom('x', 'y1', 'w_2', '_', 'relu', 'lets', 'iffy', 'élan');
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

const name = word.map(text => ({ kind: 'name' as const, name: text }));
const captures = fc.array(
  word.map(text => ({ kind: 'string' as const, parts: [{ text }] })),
  { maxLength: 2 },
);

const basis = fc.option(ident, { nil: undefined, freq: 3 });
const dim = fc.record({ basis, size: fc.oneof(number, hole, name) });
const row = fc.record({ row: ident, dims: fc.array(dim, { maxLength: 3 }) });
const rows = fc.array(row, { maxLength: 3 });

const logic = fc.option(fc.record({ text: string, captures }), { nil: undefined });

const bound = fc.option(
  fc.record({ isNegative: fc.boolean(), size: fc.oneof(number, hole, name) }),
  { nil: undefined },
);

const trees = fc.letrec(tie => {
  const expr = tie('expr');
  const body = fc.array(tie('statement'), { maxLength: 3 });
  const kind = <K extends string>(name: K): Arbitrary<K> => fc.constant(name);
  return {
    expr: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      name,
      number,
      hole,
      fc.record({ kind: kind('field'), object: expr, field: ident }),
      fc.record({
        kind: kind('inline'),
        name: ident,
        init: fc.option(expr, { nil: undefined }),
        rows,
        dtypes: fc.array(fc.oneof(hole, name), { maxLength: 1 }),
      }),
      fc.record({
        kind: kind('prefix'),
        op: fc.constantFrom('-', '!@', '!.', '!..'),
        operand: expr,
      }),
      fc.record({
        kind: kind('infix'),
        op: fc.constantFrom(
          ...(['+', '-', '*', '*.', '/', '/.', '**', '**.', '%', '@|', '@^', '@-'] as const),
          ...(['<', '<=', '>', '>=', '==', '!=', '<>', '&&', '||'] as const),
          ...(['-@>', '-/>', '-?/', '-?^'] as const),
        ),
        left: expr,
        right: expr,
      }),
      fc.record({
        kind: kind('apply'),
        callee: expr,
        args: fc.array(expr, { maxLength: 3 }),
        rows: fc.constant([]),
      }),
      fc.record({
        kind: kind('apply'),
        callee: fc.constant({ kind: 'name', name: 'reshape' }),
        args: fc.tuple(expr),
        rows: fc.array(row, { minLength: 1, maxLength: 2 }),
      }),
      fc.record({
        kind: kind('pick'),
        object: expr,
        batch: fc.array(tie('item'), { maxLength: 2 }),
        input: fc.array(tie('item'), { maxLength: 2 }),
        output: fc.array(tie('item'), { maxLength: 3 }),
      }),
      fc.record({
        kind: kind('einsum'),
        op: fc.constantFrom('++', '@^^', '@--', '@**', '++^'),
        spec: string,
        operands: fc.tuple(expr),
        captures,
      }),
      fc.record({
        kind: kind('einsum'),
        op: fc.constantFrom('+*', '+++', '@^+', '@-+', '++^'),
        spec: string,
        operands: fc.oneof(fc.tuple(expr, expr), fc.tuple(expr, expr, expr)),
        captures,
      }),
      fc.oneof(
        fc.record({
          kind: kind('tensor'),
          row: fc.constantFrom('batch', 'output'),
          items: fc.array(expr, { minLength: 1, maxLength: 3 }),
          basis,
        }),
        fc.record({ kind: kind('tensor'), row: kind('input'), items: fc.tuple(expr, expr), basis }),
      ),
      fc.record({
        kind: kind('configure'),
        callee: expr,
        settings: fc.array(fc.record({ name: ident, value: fc.oneof(string, expr) }), {
          minLength: 1,
          maxLength: 2,
        }),
      }),
    ),
    item: fc.oneof(
      fc.constant({ kind: 'rest' }),
      fc.record({ kind: kind('at'), at: expr }),
      fc.record({ kind: kind('slice'), start: bound, stop: bound, step: bound }),
    ),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        kind: kind('assign'),
        target: expr,
        operator: fc.constantFrom('=:', '=+', '=**', '=:@^', '=?/').map(text => ({ text })),
        value: expr,
        logic,
      }),
      fc.record({ kind: kind('let'), name: ident, value: expr, logic }),
      fc.record({
        kind: kind('run'),
        code: fc.oneof(hole, name, fc.record({ kind: kind('field'), object: hole, field: ident })),
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
        settings: fc.option(fc.array(ident, { minLength: 1, maxLength: 3 }), { nil: undefined }),
        params: fc.option(fc.array(ident, { maxLength: 3 }), { nil: undefined }),
        body: trees.expr,
      })
      .map(definition =>
        definition.name ? definition : { ...definition, settings: undefined, params: undefined },
      ),
    { minLength: 1, maxLength: 3 },
  ),
});

export const randomCd = fc.record({
  kind: fc.constant('cd'),
  body: fc.array(trees.statement, { minLength: 1, maxLength: 4 }),
});

const label = fc.record({
  kind: fc.constant('label' as const),
  name: fc.constantFrom('i', 'j', 'β', 'row', 'c_2'),
  size: fc.option(fc.nat(40), { nil: undefined, freq: 4 }),
});
const fixed = fc.nat(40).map(index => ({ kind: 'fixed' as const, index }));
const factor = fc.integer({ min: 1, max: 4 });
/** Without a kernel an offset is less than the stride, and stride 1 alone is a label. */
const affine = fc
  .record({
    kind: fc.constant('affine' as const),
    over: label,
    stride: factor,
    kernel: fc.option(label, { nil: undefined }),
    dilation: factor,
    offset: fc.nat(3),
    isPadded: fc.boolean(),
  })
  .map(a => (a.kernel ? a : { ...a, stride: a.stride + 4, dilation: 1 }));
const axis = fc.oneof(
  label,
  fixed,
  fc.constant({ kind: 'any' as const }),
  affine,
  fc.record({
    kind: fc.constant('concat' as const),
    parts: fc.array(fc.oneof(label, fixed), { minLength: 2, maxLength: 3 }),
  }),
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
    ([key]) => !['span', 'opSpan', 'picksSpan'].includes(key) && !(isHole && key === 'index'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, bare(value)]));
}
