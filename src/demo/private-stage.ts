import { makeAcmeImages, publishAcmeImages } from './acme-images.ts';
import { ENGINE_NEEDS, provideNeeds } from './private-engine/debian-packages.ts';
import { startPrivateEngine } from './private-engine/private-engine.ts';
import { startRegistry } from './private-engine/registry.ts';
import { programs } from './programs.ts';
import { runAcme } from './real-acme.ts';
import type { Making, Stage } from './stage.ts';

const CONTAINER = 'acme';

/** A Docker Engine and a registry from Debian's packages, for the demo alone. */
export async function openPrivateStage({ belongings, signal, say }: Making): Promise<Stage> {
  const problem = await provideNeeds(ENGINE_NEEDS);
  if (problem !== null) throw new Error(`No private Docker Engine: ${problem}. Without --docker none is needed.`);
  signal.throwIfAborted();
  say('Starting a private Docker Engine and a registry, and making four small images…');
  const engine = await startPrivateEngine('demo');
  belongings.defer(() => engine.stop());
  const registry = await startRegistry();
  belongings.defer(() => registry.stop());
  const repository = `${registry.address}/acme/server`;
  await makeAcmeImages(engine.socketPath, repository, programs.sampleAppliance, signal);
  await publishAcmeImages(engine.socketPath, repository, signal);
  const url = await runAcme(engine.socketPath, repository, CONTAINER, signal);
  return {
    dockerHost: engine.dockerHost,
    container: CONTAINER,
    url,
    engine: `Engine: a private Docker Engine with a registry at ${registry.address}, because of --docker. Both go at the end.`,
  };
}
