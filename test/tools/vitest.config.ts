import { defineConfig } from 'vitest/config';

/** What these tests load holds no state that another could meet: their processes run file after file. */
const pure = ['bench', 'compiler', 'docs', 'dsl', 'errors', 'golden'].map(
  folder => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    root: '.',
    pool: 'forks',
    testTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'together', include: pure, isolate: false } },
      // Backends, streams, processes: each file has a process to itself.
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: pure } },
    ],
  },
  resolve: { conditions: ['einc-source'] },
  ssr: { resolve: { conditions: ['einc-source'] } },
});
