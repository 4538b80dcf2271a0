import type { ApplianceDraft, ServiceDraft } from '../domain/appliance-draft.ts';
import { BelayError } from '../domain/errors.ts';
import { newReleaseId, newSlotId } from '../domain/ids.ts';
import { keyedTogether } from '../domain/mount-sharing.ts';
import type { Policy } from '../domain/policy.ts';
import type { Instance } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { World } from '../domain/ports/world.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { freshSlot } from '../domain/slot.ts';
import { startOrder } from '../domain/start-order.ts';
import { adoptedMounts } from './adopted-mounts.ts';
import { composeDependencies, controllerAmong, membersOf } from './compose-project.ts';
import { containerOwners } from './container-owners.ts';
import { isUp } from './instances.ts';

const APPLIANCE_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

export interface AdoptRequest {
  /** What is taken over: one container and those that the manifest has beside it, or all of a Compose project. */
  what: { container: string } | { project: string; controller?: string | undefined };
  name?: string | undefined;
  by: string;
  /** What a manifest says of it: its services as they should be, and what is wanted of Belay. */
  manifest?: { draft: ApplianceDraft; policy: Policy } | undefined;
}

interface Taken {
  instance: Instance;
  spec: ServiceSpec;
}

/**
 * Takes running containers over as the first release of an appliance, without touching them. `not-found`
 * where they are not there, `refused` where one does not run or belongs to an appliance already.
 */
export async function adopt(world: World, request: AdoptRequest): Promise<Release> {
  const { journal, clock } = world;
  const taken = inStartOrder(withManifest(await takenBy(world, request), request));
  const name = request.name ?? ('project' in request.what ? request.what.project : taken[0]?.spec.containerName) ?? '';
  requireApplianceName(name, 'Choose one: adopt … as NAME');
  const at = clock.now();
  const slot = freshSlot({
    id: newSlotId(),
    appliance: name,
    mounts: [],
    state: 'live',
    createdAt: at,
  });
  const services = keyedTogether(taken.map(({ spec }) => spec));
  slot.mounts = await adoptedMounts(world, services, slot.id);
  const release: Release = {
    id: newReleaseId(),
    appliance: name,
    version: '',
    services,
    slot: slot.id,
    status: 'active',
    origin: 'adopt',
    copyOf: null,
    previous: null,
    by: request.by,
    createdAt: at,
  };
  release.version = controllerOf(release).image.tag;
  // Again: somebody else may have adopted one of them while its settings were read.
  for (const { instance } of taken) refuseAdoptedTwice(journal, instance);
  const instances = taken.map(({ spec, instance }) => ({
    release: release.id,
    service: spec.name,
    containerId: instance.id,
  }));
  journal.adopt(release, slot, instances, request.manifest?.policy);
  return release;
}

export function requireApplianceName(name: string, hint: string): void {
  if (APPLIANCE_NAME.test(name)) return;
  const message = `"${name}" cannot name an appliance: letters, digits, dots, dashes, at most 63.`;
  throw new BelayError('invalid-input', message, { hint });
}

async function takenBy(world: World, { what, manifest }: AdoptRequest): Promise<Taken[]> {
  if ('container' in what) return takenByName(world, what.container, manifest?.draft.services ?? []);
  const members = await membersOf(world.host, what.project);
  const taken = await Promise.all(members.map(({ id }) => take(world, id)));
  for (const { spec } of taken) refuseSharedNamespace(spec, taken);
  return taken;
}

/** One container; where the manifest has several services, the containers that bear their names with it. */
async function takenByName(world: World, container: string, asked: readonly ServiceDraft[]): Promise<Taken[]> {
  const first = await take(world, container);
  if (asked.length <= 1) return [first];
  const called = first.instance.name;
  if (!asked.some(({ spec }) => spec.containerName === called)) {
    throw new BelayError('refused', `No service of the manifest has the container ${called}.`, {
      hint: `Say which one it is: container_name: ${called}`,
    });
  }
  const taken = await Promise.all(
    asked.map(async ({ spec: { name, containerName } }) => {
      const { instance, spec } = containerName === called ? first : await take(world, containerName);
      return { instance, spec: { ...spec, name } };
    }),
  );
  for (const { spec } of taken) refuseSharedNamespace(spec, taken);
  return taken;
}

/** One running container that nobody has adopted yet, and what the user set on it. */
async function take({ journal, host }: World, container: string): Promise<Taken> {
  const instance = await host.inspectInstance(container);
  if (!instance) {
    throw new BelayError('not-found', `There is no container ${container}.`, {
      hint: 'See what there is: show containers',
    });
  }
  if (!isUp(instance)) {
    throw new BelayError('refused', `The container ${instance.name} is not running (${instance.state}).`, {
      hint: `Start it first: docker start ${instance.name}`,
    });
  }
  refuseAdoptedTwice(journal, instance);
  const spec = await host.readSpec(instance.id);
  return { instance, spec: { ...spec, dependsOn: composeDependencies(spec) } };
}

// The new container would share the namespace of the old one, which is stopped by then.
function refuseSharedNamespace({ name, settings }: ServiceSpec, taken: readonly Taken[]): void {
  for (const key of ['NetworkMode', 'PidMode', 'IpcMode']) {
    const [, owner] = /^container:(.+)$/.exec(String(settings.hostConfig[key] ?? '')) ?? [];
    const other = taken.find(({ instance }) => owner === instance.id || owner === instance.name);
    if (!other) continue;
    throw new BelayError('refused', `${name} lives in the namespace of ${other.spec.name} (${key}).`, {
      hint: 'Belay cannot upgrade two containers that share one. Give it a network of its own, then adopt the project.',
    });
  }
}

function withManifest(taken: Taken[], { what, manifest }: AdoptRequest): Taken[] {
  const project = 'project' in what ? what.project : 'the container';
  const named = 'project' in what ? what.controller : undefined;
  if (!manifest) {
    const services = taken.map(({ spec }) => spec);
    const controller = taken.length === 1 ? services[0]?.name : controllerAmong(services, named, project);
    return taken.map(({ spec, instance }) => ({
      instance,
      spec: { ...spec, role: spec.name === controller ? ('controller' as const) : ('app' as const) },
    }));
  }
  const asked = manifest.draft.services.map(({ spec }) => spec);
  // A container that was started by hand has no service's name: the only service of the manifest is meant.
  const isOne = taken.length === 1 && asked.length === 1;
  const missing = asked.filter((each) => !isOne && !taken.some(({ spec }) => spec.name === each.name));
  if (missing[0]) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new BelayError('refused', `The manifest has services that do not run: ${names}.`, {
      hint: `What runs is ${taken.map(({ spec }) => spec.name).join(', ')}. Start the others, or take them out of the manifest.`,
    });
  }
  return taken.map(({ spec, instance }) => {
    const said = isOne ? asked[0] : asked.find(({ name }) => name === spec.name);
    if (!said) {
      throw new BelayError('refused', `${spec.name} runs, and the manifest does not say what it is.`, {
        hint: `Add it to the services of the manifest.`,
      });
    }
    return { instance, spec: governedBy(spec, said) };
  });
}

/** What runs, with what the manifest says besides: it is not changed by being adopted. */
function governedBy(spec: ServiceSpec, said: ServiceSpec): ServiceSpec {
  return {
    ...spec,
    name: said.name,
    role: said.role,
    gate: { ...spec.gate, ...said.askedGate },
    ...(said.askedGate ? { askedGate: said.askedGate } : {}),
    ...(said.versioned ? { versioned: said.versioned } : {}),
    ...(said.update ? { update: said.update } : {}),
    ...(said.secrets ? { secrets: said.secrets } : {}),
    dependsOn: { ...spec.dependsOn, ...said.dependsOn },
  };
}

function inStartOrder(taken: Taken[]): Taken[] {
  return startOrder(taken.map(({ spec }) => spec)).flatMap((spec) => taken.filter((each) => each.spec === spec));
}

function refuseAdoptedTwice(journal: Journal, { id, name }: Instance): void {
  const owner = containerOwners(journal).get(id);
  if (owner === undefined) return;
  throw new BelayError('refused', `The container ${name} belongs to the appliance ${owner} already.`, {
    hint: 'Look at it: show system',
  });
}
