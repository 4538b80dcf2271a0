import type { ApplianceDraft } from '../../src/domain/appliance-draft.ts';
import type { Operation } from '../../src/domain/operation.ts';
import type { Orphan } from '../../src/domain/orphan.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/policy.ts';
import type { Release } from '../../src/domain/release.ts';
import { DEFAULT_GATE, type ServiceRole, type ServiceSpec } from '../../src/domain/service-spec.ts';
import type { ContainerRecord } from '../../src/lab/records.ts';
import type { Behaviour } from './appliance.ts';
import type { Machine } from './machine.ts';

/** The service whose version is the appliance's, where there are others beside it. */
export const SERVER = 'server';

/** A service that follows the server, or another node of it. */
export interface Agent {
  name: string;
  /** It is another instance of the server. */
  isNode: boolean;
  /** It has a volume of its own. */
  hasData: boolean;
  /** A helper with a trigger of its own; null for a service engine. */
  update: 'on-change' | 'on-request' | null;
}

/** A third of the sites have some, and some have a server of three nodes. */
export function drawAgents({ chance }: Machine): Agent[] {
  const count = Number(chance.weighted({ 0: 65, 1: 10, 2: 15, 3: 10 }));
  const agents = Array.from({ length: count }, (_, index) => ({
    name: `agent-${index + 1}`,
    isNode: false,
    hasData: chance.happens(0.2),
    update: chance.pick([null, null, null, 'on-change' as const, 'on-request' as const]),
  }));
  if (!chance.happens(0.3)) return agents;
  return [...['node-2', 'node-3'].map((name) => ({ name, isNode: true, hasData: true, update: null })), ...agents];
}

/** Most versions of it are good: it is not for them that the site is upgraded. */
export const AGENT_BEHAVIOURS: Record<Behaviour, number> = {
  good: 70,
  exits: 8,
  'never-healthy': 6,
  'dies-later': 5,
  'dies-migrating': 0,
  'wrong-version': 4,
  deaf: 7,
};

/** What the vendor's manifest says of it. */
export function manifestOf(
  agents: readonly Agent[],
  maxUnavailable: number,
): { draft: ApplianceDraft; policy: Policy } {
  const services = [specOf(SERVER, 'controller'), ...agents.map(memberOf)];
  return {
    draft: { services: services.map((spec) => ({ spec, mounts: [] })), volumes: [], networks: [], allowed: [] },
    policy: {
      ...DEFAULT_POLICY,
      engines: { maxUnavailable },
      services: Object.fromEntries(agents.map(({ name, update }) => [name, { gate: {}, versioned: null, update }])),
    },
  };
}

const memberOf = ({ name, isNode, update }: Agent): ServiceSpec => ({
  ...specOf(name, isNode ? 'node' : update ? 'app' : 'engine'),
  ...(update ? { update } : {}),
});

const specOf = (name: string, role: ServiceRole): ServiceSpec => ({
  name,
  role,
  containerName: name,
  image: { reference: '', repository: '', tag: '', digest: null, imageId: null },
  settings: { config: {}, hostConfig: {}, networks: {} },
  mounts: [],
  gate: DEFAULT_GATE,
});

export const isNodeName = (member: string): boolean => member.startsWith('node-');

/** By which a process is known for a member of its site, whatever container it is in. */
export const memberEnvironment = (name: string): Record<string, string> => ({ SIM_MEMBER: name });

/** Those that did not follow, and have not been made good since: they may be down. */
export function noteLaggards({ circumstances }: Machine, operation: Operation | null): void {
  // What was begun was taken back, with whatever was down before.
  if (operation?.state === 'rolled-back' || operation?.state === 'failed') return;
  for (const [name, { state }] of Object.entries(operation?.facts.engines ?? {})) {
    if (state === 'failed') circumstances.laggards.add(name);
    else circumstances.laggards.delete(name);
  }
  if (operation?.kind !== 'change' || operation.state !== 'succeeded') return;
  const { kept = [] } = operation.facts;
  for (const name of circumstances.laggards) if (!kept.includes(name)) circumstances.laggards.delete(name);
}

/** Each agent of the active release runs, once, from the image of that release; the others do not. */
export function checkAgents(
  machine: Machine,
  active: Release,
  containers: readonly ContainerRecord[],
  containerOf: (service: string) => string | undefined,
  mayBeDown: (version: string, service: ServiceSpec) => boolean,
): void {
  const running = machine.processes.all().filter(({ member, isRehearsed }) => member !== SERVER && !isRehearsed);
  for (const { member, containerId, version } of running) {
    if (containerOf(member) !== containerId)
      machine.violate(`${member} ${version} runs, and is not of the active release`);
  }
  for (const service of active.services.filter(({ role }) => role !== 'controller')) {
    const container = containers.find(({ id }) => id === containerOf(service.name));
    if (machine.circumstances.byHand) continue;
    if (!container) {
      machine.violate(`the container of ${service.name} is gone`);
      continue;
    }
    if (container.name !== service.containerName) machine.violate(`${service.name} is called ${container.name}`);
    if (container.imageId !== service.image.imageId) machine.violate(`${service.name} has another image`);
    const isExcused = machine.circumstances.laggards.has(service.name) || mayBeDown(service.image.tag, service);
    if (!container.state.Running && !isExcused) machine.violate(`${service.name} does not run`);
  }
}

/** Those that joined since are off and in no network, whatever else happens. */
export function checkOrphans(
  machine: Machine,
  containers: readonly ContainerRecord[],
  orphans: readonly Orphan[],
): void {
  if (machine.circumstances.byHand) return;
  for (const { service, containerId } of orphans) {
    const container = containers.find(({ id }) => id === containerId);
    if (container?.state.Running) machine.violate(`${service} joined since, and runs`);
    const networks = Object.keys(container?.networks ?? {});
    if (networks.length > 0) machine.violate(`${service} joined since, and is in ${networks}`);
  }
}
