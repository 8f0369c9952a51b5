/** Many tasks with random dependencies: the order is right, memory stays flat, and the event loop turns. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { builtProgram } from '../support/built-program.ts';

const slow = process.env['EINC_SLOW'] === '1';

interface Report {
  readonly before: number;
  readonly after: number;
  readonly p99Ms: number;
}

function manyTasks(tasks: number): Promise<Report> {
  const script = builtProgram(new URL('children/many-tasks.ts', import.meta.url));
  const args = ['--expose-gc', '--max-semi-space-size=1', script, `${tasks}`];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) resolve(JSON.parse(text) as Report);
      else reject(new Error(`ended with ${code}`));
    });
  });
}

test('on eight streams of two devices', { timeout: 600_000 }, async () => {
  const { before, after, p99Ms } = await manyTasks(slow ? 1_000_000 : 20_000);
  expect(after - before).toBeLessThan(24 << 20);
  // A machine that is busy with something else says nothing about the event loop.
  if (slow) expect(p99Ms).toBeLessThan(5);
});
