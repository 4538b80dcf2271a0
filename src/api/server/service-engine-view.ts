import type { Operation } from '../../domain/operation.ts';
import type { Orphan } from '../../domain/orphan.ts';
import type { Instance } from '../../domain/ports/container-host.ts';
import type { Appliance } from '../../domain/ports/journal.ts';
import type { World } from '../../domain/ports/world.ts';
import type { Release } from '../../domain/release.ts';
import { groupOf, type ServiceSpec } from '../../domain/service-spec.ts';
import type { ServiceEngineView } from '../contract/service-engine-views.ts';

type Engines = Pick<World, 'journal' | 'host'>;

interface Seen {
  spec: ServiceSpec;
  release: Release;
  instance: Instance | null;
  /** The operation that is taking it along, or has done so last; null where there is none. */
  operation: Operation | null;
}

/** Every service engine of what runs, those that are coming, and those that a rollback has cut off. */
export async function viewServiceEngines(world: Engines, appliance: Appliance): Promise<ServiceEngineView[]> {
  const { journal } = world;
  const active = journal.release(appliance.active);
  const [last = null] = journal.operations(appliance.name, 1);
  if (!active) return [];
  const coming = last?.state === 'running' && last.to !== active.id ? journal.release(last.to) : null;
  const operation = coming || last?.to === active.id ? last : null;
  const seen = await Promise.all([
    ...(await seeEngines(world, active, coming, operation)),
    ...orphansOf(world, active),
  ]);
  return seen.map((each) => ('spec' in each ? viewOf(each, appliance) : each));
}

/** Each where it is now: one that has followed is that of the coming release already. */
async function seeEngines(
  { journal, host }: Engines,
  active: Release,
  coming: Release | null,
  operation: Operation | null,
): Promise<Promise<Seen>[]> {
  const containers = new Map(
    [active, ...(coming ? [coming] : [])].map(({ id }) => [
      id,
      new Map(journal.instances(id).map(({ service, containerId }) => [service, containerId])),
    ]),
  );
  const here = new Map(enginesOf(active).map((spec) => [spec.name, { spec, release: active }]));
  for (const spec of coming ? enginesOf(coming) : []) {
    const hasFollowed = operation?.facts.engines?.[spec.name]?.state === 'followed';
    if (coming && (hasFollowed || !here.has(spec.name))) here.set(spec.name, { spec, release: coming });
  }
  return [...here.values()].map(async ({ spec, release }) => {
    const containerId = containers.get(release.id)?.get(spec.name);
    const instance = containerId === undefined ? null : await host.inspectInstance(containerId);
    return { spec, release, instance, operation };
  });
}

const enginesOf = ({ services }: Release): ServiceSpec[] => services.filter(({ role }) => role === 'engine');

function viewOf({ spec, release, instance, operation }: Seen, { createdAt }: Appliance): ServiceEngineView {
  return {
    name: spec.name,
    version: spec.image.tag,
    ...stateOf(spec, instance, operation),
    joined: spec.scaled?.at ?? createdAt.toISOString(),
    release: release.id,
    group: groupOf(spec),
    container: instance?.name ?? null,
  };
}

type State = Pick<ServiceEngineView, 'state' | 'reason'>;

function stateOf({ name }: ServiceSpec, instance: Instance | null, operation: Operation | null): State {
  const progress = operation?.facts.engines?.[name];
  const isItsTurn = operation?.state === 'running' && operation.facts.following?.engines.includes(name);
  if (isItsTurn && progress?.state !== 'followed') {
    return progress?.state === 'failed'
      ? { state: 'failed', reason: `${progress.reason}; it is tried again` }
      : { state: 'updating', reason: null };
  }
  const trouble = troubleOf(instance);
  if (trouble === null) return { state: 'up', reason: null };
  if (progress?.state === 'failed') return { state: 'failed', reason: `it did not follow: ${progress.reason}` };
  return trouble;
}

/** Null where it runs as it should, as far as the engine can tell. */
function troubleOf(instance: Instance | null): State | null {
  if (!instance) return { state: 'down', reason: 'its container is gone' };
  const { state, health, exitCode } = instance;
  if (state === 'running') {
    return health === 'unhealthy' ? { state: 'failed', reason: 'its own health check fails' } : null;
  }
  if (state === 'restarting') return { state: 'failed', reason: `it ends again and again, with code ${exitCode}` };
  return { state: 'down', reason: state === 'exited' ? `it ended with code ${exitCode}` : `it is ${state}` };
}

/** One row an engine, whatever containers of it there are. */
function orphansOf({ journal, host }: Engines, active: Release): Promise<ServiceEngineView>[] {
  const names = new Set(active.services.map(({ name }) => name));
  // One of that name may be there again, with another container.
  const orphans = journal.orphans(active.appliance).filter(({ service }) => !names.has(service));
  const releases = new Map(
    [...new Set(orphans.map(({ release }) => release))].map((id) => [id, journal.release(id)] as const),
  );
  const createdMs = ({ release }: Orphan) => releases.get(release)?.createdAt.getTime() ?? 0;
  const latest = new Map(orphans.toSorted((a, b) => createdMs(a) - createdMs(b)).map((each) => [each.service, each]));
  return [...latest.values()].map(async ({ service, release: id, containerId, at }) => {
    const spec = releases.get(id)?.services.find(({ name }) => name === service);
    const container = await host.inspectInstance(containerId);
    return {
      name: service,
      version: spec?.image.tag ?? 'unknown',
      state: 'orphaned' as const,
      joined: spec?.scaled?.at ?? (releases.get(id)?.createdAt ?? at).toISOString(),
      release: id,
      reason: 'it joined after what was gone back to, and is cut off',
      group: spec ? groupOf(spec) : service,
      container: container?.name ?? null,
    };
  });
}
