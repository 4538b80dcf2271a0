import type { TestProject } from 'vitest/node';
import { BROWSER_NEEDS, findCommand, provideNeeds } from '../../src/demo/private-engine/debian-packages.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of Chromium; '' where there is none. */
    chromium: string;
  }
}

/** Debian's Chromium for the tests of the web page. */
export default async function setUp(project: TestProject): Promise<void> {
  const problem = await provideNeeds(BROWSER_NEEDS);
  const path = await findCommand('chromium');
  if (path === null) {
    const why = problem ?? 'Debian package chromium';
    if (process.env['CI'] === 'true') throw new Error(`no Chromium for the tests: ${why}`);
    process.stderr.write(`\n*** NO CHROMIUM: ${why}\n*** Every test of the web page in a browser is skipped.\n\n`);
  }
  project.provide('chromium', path ?? '');
}
