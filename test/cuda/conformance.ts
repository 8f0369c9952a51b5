/**
 * The conformance tests as a program of plain Node, for a machine that has a GPU and no npm: built with
 * `vitest.ts` in the place of vitest. A line of JSON for each file, and for each test that fails. Ends with 3
 * where there is no such backend.
 *
 *   EINC_TEST_BACKEND=cuda node conformance/main.js [FILE…]
 */
import { openBackend } from '../../backends/index.ts';
import { chosen } from '../support/tested-backends.ts';
import { runTests } from './vitest.ts';

const files: Readonly<Record<string, () => Promise<unknown>>> = {
  contract: () => import('../backends/conformance.test.ts'),
  streams: () => import('../backends/conformance-streams.test.ts'),
  programs: () => import('../backends/conformance-programs.test.ts'),
  sums: () => import('../backends/conformance-sums.test.ts'),
  transpose: () => import('../backends/conformance-transpose.test.ts'),
  views: () => import('../backends/conformance-views.test.ts'),
  functions: () => import('../backends/conformance-functions.test.ts'),
  ops: () => import('../backends/conformance-ops.test.ts'),
  dtypes: () => import('../backends/conformance-dtypes.test.ts'),
  parallel: () => import('../backends/conformance-parallel.test.ts'),
  'tensor-cores': () => import('../backends/conformance-tensor-cores.test.ts'),
  random: () => import('../backends/conformance-random.test.ts'),
};

const wanted = process.argv.slice(2);
const backend = chosen ?? 'all';
await checkBackend();
for (const [file, load] of Object.entries(files)) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  const start = performance.now();
  const { passed, skipped, failures } = await runTests(load);
  const seconds = Math.round((performance.now() - start) / 10) / 100;
  const failed = failures.length;
  say({ kind: 'conformance', backend, file, passed, failed, skipped, seconds });
  for (const failure of failures) say({ kind: 'failure', backend, file, ...failure });
  if (failed > 0) process.exitCode = 1;
}

async function checkBackend(): Promise<void> {
  try {
    if (chosen) (await openBackend(chosen))[Symbol.dispose]();
  } catch (error) {
    say({ kind: 'unavailable', backend, error: error instanceof Error ? error.message : '' });
    process.exit(3);
  }
}

function say(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
