import { baseName, copyOfEngine } from '../domain/engine-copy.ts';
import { BelayError } from '../domain/errors.ts';
import type { World } from '../domain/ports/world.ts';
import type { Release } from '../domain/release.ts';
import { groupOf, type ServiceSpec } from '../domain/service-spec.ts';
import type { Step } from '../domain/step.ts';
import { type PlannedChange, planChange } from './plan-change.ts';
import { servicesAsWanted } from './services-as-wanted.ts';

export interface ScalingRequest {
  /** How many service engines there are to be: of the group, or of all. */
  count: number;
  /** Of this engine and its copies alone, which further ones are copied from. */
  group?: string | undefined;
  by: string;
}

/**
 * What it would mean to have so many service engines: new ones are copies of the first, or of the one that is named; of
 * those that are too many the youngest go. Changes nothing. `refused` where there is nothing to copy, or nothing to do.
 */
export async function planScaling(
  world: World,
  active: Release,
  { count, group, by }: ScalingRequest,
  steps: readonly Step[],
): Promise<PlannedChange> {
  const now = await servicesAsWanted(world, active);
  const members = membersOf(active, now, group);
  if (count < members.length) {
    const gone = new Set(youngestFirst(members).slice(0, members.length - count));
    return planChange(world, active, { now, after: now.filter((each) => !gone.has(each)), by }, steps);
  }
  if (count === members.length) {
    const engines = count === 1 ? 'one service engine' : `${count} service engines`;
    const which = group === undefined ? engines : `${engines} of ${group}`;
    throw new BelayError('refused', `${active.appliance} has ${which} already.`, {
      hint: 'See them: show serviceengines',
    });
  }
  const template = members[0] as ServiceSpec;
  refuseOwnData(template);
  const { copies, leftOut } = furtherCopies(world, active, now, template, count - members.length);
  const planned = await planChange(world, active, { now, after: [...now, ...copies], by }, steps);
  const { warnings } = planned.plan;
  const more = [
    ...(leftOut.length > 0 ? [`Only ${template.name} itself has ${leftOut.join(', ')}: its copies go without.`] : []),
    ...hostNetwork(template),
  ];
  return { ...planned, plan: { ...planned.plan, warnings: [...warnings, ...more] } };
}

/** What it would mean to have one service engine less. Changes nothing. `not-found` and `refused` where it is none. */
export async function planEngineRemoval(
  world: World,
  active: Release,
  { name, by }: { name: string; by: string },
  steps: readonly Step[],
): Promise<PlannedChange> {
  const now = await servicesAsWanted(world, active);
  const service = now.find((each) => each.name === name);
  if (!service) throw noSuchEngine(active, now, name);
  if (service.role !== 'engine') {
    throw new BelayError('refused', `${name} is no service engine: it is the ${service.role}.`, {
      hint: 'See which there are: show serviceengines',
    });
  }
  const planned = await planChange(world, active, { now, after: now.filter((each) => each !== service), by }, steps);
  const isLast = now.filter(({ role }) => role === 'engine').length === 1;
  const last =
    'It is the last one: until a rollback brings it back there is nothing that scale serviceengine could copy.';
  return isLast ? { ...planned, plan: { ...planned.plan, warnings: [...planned.plan.warnings, last] } } : planned;
}

function membersOf(active: Release, now: readonly ServiceSpec[], group: string | undefined): ServiceSpec[] {
  const engines = now.filter(({ role }) => role === 'engine');
  const members = engines.filter((each) => group === undefined || groupOf(each) === group);
  if (members.length > 0) return members;
  if (group !== undefined) throw noSuchEngine(active, now, group);
  throw new BelayError('refused', `${active.appliance} has no service engine that could be copied.`, {
    hint: 'Services are service engines where the manifest gives them the role engine.',
  });
}

function noSuchEngine(active: Release, now: readonly ServiceSpec[], name: string): BelayError {
  const groups = [...new Set(now.filter(({ role }) => role === 'engine').map(groupOf))];
  const some = groups.slice(0, 5).join(', ');
  return new BelayError('not-found', `${active.appliance} has no service engine ${name}.`, {
    hint: groups.length > 0 ? `There is ${some}; see all: show serviceengines` : 'See what runs: show system',
  });
}

const sinceOf = ({ scaled }: ServiceSpec): string => scaled?.at ?? '';

function youngestFirst(members: readonly ServiceSpec[]): ServiceSpec[] {
  return members.toSorted((a, b) => (sinceOf(a) < sinceOf(b) ? -1 : sinceOf(a) > sinceOf(b) ? 1 : 0)).reverse();
}

/** Its data is in the slot, which is that of what runs: a copy would begin without, and nothing could be gone back to. */
function refuseOwnData({ name, mounts }: ServiceSpec): void {
  const targets = mounts.filter(({ slotKey }) => slotKey !== null).map(({ target }) => target);
  if (targets.length === 0) return;
  throw new BelayError('refused', `${name} has data of its own at ${targets.join(', ')}, which no copy could have.`, {
    hint: 'Only service engines without data of their own can be scaled. See: show system',
  });
}

function furtherCopies(
  { journal, clock }: World,
  active: Release,
  now: readonly ServiceSpec[],
  template: ServiceSpec,
  wanted: number,
): { copies: ServiceSpec[]; leftOut: string[] } {
  const taken = new Set(now.flatMap(({ name, containerName }) => [name, containerName]));
  for (const { service } of journal.orphans(active.appliance)) taken.add(service);
  const copies: ServiceSpec[] = [];
  const leftOut = new Set<string>();
  for (let number = 2; copies.length < wanted; number++) {
    const name = `${groupOf(template)}-${number}`;
    if (taken.has(name) || taken.has(`${baseName(template)}-${number}`)) continue;
    const copy = copyOfEngine(template, number, clock.now());
    copies.push(copy.spec);
    for (const each of copy.leftOut) leftOut.add(each);
  }
  return { copies, leftOut: [...leftOut] };
}

const hostNetwork = ({ name, settings }: ServiceSpec): string[] =>
  settings.hostConfig['NetworkMode'] === 'host'
    ? [`${name} and its copies are in the network of the host: what listens there must not do so at the same port.`]
    : [];
