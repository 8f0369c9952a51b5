/** The page of errors: every program on it prints the message below it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeWith } from '../cli/support.ts';
import { messageOf } from '../support/user-program.ts';

const page = readFileSync('docs/errors.md', 'utf8');

/** A program or a command, and the message that stands below it. */
const example = /```(js|sh)\n([\s\S]*?)```\n\n```text\n[\s\S]*?```/g;

const { folder, einc } = placeWith({
  'program.ts': `
import { context, forward, op, tensor } from 'einc';
const ctx = await context();
await ctx.compile(forward(op\`y = { w1; o = [2] } * \${tensor([1, 2], { label: 'x' })}\`));`,
  'ranks.ts': `
import { joinWorld } from 'einc';
await joinWorld();`,
  'exits.ts': 'process.exit(0);\n',
  'unfinished.ts':
    "import { op } from 'einc';\nexport const y = op`1 + 2`;\nexport const limit = ;\n",
  'function.ts':
    "import { op, type Tensor } from 'einc';\nexport const f = op<Tensor>`f(x) = x`;\n",
});

/** The environment and the words of a line like `EINC_CC=/bin/false einc run program.ts`. */
async function printedBy(command: string): Promise<string> {
  const words = command.trim().split(' ');
  const start = words.indexOf('einc');
  const env: Record<string, string> = { EINC_CACHE_DIR: join(folder, 'cache') };
  for (const word of words.slice(0, start)) {
    const [name = '', value = ''] = word.split('=');
    env[name] = value;
  }
  const { stdout, stderr } = await einc(words.slice(start + 1), env);
  // Which folders and options of the compiler, and how long it took, is of no matter here.
  return (stderr + stdout)
    .replaceAll(/\/bin\/false .*/g, '/bin/false …')
    .replaceAll(/\d+\.\d s\)/g, '… s)')
    .trimEnd();
}

test('each program prints the message of the page', { timeout: 300_000 }, async () => {
  let text = '';
  let last = 0;
  for (const { 0: whole, 1: kind, 2: program = '', index } of page.matchAll(example)) {
    const said =
      kind === 'js' ? await messageOf(...program.trimEnd().split('\n')) : await printedBy(program);
    text += `${page.slice(last, index)}\`\`\`${kind}\n${program}\`\`\`\n\n\`\`\`text\n${said}\n\`\`\``;
    last = index + whole.length;
  }
  await expect(text + page.slice(last)).toMatchFileSnapshot('../../docs/errors.md');
});

test('each section has one, but for what no program can bring about', () => {
  const sections = page.split(/^## /m).slice(1);
  const without = sections.filter(section => !/```(js|sh)\n/.test(section));
  expect(without.map(section => section.slice(0, 8))).toEqual([
    'EINC0525',
    'EINC0903',
    'EINC0910',
    'EINC0911',
    'EINC0912',
    // These need a GPU, or a machine that lacks one.
    'EINC0930',
    'EINC0931',
    'EINC0932',
    'EINC0933',
    'EINC0934',
    'EINC0935',
    'EINC0936',
    'EINC0937',
    'EINC0941',
    'EINC0951',
    'EINC0952',
    'EINC0953',
    'EINC0955',
    'EINC0956',
    'EINC0957',
    'EINC0958',
    'EINC0961',
    'EINC0963',
  ]);
});

test('the message of a section is of its code', () => {
  const sections = page.split(/^## /m).slice(1);
  for (const section of sections) {
    const code = section.slice(0, 8);
    expect([code, /^error\[(\w+)\]/m.exec(section)?.[1] ?? code]).toEqual([code, code]);
  }
});
