/** The runtime is in workers alone: with the last of them it goes, and its threads before it. */
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const [, , library = '', worker = ''] = process.argv;
const threads = (): number => readdirSync('/proc/self/task').length;

for (let round = 0; round < 3; round++) {
  const before = threads();
  const workers = [0, 1].map(() => new Worker(worker, { workerData: library }));
  const counts = await Promise.all(
    workers.map(
      worker =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  const during = threads();
  await Promise.all(workers.map(worker => worker.terminate()));
  console.log(JSON.stringify({ counts, more: during > before + 4, left: threads() - before }));
}
