import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { OperationView } from '../../src/api/contract/views.ts';
import type { Engine } from '../../src/demo/private-engine/private-engine.ts';
import type { TestBelay } from '../support/belay.ts';

/** The data of a version: what the test appliance calls its witness, and the format that it is in. */
export interface Witness {
  witness: string;
  format: string;
}

export interface Subject {
  belay: TestBelay;
  engine: Engine;
  /** The appliance's name and its container's. */
  appliance: string;
  container: string;
}

export async function readWitness({ engine, container }: Subject): Promise<Witness> {
  const [witness = '', format = ''] = (
    await engine.docker(['exec', container, 'cat', '/data/witness', '/data/format'])
  ).split('\n');
  return { witness, format };
}

/** What the next version makes of the data when it migrates them. */
export const migrated = ({ witness }: Witness, format: string): Witness => ({
  witness: createHash('sha256').update(`${witness}\n`).digest('hex').slice(0, 32),
  format,
});

export interface Outcome {
  version: string;
  data: Witness;
}

/**
 * The promise: exactly one release serves; its version, its image and its data are one of the two that
 * may be, never a mixture; the operation has ended and says why; nothing is left over that is not listed.
 */
export async function expectInvariant(
  subject: Subject,
  operation: OperationView,
  allowed: Outcome[],
): Promise<Outcome> {
  const { belay, engine, appliance, container } = subject;
  const system = await belay.system();
  expect(system.state).toBe('running');
  expect(operation.state).not.toBe('running');
  if (operation.state !== 'succeeded') expect(operation.reason).toBeTruthy();

  const names = (await engine.docker(['ps', '-a', '--format', '{{.Names}} {{.State}}'])).split('\n');
  const own = names.filter((line) => line.startsWith(container));
  expect(own.filter((line) => line.endsWith(' running'))).toEqual([`${container} running`]);

  const [inspect] = JSON.parse(await engine.docker(['inspect', container]));
  const service = system.services[0];
  expect(inspect.Id).toBe(service?.containerId);
  expect(inspect.HostConfig.RestartPolicy.Name).toBe(service?.restartPolicy);
  const [image] = JSON.parse(await engine.docker(['image', 'inspect', inspect.Image]));
  expect(image.RepoTags.some((tag: string) => tag.endsWith(`:${system.version}`))).toBe(true);

  const outcome = { version: system.version, data: await readWitness(subject) };
  expect(allowed).toContainEqual(outcome);
  await expectNothingLeftOver(subject, appliance);
  return outcome;
}

async function expectNothingLeftOver({ belay, engine, container }: Subject, appliance: string): Promise<void> {
  const releases = await belay.releases();
  const slots = new Set(releases.filter(({ data }) => data.state !== 'gone').map(({ slot }) => slot));
  const volumes = await engine.docker(['volume', 'ls', '-q', '--filter', `label=io.belay.appliance=${appliance}`]);
  for (const volume of volumes.split('\n').filter(Boolean)) {
    expect(slots).toContain(/^belay-(S[A-Z]{10})-\d+$/.exec(volume)?.[1]);
  }
  const known = new Set(releases.filter(({ status }) => status !== 'failed').map(({ id }) => id));
  const names = await engine.docker(['ps', '-a', '--format', '{{.Names}}', '--filter', `name=^${container}-R`]);
  for (const name of names.split('\n').filter(Boolean)) {
    expect(known).toContain(name.slice(container.length + 1));
  }
}
