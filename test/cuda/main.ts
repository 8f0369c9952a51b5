/**
 * The conformance tests on the backend `cuda`, or on another:
 *
 *   npm run test:cuda [-- --backend cuda-emulator]
 *
 * Without a GPU it says so and ends with 0.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cudaInventory } from '../../backends/index.ts';

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'cuda' } } });
const missing = values.backend === 'cuda' ? whatIsMissing() : undefined;
if (missing === undefined) {
  const vitest = fileURLToPath(import.meta.resolve('vitest/vitest.mjs'));
  const args = ['run', '--config', 'test/tools/vitest.config.ts', 'test/backends/conformance'];
  // The tests are about one GPU, which they use as several devices.
  const env = {
    CUDA_VISIBLE_DEVICES: '0',
    ...process.env,
    EINC_TEST_BACKEND: values.backend,
  };
  const { status } = spawnSync(process.execPath, [vitest, ...args], { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else console.log(`skipped: the backend cuda needs what is not here\n${missing}`);

function whatIsMissing(): string | undefined {
  const found = cudaInventory();
  const has = (what: RegExp): boolean => found.some(item => item.isHere && what.test(item.what));
  if (has(/^GPU/) && has(/^(NVRTC|nvcc)$/)) return undefined;
  const absent = found.filter(({ isHere }) => !isHere);
  return absent
    .map(({ what, found, fix = [] }) => `  ${[`${what}: ${found}`, ...fix].join('\n    ')}`)
    .join('\n');
}
