import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Names every test that did not run, or not well at the first try, and closes with `N passed, N failed` alone on the last line. */
export class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    const repeated: string[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        counts[state]++;
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (state === 'skipped') skipped.push(name);
        if (test.diagnostic()?.flaky) repeated.push(name);
      }
      // A file that cannot be loaded, or whose hook fails, has failed even where none of its tests has.
      const hasFailedTest = tests.some((test) => test.result().state === 'failed');
      if (module.state() === 'failed' && !hasFailedTest) counts.failed++;
    }
    const write = (text: string) => process.stdout.write(`${text}\n`);
    const list = (title: string, names: string[]) => {
      if (names.length > 0) write(`\n${title}:\n${names.map((name) => `  ${name}`).join('\n')}`);
    };
    list('NOT RUN', skipped);
    list('PASSED ONLY WHEN REPEATED', repeated);
    const unfinished = counts.failed + counts.pending;
    write(`\n${counts.passed} passed, ${unfinished} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
  }
}
