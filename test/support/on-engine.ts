import { basename } from 'node:path';
import { afterAll, describe, expect, inject } from 'vitest';
import { type Engine, engineAt } from '../../src/demo/private-engine/private-engine.ts';

/** The shared Docker Engine and registry, as a test file sees them. */
export interface Bench {
  engine: Engine;
  /** `127.0.0.1:PORT` */
  registry: string;
  /** A name that no other test file uses, for containers, volumes and networks: `recovery-web`. */
  name(word: string): string;
  /** A reference in the registry that no other test file uses. */
  reference(repository: string, tag: string): string;
}

/**
 * `describe` for tests that need a real Docker Engine. They run side by side with other files on one
 * engine, so everything made there is named by `bench.name`. Skipped where no engine can be had.
 */
export function describeOnEngine(title: string, body: (bench: Bench) => void): void {
  const socketPath = inject('engineSocket');
  const registry = inject('registryAddress');
  const prefix = basename(expect.getState().testPath ?? 'test').replace(/\.engine\.test\.tsx?$/, '');
  describe.skipIf(socketPath === '')(title, () => {
    const engine = engineAt(socketPath);
    afterAll(() => removeContainers(engine, prefix));
    body({
      engine,
      registry,
      name: (word) => `${prefix}-${word}`,
      reference: (repository, tag) => `${registry}/${prefix}/${repository}:${tag}`,
    });
  });
}

/** Each one that is left would have its health looked at once a second until the last file has ended. */
async function removeContainers({ docker }: Engine, prefix: string): Promise<void> {
  const ids = await docker(['ps', '-aq', '--filter', `name=^${prefix}-`]);
  if (ids !== '') await docker(['rm', '-f', '-v', ...ids.split('\n')]);
}
