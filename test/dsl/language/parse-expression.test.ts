import { describe, expect, test } from 'vitest';
import type { Expr } from '../../../dsl/language/ast.ts';
import { parseOp } from '../../../dsl/language/parse.ts';
import { printExpr } from '../../support/print-ast.ts';
import { sourceOf } from '../../support/template.ts';

function parseExpr(text: string): Expr {
  const [definition, ...others] = parseOp(sourceOf(text)).definitions;
  if (!definition || others.length > 0) throw new Error(`not one definition: ${text}`);
  return definition.body;
}

describe('precedence, from the loosest to the tightest', () => {
  test.each([
    ['a @| i @| j', '((a @| i) @| j)'],
    ['a @| i + j', '(a @| (i + j))'],
    ['a + b - c', '((a + b) - c)'],
    ['a - b * c', '(a - (b * c))'],
    ['a * b / c *. d /. e', '((((a * b) / c) *. d) /. e)'],
    ['a *. - b', '(a *. (- b))'],
    ['- a *. b', '((- a) *. b)'],
    ['a - -b', '(a - (- b))'],
    ['- - a', '(- (- a))'],
    ['-a ** b', '(- (a ** b))'],
    ['a ** -b', '(a ** (- b))'],
    ['a ** b **. c', '(a ** (b **. c))'],
    ['a *. b ** c', '(a *. (b ** c))'],
    ['f x ** g y', '(f(x) ** g(y))'],
    ['f !@i', 'f((!@ i))'],
    ['f p.grad', 'f(p.grad)'],
    ['!@i.x', '(!@ i).x'],
    ['!. x *. !..n', '((!. x) *. (!.. n))'],
    ['x ++ "i => 0" + y', '((x ++ "i => 0") + y)'],
    ['x + y ++ "i => 0"', '((x + y) ++ "i => 0")'],
    ['x ++ "i => 0" /. n', undefined],
    ['a +* "i; i => i" b * c', '(a +* "i; i => i" (b * c))'],
    ['a +* b * c "i; i => i"', '(a +* "i; i => i" (b * c))'],
    ['a + b +* c "i; i => i" + d', '(((a + b) +* "i; i => i" c) + d)'],
  ])('%s', (text, grouped) => {
    if (grouped === undefined) expect(() => parseExpr(text)).toThrow('EINC0101');
    else expect(printExpr(parseExpr(text))).toBe(grouped);
  });
});

describe('application', () => {
  test.each([
    ['f(x, y)', 'f(x, y)'],
    ['f()', 'f()'],
    ['f ()', 'f()'],
    ['f x', 'f(x)'],
    ['f (x)', 'f(x)'],
    ['f (x, y)', 'f(x, y)'],
    ['f x y', 'f(x)(y)'],
    ['f(x)(y)', 'f(x)(y)'],
    ['f(x) y', 'f(x)(y)'],
    ['f { w }', 'f({ w })'],
    ['f 2', 'f(2)'],
    ['(f) x', 'f(x)'],
    ['(a + b)(x)', '(a + b)(x)'],
    ['${f}(${x})', '${0}(${1})'],
    ['${f} ${x}', '${0}(${1})'],
    ['${f} (${x}) (${y})', '${0}(${1})(${2})'],
    ['a -b', '(a - b)'],
    ['f(* the model *) x', 'f(x)'],
    ['f // the model\n x', 'f(x)'],
    ['f(x)(y).grad[0]', 'f(x)(y).grad[0]'],
    ['f x (y).grad', 'f(x)(y.grad)'],
    ['reshape(x; o = [2])(y) z', 'reshape(x; o = [2])(y)(z)'],
    ['f x // to the end', 'f(x)'],
  ])('%s', (text, grouped) => {
    expect(printExpr(parseExpr(text))).toBe(grouped);
  });

  test.each([
    ['touching: a call, as in TypeScript', 'f g(x)', 'f(g(x))'],
    ['apart: an argument, as in OCaml', 'f g (x)', 'f(g)(x)'],
    ['touching: the field of a call', 'f(x).grad', 'f(x).grad'],
    ['apart: the call of a field', 'f (x).grad', 'f(x.grad)'],
  ])('a parenthesis %s: %s', (_, text, grouped) => {
    expect(printExpr(parseExpr(text))).toBe(grouped);
  });
});

describe('words', () => {
  test.each([
    ['16', 16],
    ['0.1', 0.1],
    ['10.', 10],
    ['1e-4', 1e-4],
    ['1.5E+3', 1500],
    ['2.e2', 200],
    ['007', 7],
  ])('the number %s', (text, value) => {
    expect(parseExpr(text)).toMatchObject({ kind: 'number', value });
  });

  test.each([
    ['x1', 'x1'],
    ['_', '_'],
    ['_x_1', '_x_1'],
    ['iffy', 'iffy'],
    ['inner', 'inner'],
    ['élan', 'élan'],
    ['𝛼', '𝛼'],
  ])('the name %s', (text, name) => {
    expect(parseExpr(text)).toMatchObject({ kind: 'name', name });
  });

  test.each([
    ['2-1', '(2 - 1)'],
    ['a*.b', '(a *. b)'],
    ['a*b', '(a * b)'],
    ['a**.b', '(a **. b)'],
    ['a**b', '(a ** b)'],
    ['2.*x', '(2 * x)'],
    ['2.*.x', '(2 *. x)'],
    ['2./.x', '(2 /. x)'],
    ['a--b', '(a - (- b))'],
    ['a+-b', '(a + (- b))'],
    ['a (* one (* two *) ** three *) + (* four *) b', '(a + b)'],
    ['a // to the end ) of the line\n+ b', '(a + b)'],
    ['a /. // per\n b', '(a /. b)'],
  ])('%s', (text, grouped) => {
    expect(printExpr(parseExpr(text))).toBe(grouped);
  });
});

describe('inline definitions', () => {
  test.each([
    ['{ w }', '{ w }'],
    ['{w}', '{ w }'],
    ['{ b = 0. }', '{ b = 0 }'],
    ['{ b = -0.5 *. c }', '{ b = ((- 0.5) *. c) }'],
    ['{ b; o = [ 16 ] }', '{ b; o = [16] }'],
    ['{ b; o = [] }', '{ b; o = [] }'],
    ['{ b; o = [16]; }', '{ b; o = [16] }'],
    [
      '{ w = 0.5; i = [2, ${n}]; o = [16]; b = [4] }',
      '{ w = 0.5; i = [2, ${0}]; o = [16]; b = [4] }',
    ],
    ['{ w; hue = [3] }', '{ w; hue = [3] }'],
    ['{ w }.grad', '{ w }.grad'],
  ])('%s', (text, printed) => {
    expect(printExpr(parseExpr(text))).toBe(printed);
  });
});

describe('strings', () => {
  test('holes stand where they were written', () => {
    const e = parseExpr('x ++ "${a}i, ${b} => 0"');
    expect(e.kind === 'einsum' && e.spec.parts).toMatchObject([
      { kind: 'hole', index: 0 },
      { text: 'i, ' },
      { kind: 'hole', index: 1 },
      { text: ' => 0' },
    ]);
  });

  test('may be empty, and may hold what elsewhere is a comment', () => {
    expect(printExpr(parseExpr('x ++ ""'))).toBe('(x ++ "")');
    expect(printExpr(parseExpr('x ++ "(* // *)"'))).toBe('(x ++ "(* // *)")');
  });
});

test('a hole in a comment counts, so that the others keep their values', () => {
  expect(printExpr(parseExpr('(* ${a} *) ${b} + ${c} // ${d}'))).toBe('(${1} + ${2})');
});

test('spans cover what was written', () => {
  const text = 'relu ( a  +* "ij; jk => ik"  {  w ; o = [ 16 ] } ).grad';
  const source = sourceOf(text);
  const words: string[] = [];
  JSON.stringify(parseOp(source), (key, value: unknown) => {
    if (key === 'source') return undefined;
    if (key.toLowerCase().endsWith('span')) {
      const { start, end } = value as { readonly start: number; readonly end: number };
      words.push(text.slice(start, end));
    }
    return value;
  });
  expect(words).toMatchInlineSnapshot(`
    [
      "relu ( a  +* "ij; jk => ik"  {  w ; o = [ 16 ] } ).grad",
      "relu ( a  +* "ij; jk => ik"  {  w ; o = [ 16 ] } ).grad",
      "relu ( a  +* "ij; jk => ik"  {  w ; o = [ 16 ] } ).grad",
      "relu",
      "( a  +* "ij; jk => ik"  {  w ; o = [ 16 ] } ).grad",
      "a  +* "ij; jk => ik"  {  w ; o = [ 16 ] }",
      "+*",
      ""ij; jk => ik"",
      "ij; jk => ik",
      "a",
      "{  w ; o = [ 16 ] }",
      "w",
      "o = [ 16 ]",
      "o",
      "16",
      "16",
      "grad",
    ]
  `);
});
