import { basename } from 'node:path';
import { describe, expect, inject } from 'vitest';
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
  describe.skipIf(socketPath === '')(title, () =>
    body({
      engine: engineAt(socketPath),
      registry,
      name: (word) => `${prefix}-${word}`,
      reference: (repository, tag) => `${registry}/${prefix}/${repository}:${tag}`,
    }),
  );
}
