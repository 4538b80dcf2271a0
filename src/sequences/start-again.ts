import { BelayError } from '../domain/errors.ts';
import type { ContainerHost, Instance } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { Release } from '../domain/release.ts';
import { NO_RESTART, type RestartPolicy, type ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { asideName } from './instances.ts';
import { makeInstance } from './make-instance.ts';

type Hands = { journal: Journal; host: ContainerHost };

/** A service of a release, and the container that is to run it. */
export interface Startable {
  release: Release;
  service: ServiceSpec;
  instance: Instance;
  /** What the engine is to do when it ends: of the container that is made where this one cannot be started. */
  restartPolicy: RestartPolicy;
  /** Of that container, beside those of its release. */
  labels?: Record<string, string>;
}

/**
 * Starts a container. Where the engine can never start it again, another one is made of the same release, on the
 * same data, and started under its name; the first one is kept, turned off, under the name that
 * is returned. Null where nothing had to be made. Safe to repeat after a cut at any place.
 */
export async function startAgain(hands: Hands, startable: Startable, signal?: AbortSignal): Promise<string | null> {
  const { instance } = startable;
  await rejoin(hands, instance.id, signal);
  try {
    await hands.host.startInstance(instance.id, signal);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof BelayError) || thrown.code !== 'container-stuck') throw thrown;
    return replaceStuck(hands, startable, signal);
  }
}

/** One that a rollback had cut off is connected again as it was: its release is brought up. */
async function rejoin({ journal, host }: Hands, containerId: string, signal?: AbortSignal): Promise<void> {
  const orphan = journal.orphan(containerId);
  if (!orphan) return;
  await host.connectInstance(containerId, orphan.networks, signal);
  journal.forgetOrphans([containerId]);
}

async function replaceStuck({ journal, host }: Hands, startable: Startable, signal?: AbortSignal): Promise<string> {
  const { release, service, instance, restartPolicy, labels } = startable;
  const keptAs = `${asideName(service, release.id)}-stuck-${instance.id.slice(0, 12)}`;
  // The journal learns of the new one before it gets the name: until then the old one is the one that has it back.
  const newName = `${asideName(service, release.id)}-again`;
  const containerId = await makeInstance(
    { host },
    { release, service, name: newName, ...(labels ? { labels } : {}), signal },
  );
  await host.setRestartPolicy(instance.id, NO_RESTART, signal);
  await host.renameInstance(instance.id, keptAs, signal);
  journal.recordInstance({ release: release.id, service: service.name, containerId });
  await host.renameInstance(containerId, instance.name, signal);
  await host.setRestartPolicy(containerId, restartPolicy, signal);
  await host.startInstance(containerId, signal);
  return keptAs;
}

/** Keeps what `startAgain` has returned for whoever watches the operation. */
export function noteStuck({ facts, learn }: Pick<StepContext, 'facts' | 'learn'>, keptAs: string | null): void {
  if (keptAs !== null) learn({ keptStuck: [...(facts().keptStuck ?? []), keptAs] });
}
