/** Whether and how what is printed has colours. */
import pico from 'picocolors';

export type Colours = ReturnType<typeof pico.createColors>;

/** As https://no-color.org and https://force-color.org ask; else where someone is watching. */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Colours {
  return pico.createColors(isColourful(stream, env));
}

function isColourful(
  { isTTY = false }: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY && TERM !== 'dumb';
}

/** The text of a diagnostic, its parts told apart: the headline, places and margins, marks, advice. */
export function paint(message: string, { bold, red, blue, cyan }: Colours): string {
  // `^` is what the error is about, the other marks are what it disagrees with.
  const marks = (text: string): string => text.replaceAll(/\^+/g, red).replaceAll(/[|-]+/g, blue);
  const plain = (text: string): string => text;
  const kinds: readonly (readonly [pattern: RegExp, ...parts: readonly Paint[]])[] = [
    [/^(error\[.*)$/, text => bold(red(text))],
    [/^( *-->)( .*)$/, blue, plain],
    [/^( *\d+ \|)(.*)$/, blue, plain],
    [/^( +\|)([ |^-]*)(.*)$/, blue, marks, plain],
    [/^( *= (?:note|help):)(.*)$/, cyan, plain],
  ];
  const painted = (line: string): string => {
    for (const [pattern, ...parts] of kinds) {
      const found = pattern.exec(line);
      if (found)
        return parts.map((part, i) => (found[i + 1] ? part(found[i + 1] ?? '') : '')).join('');
    }
    return line;
  };
  return message.split('\n').map(painted).join('\n');
}

type Paint = (text: string) => string;
