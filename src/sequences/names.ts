import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import type { StepContext } from '../domain/step.ts';
import { asideName, findInstance } from './instances.ts';

/**
 * Gives the containers of one release the names that people know, and sets the other's aside. Safe at any
 * time: a container that runs may be renamed, and one that has its name already is left alone.
 */
export async function exchangeNames(context: StepContext, leaving: Release, coming: Release): Promise<void> {
  // At an installation there is nothing to leave.
  if (leaving.id !== coming.id) await setNamesAside(context, leaving);
  for (const service of coming.services) {
    const instance = await findInstance(context, coming, service);
    if (instance) await rename(context, instance, service.containerName);
  }
}

/** The first half: from now on nobody starts anything by the names that people know. */
export async function setNamesAside(context: StepContext, leaving: Release): Promise<void> {
  for (const service of leaving.services) {
    const instance = await findInstance(context, leaving, service);
    if (instance) await rename(context, instance, asideName(service, leaving.id));
  }
}

async function rename({ host }: StepContext, instance: Instance, name: string): Promise<void> {
  if (instance.name !== name) await host.renameInstance(instance.id, name);
}
