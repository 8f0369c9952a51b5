import { defineConfig } from 'vitest/config';

/** What these change or count is their process's: its environment, settings, threads, memory. */
const apart = [
  'test/backends/native/{buffer,lifetime,lists,memory,pool,process,stream}.test.ts',
  'test/backends/nccl/nccl.test.ts',
  'test/backends/cuda/{compile,failures,open,plan}.test.ts',
  'test/examples/moons-origins.test.ts',
  'test/runtime/{code-cache,dependencies,kept-trees,many-tasks,settings,tuned}.test.ts',
];

/**
 * V8 optimises functions after some tenths of a millisecond of running, but most code of a test runs briefly. Eight times the budget, as in
 * `runtime/optimise-late.ts`, saves workers some time; the number is only right for Node 20's V8.
 */
const patience = process.versions.v8.startsWith('11.') ? ['--interrupt-budget=540672'] : [];

export default defineConfig({
  test: {
    root: '.',
    pool: 'forks',
    // Vitest leaves one core to itself, but has nearly nothing to do there.
    maxWorkers: '100%',
    testTimeout: 60_000,
    execArgv: patience,
    globalSetup: 'test/support/surroundings.ts',
    projects: [
      { extends: true, test: { name: 'apart', include: apart } },
      // No file of these has state that another could meet: their processes run file after file.
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: apart, isolate: false },
      },
    ],
  },
  resolve: { conditions: ['einc-source'] },
  ssr: { resolve: { conditions: ['einc-source'] } },
});
