/** From the start of a process to the end of its first training step. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Subject } from './benchmark.ts';

export const firstStep: Benchmark = {
  name: 'first-step',
  about: 'from the start of the process: with an empty cache, and again',
  cases: [
    { name: 'moons, warm cache', settings: {}, prepare: () => starting('moons', 'warm') },
    { name: 'moons, cold cache', settings: {}, prepare: () => starting('moons', 'cold') },
    { name: 'gpt, cold cache', rounds: 3, prepare: () => starting('gpt', 'cold') },
  ],
};

const einc = fileURLToPath(new URL('../cli/einc.js', import.meta.url));
const program = fileURLToPath(new URL('programs/first-step.ts', import.meta.url));

function starting(network: 'moons' | 'gpt', cache: 'warm' | 'cold'): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'einc-bench-'));
  let n = 0;
  return Promise.resolve({
    call: () => {
      const cacheFolder = join(folder, cache === 'cold' ? String(n++) : 'cache');
      const env = { ...process.env, EINC_CACHE_DIR: cacheFolder };
      execFileSync(process.execPath, [einc, 'run', program, network], { env, stdio: 'pipe' });
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  });
}
