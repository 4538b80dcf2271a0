import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import { restartPolicyOf, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { isFatal, whyItFailed } from './engine-progress.ts';
import { findInstance, isUp } from './instances.ts';
import { noteStuck, startAgain } from './start-again.ts';

/** Which of those that go on untouched run as a change begins: `bringBackUntouched` wants no others. */
export async function noteUntouched(context: StepContext): Promise<void> {
  const found = await untouched(context, context.from);
  context.learn({ keptRunning: found.flatMap(({ service, instance }) => (isUp(instance) ? service.name : [])) });
}

/**
 * Starts once more what was to go on untouched and has ended meanwhile. What cannot be started holds nothing up:
 * somebody is asked to look. `release` is the one that the change is on its way to.
 */
export async function bringBackUntouched(context: StepContext, release: Release): Promise<void> {
  const { keptRunning = [] } = context.facts();
  for (const { service, instance } of await untouched(context, release)) {
    if (!instance || isUp(instance) || !keptRunning.includes(service.name)) continue;
    const startable = { release, service, instance, restartPolicy: restartPolicyOf(service) };
    try {
      noteStuck(context, await startAgain(context, startable));
    } catch (thrown) {
      if (isFatal(context, thrown)) throw thrown;
      const doubt = `${service.name}, which was to go on untouched, has ended and did not start again: ${whyItFailed(thrown)}.`;
      context.learn({ doubt: [context.facts().doubt, doubt].filter(Boolean).join(' ') });
    }
  }
}

async function untouched(
  context: StepContext,
  release: Release,
): Promise<{ service: ServiceSpec; instance: Instance | null }[]> {
  const { kept = [] } = context.facts();
  const services = release.services.filter(({ name }) => kept.includes(name));
  return Promise.all(
    services.map(async (service) => ({ service, instance: await findInstance(context, release, service) })),
  );
}
