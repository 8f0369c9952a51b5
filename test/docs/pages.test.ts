/** The pages about the languages are programs: their blocks run, and each line gives what it says. */
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { expect, test } from 'vitest';
import { UserError } from '../../compiler/index.ts';
import * as einc from '../../dsl/einc.ts';

/** The code between ```js and ```, one block after the other. */
function programOf(page: string): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const blocks = Array.from(text.matchAll(/^```js\n([\s\S]*?)^```$/gm), ([, code = '']) => code);
  return blocks.join('').replaceAll(/^import .*$/gm, '');
}

interface Claim {
  readonly line: string;
  readonly said: string;
  readonly given: string;
}

/** `expression; // → text`, each with what it gives. */
async function claimsOf(page: string): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  const claim = async (line: string, said: string, give: () => unknown): Promise<void> => {
    claims.push({ line, said, given: await textOf(give) });
  };
  const program = programOf(page).replaceAll(/^(.*?);? \/\/ → (.*)$/gm, (_, line: string, said) => {
    const [shown, text] = [line, said].map(s => JSON.stringify(s));
    return `await claim(${shown}, ${text}, async () => (${line}));`;
  });
  // `using` is younger than the oldest Node that einc runs on.
  const body = program.replaceAll(/^using /gm, 'const ');
  const scope = { ...einc, claim };
  const run = compileFunction(`return (async () => {${body}\n})()`, Object.keys(scope));
  expect(program).not.toContain('// →');
  await (run as (...values: readonly unknown[]) => unknown)(...Object.values(scope));
  return claims;
}

async function textOf(give: () => unknown): Promise<string> {
  try {
    return String(await give());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.split('\n')[0] ?? '';
  }
}

test.each(['op.md', 'cd.md'])('%s', async page => {
  const claims = await claimsOf(page);
  expect(claims.length).toBeGreaterThan(20);
  expect(claims.map(({ line, given }) => ({ line, given }))).toEqual(
    claims.map(({ line, said }) => ({ line, given: said })),
  );
});
