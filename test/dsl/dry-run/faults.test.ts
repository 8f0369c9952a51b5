import { describe, expect, test } from 'vitest';
import { UserError } from '../../../compiler/index.ts';
import { faultsOf, type HoleType, type Language, read } from '../../../dsl/dry-run/index.ts';
import { sourceOf } from '../../support/template.ts';

type Kind = HoleType['kind'];

/** What is wrong with a template whose holes, `${…}`, are of these types. */
function faults(
  language: Language,
  text: string,
  ...types: readonly (HoleType | Exclude<Kind, 'union' | 'foreign' | 'layer'>)[]
): readonly string[] {
  const source = sourceOf(text);
  const program = read(language, source);
  if (program instanceof UserError) return program.diagnostics.map(({ message }) => message);
  const expressions = Array.from(text.matchAll(/\$\{([^}]*)\}/g), m => m[1] ?? '');
  const holes = expressions.map((expression, i) => {
    const type = types[i] ?? 'tensor';
    const full = typeof type === 'string' ? ({ kind: type } as HoleType) : type;
    return { type: full, typeText: () => full.kind.toUpperCase(), expression };
  });
  return faultsOf(program, source, holes).map(({ code, message }) => `${code} ${message}`);
}

const union = (...members: readonly HoleType[]): HoleType => ({ kind: 'union', members });
const wrong = (type: string, wanted: string): string =>
  `EINC0202 this hole holds ${type}, but ${wanted} must stand here`;
const aValue = 'a tensor, a number or a tensor function';

describe('what a hole may hold, by where it stands', () => {
  test.each<[string, Language, string, readonly (HoleType | 'any')[], readonly string[]]>([
    ['a tensor', 'op', '${x} + 1', [{ kind: 'tensor' }], []],
    ['a number', 'op', '${x} + 1', [{ kind: 'number' }], []],
    ['anything', 'op', '${x} + ${f}(${y})', ['any', 'any', 'any'], []],
    ['what a template made', 'op', '${f}(${y})', [{ kind: 'made' }, { kind: 'made' }], []],
    ['a word', 'op', '${x} + 1', [{ kind: 'string' }], [wrong('a value of type `STRING`', aValue)]],
    ['code', 'op', '${x} + 1', [{ kind: 'code' }], [wrong('code', aValue)]],
    [
      'a gradient',
      'op',
      '${x} + 1',
      [{ kind: 'array-ref' }],
      [wrong('the grad of a tensor', aValue)],
    ],
    [
      'numbers of a first value',
      'op',
      '{ w = uniform(${low}, ${high}) }',
      ['any', { kind: 'number' }],
      [],
    ],
    ['a gradient in code', 'cd', '${g} =: 1', [{ kind: 'array-ref' }], []],
    ['a step', 'op', 'scan(${step}, 0, ${x})', [{ kind: 'function' }, { kind: 'tensor' }], []],
    [
      'a step of one operand',
      'op',
      'scan(${step}, 0, ${x})',
      [{ kind: 'function', arity: 1 }],
      ['EINC0207 `step` takes 1 argument, not 2'],
    ],
    ['a dtype', 'op', '{ w; dtype = ${d} }', [{ kind: 'string', value: 'bf16' }], []],
    [
      'one of some dtypes',
      'op',
      '{ w; dtype = ${d} } + { v; dtype = f16 }',
      [{ kind: 'string' }],
      [],
    ],
    [
      'a word for a dtype',
      'op',
      '{ w; dtype = ${d} }',
      [{ kind: 'string', value: 'float' }],
      ['EINC0208 the string "float" is not a dtype'],
    ],
    [
      'a setting handed on',
      'op',
      'f(~n)(x) = { w; o = [n] } *. x; g(~n)(x) = f(~n: n)(x); y = g(~n: 3)(${x})',
      ['any'],
      [],
    ],
    ['a symbol', 'op', '${x} @| ${i}', [{ kind: 'tensor' }, { kind: 'symbol' }], []],
    [
      'a number for a symbol',
      'op',
      '${x} @| ${i}',
      [{ kind: 'tensor' }, { kind: 'number' }],
      [wrong('the number 1', 'a static symbol')],
    ],
    [
      'a symbol for its value',
      'op',
      '${x} + ${i}',
      [{ kind: 'tensor' }, { kind: 'symbol' }],
      [wrong('a static symbol', aValue)],
    ],
    ['a tensor where code is run', 'cd', '${x}', [{ kind: 'tensor' }], [wrong('a tensor', 'code')]],
    ['a list of code', 'cd', '${steps}', [{ kind: 'codes' }], []],
    [
      'a condition',
      'cd',
      'if ${c} then ${a}',
      [{ kind: 'number' }, { kind: 'code' }],
      [wrong('a value of type `NUMBER`', 'a boolean')],
    ],
    [
      'numbers as a tensor',
      'op',
      '${x} + 1',
      [{ kind: 'numbers' }],
      [wrong('a value of type `NUMBERS`', aValue)],
    ],
    ['numbers to start from', 'op', '{ w = ${x} }', [{ kind: 'numbers' }], []],
    ['a size', 'op', '{ w; o = [${n}] }', [{ kind: 'number' }], []],
    [
      'a size that is none',
      'op',
      '{ w; o = [${n}] }',
      [{ kind: 'number', value: -1 }],
      ['EINC0208 the size of an axis is an integer, 0 or more, not -1'],
    ],
    [
      'a tensor for a size',
      'op',
      '{ w; o = [${n}] }',
      [{ kind: 'tensor' }],
      ['EINC0208 the size of an axis is an integer, 0 or more, not a tensor'],
    ],
    ['an index', 'op', '${x}[${n}, 1:${m}]', ['any', { kind: 'number' }, { kind: 'number' }], []],
    ['an index of anything', 'op', '([[1, 2]])[${n}] + [1, 2, 3]', ['any'], []],
    ['an index beyond the axis, perhaps', 'op', '[1, 2][${n}:]', [{ kind: 'number' }], []],
    [
      'an index beyond the axis',
      'op',
      '[1, 2][${n}:]',
      [{ kind: 'number', value: 3 }],
      ['EINC0313 `3:` stops before it starts, on an axis of `literal` whose size is 2'],
    ],
    [
      'numbers for an end of a slice',
      'op',
      '${x}[:${n}]',
      ['any', { kind: 'numbers' }],
      [wrong('a value of type `NUMBERS`', 'an integer')],
    ],
    ['how often', 'op', 'repeat([1, 2], ${n}) + [1, 2, 3, 4]', [{ kind: 'number' }], []],
    ['how often, of anything', 'op', 'tile(${x}, ${n})', ['any', 'any'], []],
    [
      'a tensor for how often',
      'op',
      'tile(${x}, ${n})',
      [{ kind: 'tensor' }, { kind: 'tensor' }],
      ['EINC0316 a number must stand here: one that is known when the template runs'],
    ],
    [
      'a layer given its settings',
      'op',
      '${layer}(~hid: ${n}, ~label: ${word})(${x}) + 1',
      [{ kind: 'layer', settings: [] }, { kind: 'number' }, { kind: 'string' }, 'any'],
      [],
    ],
    [
      'anything for a layer',
      'op',
      'f(x) = ${l}(~hid: ${n}, ~label: ${s})(x)',
      ['any', 'any', 'any'],
      [],
    ],
    [
      'a setting that a layer has not',
      'op',
      '${layer}(~hod: 3)(${x})',
      [{ kind: 'layer', settings: ['hid'] }, 'any'],
      ['EINC0221 `layer` has no setting `hod`'],
    ],
    [
      'a tensor for a layer',
      'op',
      '${x}(~hid: 3)',
      [{ kind: 'tensor' }],
      [wrong('a tensor', 'a layer')],
    ],
    [
      'settings by what a layer does with them',
      'op',
      'l(~n, ~act, ~k)(x) = act({ w; o = [n] } * x) *. k; f(x) = l(~n: ${n}, ~act: ${f}, ~k: ${k})(x)',
      ['any', 'any', { kind: 'number' }],
      [],
    ],
    [
      'a size of a layer that is not known',
      'op',
      'l(~n)(x) = { w; o = [n] } * x; l(~n: ${n})(${x}) + [1, 2, 3]',
      [{ kind: 'number' }, 'any'],
      [],
    ],
    [
      'a let',
      'cd',
      'let d = ${x} ~logic:${spec}; ${y} =: d',
      ['any', { kind: 'string' }, 'any'],
      [],
    ],
    [
      'a spec that is none',
      'cd',
      '${y} =: ${x} ~logic:${spec}',
      ['any', 'any', { kind: 'code' }],
      [wrong('code', 'an integer or a piece of the spec')],
    ],
    ['what a parameter starts from', 'op', '{ w = ${x} }', [{ kind: 'tensor' }], []],
    ['a word in a title', 'cd', '~~("a ${x} b"; ${c})', [{ kind: 'string' }, { kind: 'code' }], []],
    ['a function', 'op', '${f}(1, 2)', [{ kind: 'function' }], []],
    [
      'a function of one',
      'op',
      '${f}(1, 2)',
      [{ kind: 'function', arity: 1 }],
      ['EINC0207 `f` takes 1 argument, not 2'],
    ],
    [
      'a layer',
      'op',
      '${f}(1)',
      [{ kind: 'layer', settings: ['hid'] }],
      [wrong('a layer', aValue)],
    ],
  ])('%s', (_, language, text, types, expected) => {
    expect(faults(language, text, ...types)).toEqual(expected);
  });
});

describe('types of several', () => {
  const either = union({ kind: 'tensor' }, { kind: 'number' });

  test('are wrong where one is', () => {
    expect(faults('op', '${x} + 1', either)).toEqual([]);
    expect(faults('cd', '{ y } =: ${x}', either)).toEqual([]);
    expect(faults('cd', '{ y } =: ${x}.grad', either)).toHaveLength(1);
    expect(faults('op', '${x} + 1', union({ kind: 'number' }, { kind: 'string' }))).toEqual([
      wrong('a value of type `UNION`', aValue),
    ]);
  });

  test('are reported once', () => {
    expect(faults('op', '${x} + q', either)).toEqual([
      'EINC0201 `q` is not known in this template',
    ]);
  });
});

describe('shapes', () => {
  test('are inferred within the template', () => {
    expect(faults('op', '${x} + [1, 2] + [1, 2, 3]')).toEqual([
      expect.stringMatching(/^EINC0301 .* 2 and 3/),
    ]);
    expect(faults('op', '${x} * { w; o = [3]; i = [4] } + { b; o = [4] }')).toEqual([]);
    expect(faults('op', 'f(x) = { w; o = [3] } * x + [1, 2]')).toHaveLength(1);
  });

  test('are left open where a size is not known', () => {
    expect(faults('op', '[1, 2] + { b; o = [${n}] }', 'number')).toEqual([]);
    expect(faults('op', '[1, 2] + { b; o = [${n}] }', { kind: 'number', value: 3 })).toHaveLength(
      1,
    );
    expect(faults('op', '{ w = ${v} } + [1, 2]', 'numbers')).toEqual([]);
    expect(faults('op', '{ w = ${v}; o = [3] }', 'numbers')).toEqual([]);
    expect(faults('op', '${x} ++ "..${r}.. => 0"', 'tensor', 'string')).toEqual([]);
    expect(faults('op', '${x} ++ "${k}, j => j"', 'tensor', 'number')).toEqual([]);
  });

  test('of a hole fit whatever is asked of them', () => {
    expect(faults('op', '(${x} + [1, 2]) *. (${x} + [1, 2])')).toEqual([]);
    expect(
      faults('op', '(${x} @| ${i}) + ${x} ++ "a, b | c -> d => d"', 'tensor', 'symbol'),
    ).toEqual([]);
    expect(faults('cd', 'for i in ${s} (${x} =+ ${y} @| i)', 'symbol')).toEqual([]);
  });
});

describe('conditions', () => {
  test('both branches are looked at', () => {
    const text = (a: string, b: string): string =>
      `if \${c} then (\${x} =: ${a}) else \${x} =: ${b}`;
    expect(faults('cd', text('1', '2'), 'boolean')).toEqual([]);
    expect(faults('cd', text('q', '2'), 'boolean')).toHaveLength(1);
    expect(faults('cd', text('1', 'q'), 'boolean')).toHaveLength(1);
    expect(faults('cd', text('q', 'r'), 'boolean')).toHaveLength(2);
  });

  test('a name of a branch may be used where the same condition holds', () => {
    const text = (second: string): string =>
      `if \${c} then ({ m } =: 1); if \${${second}} then \${x} =: m`;
    expect(faults('cd', text('c'), 'boolean', 'boolean')).toEqual([]);
    // The program may know that one follows from the other.
    expect(faults('cd', text('d'), 'boolean', 'boolean')).toEqual([]);
    expect(faults('cd', 'if ${c} then ${x} =: m', 'boolean')).toHaveLength(1);
    expect(
      faults('cd', 'if ${c} then ({ m } =: 1) else ({ m } =: 2); ${x} =: m', 'boolean'),
    ).toEqual([]);
  });

  test('many of them', () => {
    const ifs = Array.from({ length: 6 }, (_, i) => `if \${c${i}} then \${x} =: 1 else \${x} =: q`);
    const types = ifs.flatMap(() => ['boolean', 'tensor', 'tensor'] as const);
    expect(faults('cd', ifs.join('; '), ...types).length).toBeGreaterThan(0);
    expect(faults('cd', ifs.join('; ').replaceAll('q', '2'), ...types)).toEqual([]);
  });
});

describe('several', () => {
  test('definitions, operands and statements', () => {
    expect(faults('op', 'a = p + 1; b = relu(1, 2) + a; c = a + ${s}', 'string')).toEqual([
      'EINC0201 `p` is not known in this template',
      'EINC0207 `relu` takes 1 argument, not 2',
      wrong('a value of type `STRING`', aValue),
    ]);
    expect(faults('cd', '${x} =: p; ${y} =: p; ${x} =% 1')).toEqual([
      'EINC0201 `p` is not known in this template',
      expect.stringMatching(/^EINC0212/),
    ]);
    expect(faults('op', 'f(x) = relu(x, x); g(x) = tanh(x, x)')).toHaveLength(2);
    expect(faults('op', 'a = 1 +; b = (')).toHaveLength(2);
  });

  test('under conditions: what is always wrong, and what is wrong where it stands', () => {
    const text = (a: string, b: string): string =>
      `if \${c} then (\${x} =: ${a}) else \${x} =: ${b}; \${x} =: ${b}; \${x} =: r`;
    expect(faults('cd', text('1', '2'), 'boolean')).toHaveLength(1);
    expect(faults('cd', text('p', '2'), 'boolean')).toHaveLength(2);
    // The same mistake in two places, one of which is not always reached, is one.
    expect(faults('cd', text('1', 'q'), 'boolean')).toEqual([
      'EINC0201 `q` is not known in this template',
      'EINC0201 `r` is not known in this template',
    ]);
  });

  test('what only some conditions make wrong does not come with what is always wrong', () => {
    const text = 'if ${c} then ({ m } =: 1); ${x} =: m; ${x} =: q';
    expect(faults('cd', text, 'boolean')).toEqual(['EINC0201 `q` is not known in this template']);
  });

  test('something else, whichever way the conditions are', () => {
    const text = 'if ${c} then ({ m } =: 1) else ({ n } =: 1); ${x} =: m; ${x} =: n';
    expect(faults('cd', text, 'boolean')).toHaveLength(2);
  });
});

test('functions and layers are looked into', () => {
  expect(faults('op', 'f(x) = relu(x, x)')).toEqual(['EINC0207 `relu` takes 1 argument, not 2']);
  expect(faults('op', 'f(x) = { w } * x; g(x) = f(x, x)')).toHaveLength(1);
  expect(faults('op', 'l(~hid, ~act)(x) = act({ w; o = [hid] } * x + hid)')).toEqual([]);
  expect(faults('op', 'l(~hid)(x) = relu({ w; o = [hid] } * x, 1)')).toHaveLength(1);
});

test('code about slots', () => {
  expect(faults('cd', 'v =: v1 * ${k}', 'number')).toEqual([]);
  expect(faults('cd', 'v =: v1 * ${k}', 'any')).toEqual([]);
  expect(faults('cd', 'v =: v1 * ${k}', 'tensor')).toHaveLength(1);
});
