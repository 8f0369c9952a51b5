/** The programs of `docs/devices.md` print what the page says. */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { compileFunction } from 'node:vm';
import { expect, test } from 'vitest';
import * as einc from '../../dsl/einc.ts';
import * as train from '../../dsl/train/index.ts';

const page = readFileSync('docs/devices.md', 'utf8');
const examples = Array.from(
  page.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g),
  ([, program = '', expected = '']) => ({ program, expected }),
);

test('there are some', () => {
  expect(examples).toHaveLength(3);
});

test.each(examples)('program %#', async ({ program, expected }) => {
  const lines: string[] = [];
  const log = (...values: readonly unknown[]): void => {
    lines.push(values.map(value => inspect(value)).join(' '));
  };
  const scope = { ...einc, ...train, console: { log } };
  const text = `return (async () => {${program}})()`;
  const run = compileFunction(text, Object.keys(scope)) as (
    ...values: readonly unknown[]
  ) => Promise<void>;
  await run(...Object.values(scope));
  expect(`${lines.join('\n')}\n`).toBe(expected);
});
