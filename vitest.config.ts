import { defineConfig } from 'vitest/config';
import { ClosingReporter } from './test/support/closing-reporter.ts';

export default defineConfig({
  test: {
    reporters: ['default', new ClosingReporter()],
    pool: 'forks',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/**/*.{browser,engine,simulation}.test.{ts,tsx}'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // On a real Docker Engine: mostly waiting, so more files at once than there are processors.
        test: {
          name: 'engine',
          include: ['test/**/*.engine.test.{ts,tsx}'],
          globalSetup: 'test/support/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          // What needed it is named at the end of the run.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The web page in Chromium, beside the tests on a real engine: mostly waiting, too.
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          globalSetup: 'test/support/browser-set-up.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Takes every processor for itself, so it runs when the others have ended.
        test: {
          name: 'simulation',
          include: ['test/**/*.simulation.test.ts'],
          testTimeout: 600_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
