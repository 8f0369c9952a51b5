import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { root: '.', include: ['test/**/*.test.ts'], pool: 'forks', testTimeout: 20_000 },
  resolve: { conditions: ['einc-source'] },
  ssr: { resolve: { conditions: ['einc-source'] } },
});
