import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'],
    environment: 'node',
    testTimeout: 60_000, // Argon2id under a loaded machine; no test measures time
    maxWorkers: 2,
  },
});
