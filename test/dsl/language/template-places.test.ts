import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeTemplate, standIn } from '../../../dsl/language/template-places.ts';
import { TextFile } from '../../../dsl/language/text-file.ts';

const start = { path: '/x.ts', line: 1, column: 1 };

/** Where each `▸` of the file stands among the template's offsets, the marks themselves removed. */
function offsetsIn(marked: string, raw: readonly string[]): unknown {
  const text = marked.replaceAll('▸', '');
  const marks = Array.from(marked.matchAll(/▸/g), (m, i) => m.index - i);
  const offsets = placeTemplate(new TextFile('x.ts', text), raw, start)?.offsets;
  return offsets && marks.map(mark => offsets.indexOf(mark));
}

test.each([
  ['no holes', 'op`▸a▸b▸`', ['ab'], [0, 1, 2]],
  ['an empty template', 'op`▸`', [''], [0]],
  ['holes are one character', 'op`a▸${x}▸b▸`', ['a', 'b'], [1, 2, 3]],
  ['a hole beside a hole', 'op`▸${x}▸${y}▸`', ['', '', ''], [0, 1, 2]],
  ['an object in a hole', 'op`${f({ a: { b: 1 } })}▸ `', ['', ' '], [1]],
  ['a brace in a string', 'op`${f("}", \'}\', "\\"}")}▸ `', ['', ' '], [1]],
  ['a brace in a comment', 'op`${/* } */ x // }\n}▸ `', ['', ' '], [1]],
  ['a brace in a regular expression', 'op`${s.replace(/[/}]}/g, "")}▸ `', ['', ' '], [1]],
  ['a division is no regular expression', 'op`${a / b}▸${c / (d) / 2}▸`', ['', '', ''], [1, 2]],
  ['a regular expression after a word', 'op`${() => { return /}/ }}▸ `', ['', ' '], [1]],
  ['a template in a hole', 'op`${f`}${`${x}}`}`}▸ `', ['', ' '], [1]],
  ['an escaped back-tick', 'op`\\`▸ `', ['\\` '], [2]],
  ['line breaks of Windows', 'op`a\r\n▸b\r\n\r\n▸c`', ['a\nb\n\nc'], [2, 5]],
  ['the old line breaks of the Mac', 'op`a\r▸b`', ['a\nb'], [2]],
  ['other templates before', 'f`x` + `ab${y}` + op`▸ab▸`', ['ab'], [0, 2]],
  ['characters outside the first plane', '"😀"; op`😀▸${"😀"}▸`', ['😀', ''], [2, 3]],
])('%s', (_, file, raw, offsets) => {
  expect(offsetsIn(file, raw)).toEqual(offsets);
});

test('the frame chooses among equal templates; a frame past the end falls back to the first', () => {
  const file = new TextFile('x.ts', 'op`a`;\nop`a`;\nop`a`;\n');
  const lineAt = (line: number, column: number): number | undefined => {
    const places = placeTemplate(file, ['a'], { path: '', line, column });
    return places && file.locate(places.offsets[0] ?? 0).line;
  };
  expect([lineAt(1, 1), lineAt(2, 1), lineAt(2, 4), lineAt(3, 1), lineAt(9, 1)]).toEqual([
    1, 2, 3, 3, 1,
  ]);
});

test('a file that does not hold the template', () => {
  expect(placeTemplate(new TextFile('x.ts', 'op`a${b}c`'), ['a', 'd'], start)).toBeUndefined();
  expect(placeTemplate(new TextFile('x.ts', 'op`a${b'), ['a', ''], start)).toBeUndefined();
  expect(placeTemplate(new TextFile('x.ts', 'op`a${f(`'), ['a', ''], start)).toBeUndefined();
});

const hole = fc.constantFrom(
  ...['x', '{}', '{ a: {} }', '"}"', "'`'", '`}`', '`${"}"}`', 'f(`${`${1}`}`)', '/* } */ 1'],
  ...[
    '1 // }\n',
    '/[}`]/.source',
    '6 / 2 / 3',
    '(x) / 2',
    '[1] / 2',
    '() => { return /}/g }',
    '"\\"}"',
  ],
  ...[
    "'a\\\\'",
    '`\\``',
    '`$`',
    '`$${1}`',
    'x.y',
    'typeof /`/',
    '(/[/`]/)',
    'x\n+ /* ` */ x',
    '"😀"',
  ],
);
const quasi = fc
  .array(fc.constantFrom('a', ' ', '\n', '\r\n', '{', '}', '"', '/', '😀', '\\`', '$', '\\\\'), {
    maxLength: 5,
  })
  // `${` would begin a hole, and a lone `$` before one would too.
  .map(list => list.join('').replace(/\$/g, '\\$'));

const parts = fc.array(fc.tuple(quasi, hole), { maxLength: 4 });

test('whatever stands in the holes, the engine and the scanner agree', () => {
  fc.assert(
    fc.property(parts, quasi, (list, last) => {
      const quasis = [...list.map(([text]) => text), last];
      checkAgainstEngine(
        quasis,
        list.map(([, expression]) => expression),
      );
    }),
    { numRuns: 500 },
  );
});

function checkAgainstEngine(quasis: readonly string[], holes: readonly string[]): void {
  let file = '"use strict"; const f = s => s, x = 1; const before = `a${{}}b`; return tag`';
  const expected: number[] = [];
  let raw: readonly string[] = [];
  for (const [i, written] of quasis.entries()) {
    for (let at = 0; at < written.length; at += written.startsWith('\r\n', at) ? 2 : 1) {
      expected.push(file.length + at);
    }
    file += written;
    expected.push(file.length);
    if (i < holes.length) file += `\${${holes[i] ?? ''}}`;
  }
  file += '`';
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the engine is the reference
  const run = new Function('tag', file) as (tag: unknown) => void;
  run((strings: TemplateStringsArray) => (raw = strings.raw));
  const from = { path: '', line: 1, column: file.indexOf('tag`') + 1 };
  expect(placeTemplate(new TextFile('x.js', file), raw, from)?.offsets).toEqual(expected);
}

test('without the file the template stands in for itself, its holes numbered', () => {
  const { file, offsets } = standIn(['a ', ' *\n  b', ''], undefined);
  expect(offsets.map(offset => file.locate(offset)).map(at => [at.line, at.column])).toEqual([
    ...[
      [1, 1],
      [1, 2],
      [1, 3],
    ],
    ...[
      [1, 7],
      [1, 8],
      [1, 9],
      [2, 1],
      [2, 2],
      [2, 3],
      [2, 4],
    ],
    ...[[2, 8]],
  ]);
  expect(file.locate(0)).toEqual({ file: '<template>', line: 1, column: 1, text: 'a ${1} *' });
  expect(file.locate(offsets.at(-1) ?? 0).text).toBe('  b${2}');
});
