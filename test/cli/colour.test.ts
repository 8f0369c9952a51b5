import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { coloursFor, paint } from '../../cli/colour.ts';

describe('colours', () => {
  test.each([
    ['on a terminal', true, {}, true],
    ['in a file', false, {}, false],
    ['on a terminal that has none', true, { TERM: 'dumb' }, false],
    ['where they are refused', true, { NO_COLOR: '1' }, false],
    ['refused by nothing', true, { NO_COLOR: '' }, true],
    ['where they are forced', false, { FORCE_COLOR: '1' }, true],
    ['forced by nothing', false, { FORCE_COLOR: '' }, true],
    ['forced off', true, { FORCE_COLOR: '0' }, false],
    ['refused and forced', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('%s', (_, isTTY, env, expected) => {
    expect(coloursFor({ isTTY }, env).isColorSupported).toBe(expected);
  });
});

/** Colours as tags. */
function tagged(message: string): string {
  const tag = (name: string) => (text: string | number | null | undefined) => `<${name}>${text}</>`;
  const colours = { ...coloursFor({}, {}), red: tag('red'), blue: tag('blue'), cyan: tag('cyan') };
  return paint(message, colours);
}

test('the parts of a message', () => {
  const message = `error[EINC0301]: \`*\` needs more
  --> f.ts:12:4
   |
12 | w * x | y - 1
   | - ^   --- has - and ^
   | |
   | 2 -> 4
   |
   = note: 2 because
   = help: write`;
  expect(tagged(message)).toBe(`<red>error[EINC0301]: \`*\` needs more</>
<blue>  --></> f.ts:12:4
<blue>   |</>
<blue>12 |</> w * x | y - 1
<blue>   |</> <blue>-</> <red>^</>   <blue>---</> has - and ^
<blue>   |</> <blue>|</>
<blue>   |</> 2 -> 4
<blue>   |</>
<cyan>   = note:</> 2 because
<cyan>   = help:</> write`);
});

test('the page of errors is in the package', () => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(said) as [{ files: { path: string }[] }];
  expect(files.map(file => file.path)).toContain('docs/errors.md');
});
