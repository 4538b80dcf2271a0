import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { StepContext } from '../domain/step.ts';
import { AT_A_TIME, inTurns } from './in-turns.ts';
import { asideName, findInstance } from './instances.ts';
import { isShared } from './taking-over.ts';

/** Which services; without it all of which each release has a container of its own. */
type Which = (service: ServiceSpec) => boolean;

/**
 * Gives the containers of one release the names that people know, and sets the other's aside. Safe at any
 * time: a container that runs may be renamed, and one that has its name already is left alone.
 */
export async function exchangeNames(
  context: StepContext,
  leaving: Release,
  coming: Release,
  which?: Which,
): Promise<void> {
  // At an installation there is nothing to leave.
  if (leaving.id !== coming.id) await setNamesAside(context, leaving, which);
  await inTurns(own(context, coming, which), AT_A_TIME, async (service) => {
    const instance = await findInstance(context, coming, service);
    if (instance) await rename(context, instance, service.containerName);
  });
}

/** The first half: from now on nobody starts anything by the names that people know. */
export async function setNamesAside(context: StepContext, leaving: Release, which?: Which): Promise<void> {
  await inTurns(own(context, leaving, which), AT_A_TIME, async (service) => {
    const instance = await findInstance(context, leaving, service);
    if (instance) await rename(context, instance, asideName(service, leaving.id));
  });
}

const own = (context: StepContext, { services }: Release, which?: Which): ServiceSpec[] =>
  services.filter((service) => (which?.(service) ?? true) && !isShared(context, service));

async function rename({ host }: StepContext, instance: Instance, name: string): Promise<void> {
  if (instance.name !== name) await host.renameInstance(instance.id, name);
}
