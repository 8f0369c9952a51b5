/** How many columns of a terminal text takes: marks have to stand under what they are about. */

/** A tab is shown as this many spaces, so that its width does not depend on the terminal. */
const tab = '    ';

/** Text as it is shown: tabs as spaces, and no control characters, which a terminal would obey. */
export function visible(text: string): string {
  return text.replaceAll('\t', tab).replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}

export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  // Made when there is something to show: it loads tables, which takes longer than all else at start.
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

let graphemes: Intl.Segmenter | undefined;

function widthOfGrapheme(grapheme: string): number {
  if (grapheme === '\t') return tab.length;
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) && !halfWidth.test(grapheme) ? 2 : 1;
}

const invisible = /^[\p{M}\p{Cf}]+$/u;
const halfWidth = /^[\uFF61-\uFFDC]/u;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6\p{Emoji_Presentation}\uFE0F]/u;
