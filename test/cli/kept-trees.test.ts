import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeWith } from './support.ts';

const right = `
import { op, run } from 'einc';
const y = op\`y = { a = [1, 2, 3] } ++ "i => 0"\`;
console.log(String(await run(y, { backend: 'interp' })));`;
const wrong = `
import { op } from 'einc';
op\`y = { a; o = [2] } + { b; o = [3] }\`;`;

const { folder, einc } = placeWith({
  'right.ts': right,
  'wrong.ts': wrong,
  'lower.ts': `// The same template, further down.\n${wrong}`,
});

test('a program does and says the same, whether its templates are parsed or kept', async () => {
  const cache = { EINC_CACHE: '', EINC_CACHE_DIR: join(folder, 'cache') };
  for (const program of ['right.ts', 'wrong.ts', 'lower.ts']) {
    const plain = await einc(['run', program], { EINC_CACHE: 'off' });
    expect(plain.stdout + plain.stderr).toContain(program === 'right.ts' ? '6' : program);
    expect(await einc(['run', program], cache)).toEqual(plain);
    expect(await einc(['run', program], cache)).toEqual(plain);
  }
  const kept = readdirSync(join(folder, 'cache', 'trees', 'v1'), { recursive: true });
  expect(kept.filter(name => String(name).endsWith('.bin'))).toHaveLength(3);
});
