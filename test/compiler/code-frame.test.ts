/** Marks stand under what they are about, whatever the line holds. */
import { describe, expect, test } from 'vitest';
import { type Label, render, type Source } from '../../compiler/index.ts';

/** A file of which each line is a line of the array; offsets count through them. */
function fileOf(...lines: readonly string[]): Source {
  return {
    locate(offset) {
      let start = 0;
      for (const [i, text] of lines.entries()) {
        if (offset <= start + text.length) {
          return { file: 'f.ts', line: i + 1, column: offset - start + 1, text };
        }
        start += text.length + 1;
      }
      return { file: 'f.ts', line: lines.length, column: 1, text: '' };
    },
  };
}

/** Labels on the words of one line. */
function frameOf(
  line: string,
  ...words: readonly (readonly [word: string, text?: string])[]
): string {
  const source = fileOf(line);
  const labels = words.map(([word, text]): Label => {
    const start = line.indexOf(word);
    const span = { source, start, end: start + word.length };
    return text === undefined ? { span } : { span, text };
  });
  const frame = render({ code: 'EINC0000', message: 'wrong', labels });
  return frame.split('\n').slice(3).join('\n');
}

describe('labels of one line', () => {
  test('one', () => {
    expect(frameOf('a + b', ['b', 'this'])).toMatchInlineSnapshot(`
      "1 | a + b
        |     ^ this"
    `);
  });

  test('the last beside its marks, the others below theirs', () => {
    expect(frameOf('one + two * three', ['+'], ['one', '1'], ['two', '2'], ['three', '3']))
      .toMatchInlineSnapshot(`
      "1 | one + two * three
        | --- ^ ---   ----- 3
        | |     |
        | |     2
        | 1"
    `);
  });

  test('the last has no text', () => {
    expect(frameOf('f(a, b)', [')'], ['(', 'opens here'])).toMatchInlineSnapshot(`
      "1 | f(a, b)
        |  -    ^
        |  |
        |  opens here"
    `);
  });

  test('one inside another: what the error is about stays whole', () => {
    expect(frameOf('f(a + b)', ['+', 'here'], ['f(a + b)', 'in this'])).toMatchInlineSnapshot(`
      "1 | f(a + b)
        | ----^---
        | |   |
        | |   here
        | in this"
    `);
  });

  test('two at one place', () => {
    expect(frameOf('{ w } * x', ['*'], ['{ w }', 'input'], ['{ w }', 'output']))
      .toMatchInlineSnapshot(`
      "1 | { w } * x
        | ----- ^
        | |
        | input
        | output"
    `);
  });

  test('side by side', () => {
    expect(frameOf('ab', ['a', 'first'], ['b', 'second'])).toMatchInlineSnapshot(`
      "1 | ab
        | ^- second
        | |
        | first"
    `);
  });
});

/** Where the marks are, in columns, by a count of its own. */
describe('the columns of marks', () => {
  test.each([
    ['plain', 'x = wrong;', 4, 5],
    ['after a tab, which is shown as four spaces', '\tx\t= wrong;', 11, 5],
    ['after Chinese, of two columns each', '"变量" + wrong;', 9, 5],
    ['Chinese itself', 'x + 变量', 4, 4, '变量'],
    ['after full-width and half-width kana', 'カｶ wrong', 4, 5],
    ['after Hangul', '한글 wrong', 5, 5],
    ['after an emoji', '"🚀" wrong', 5, 5],
    ['after an emoji made of several', '"👩‍🚀" wrong', 5, 5],
    ['after a flag', '"🇩🇪" wrong', 5, 5],
    ['after a heart that is an emoji by a selector', '"❤️" wrong', 5, 5],
    ['after a combining accent', 'e\u0301 wrong', 2, 5],
    ['after a zero-width space', 'a\u200Bb wrong', 3, 5],
    ['after an accented letter', 'é wrong', 2, 5],
  ])('%s', (_, line, column, width, word = 'wrong') => {
    const marks = frameOf(line, [word]).split('\n')[1] ?? '';
    expect(marks).toBe(`  | ${' '.repeat(column)}${'^'.repeat(width)}`);
  });

  test('the line itself has no tabs and no control characters left', () => {
    expect(frameOf('\ta\u001B[31mb', ['b']).split('\n')[0]).toBe('1 |     a\u{FFFD}[31mb');
  });

  test('past the end of the line', () => {
    const source = fileOf('ab');
    const labels = [{ span: { source, start: 2, end: 3 } }];
    expect(render({ code: 'E', message: 'm', labels }).split('\n').at(-1)).toBe('  |   ^');
  });
});

describe('a long line', () => {
  const long = `${'before '.repeat(60)}one + two${' after'.repeat(60)}`;

  test('is shown around the labels', () => {
    const [line = '', marks = '', , below] = frameOf(
      long,
      ['+'],
      ['one', 'left'],
      ['two', 'right'],
    ).split('\n');
    expect(line.length).toBeLessThan(130);
    expect(line.startsWith('1 | …')).toBe(true);
    expect(line.endsWith('…')).toBe(true);
    expect(marks.indexOf('^')).toBe(line.indexOf('+'));
    expect(marks.slice(line.indexOf('one'))).toBe('--- ^ --- right');
    expect(below?.indexOf('left')).toBe(line.indexOf('one'));
  });

  test('from its start, and to its end', () => {
    const [start = ''] = frameOf(`one ${long}`, ['one']).split('\n');
    expect(start.startsWith('1 | one before')).toBe(true);
    const [end = '', marks = ''] = frameOf(`${long} last`, ['last']).split('\n');
    expect(end.endsWith('after last')).toBe(true);
    expect(marks.indexOf('^')).toBe(end.indexOf('last'));
  });

  test('what is marked may be as long', () => {
    const [line = '', marks = ''] = frameOf(long, [long]).split('\n');
    expect(line.length).toBeLessThan(130);
    expect(marks.length).toBeLessThanOrEqual(line.length);
  });
});
