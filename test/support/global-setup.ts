import type { TestProject } from 'vitest/node';
import { provideNeeds, TEST_NEEDS } from '../../src/demo/private-engine/debian-packages.ts';
import { startPrivateEngine } from '../../src/demo/private-engine/private-engine.ts';
import { startRegistry } from '../../src/demo/private-engine/registry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the shared Docker Engine's socket; '' where there is none. */
    engineSocket: string;
    /** `127.0.0.1:PORT` of the shared registry; '' where there is none. */
    registryAddress: string;
  }
}

/** One Docker Engine and one registry for all real-engine tests of a run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const problem = await provideNeeds(TEST_NEEDS);
  if (problem !== null) {
    if (process.env['CI'] === 'true') throw new Error(`no real Docker Engine for the tests: ${problem}`);
    process.stderr.write(`\n*** NO REAL DOCKER ENGINE: ${problem}\n*** Every test that needs one is skipped.\n\n`);
    project.provide('engineSocket', '');
    project.provide('registryAddress', '');
    return async () => {};
  }
  const [engine, registry] = await Promise.all([startPrivateEngine('shared'), startRegistry()]);
  project.provide('engineSocket', engine.socketPath);
  project.provide('registryAddress', registry.address);
  return async () => {
    await Promise.all([engine.stop(), registry.stop()]);
  };
}
