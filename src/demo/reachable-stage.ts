import { makeAcmeImages, removeAcmeImages } from './acme-images.ts';
import { programs } from './programs.ts';
import type { ReachableEngine } from './reachable-engine.ts';
import { removeAcme, runAcme } from './real-acme.ts';
import type { Making, Stage } from './stage.ts';

/** Nothing listens on port 1: that there is no registry is known at once. */
const NO_REGISTRY = 'localhost:1';

/** The sample appliance on an engine of this machine's, beside whatever else runs there. */
export async function openReachableStage(
  { socketPath, product, name }: ReachableEngine,
  { belongings, signal, say }: Making,
): Promise<Stage> {
  const repository = `${NO_REGISTRY}/${name}`;
  say(`Making four small images and the container ${name} on ${product}…`);
  belongings.defer(() => removeAcmeImages(socketPath, repository));
  await makeAcmeImages(socketPath, repository, programs.sampleAppliance, signal);
  belongings.defer(() => removeAcme(socketPath, name));
  const url = await runAcme(socketPath, repository, name, signal);
  return {
    dockerHost: `unix://${socketPath}`,
    container: name,
    url,
    engine: `Engine: ${product}, because it answers at unix://${socketPath}. The demo touches only what it has made there, and removes it at the end. There is no registry: the images are on the engine.`,
  };
}
