import { type Dependencies, hasOwnData, keysOf, type ServiceMount, type ServiceRole } from './service-spec.ts';
import { startOrder } from './start-order.ts';

interface Member {
  name: string;
  role: ServiceRole;
  dependsOn?: Dependencies;
  mounts: readonly Pick<ServiceMount, 'slotKey'>[];
}

/** The instances of a controller that has several, by the names of their services. */
export interface Cluster {
  /** All of them, the controller itself first. */
  nodes: string[];
  /** Those that go over after the controller, one after the other; the others go together with it. */
  inTurn: string[];
  /** Why they are not taken in turn although an upgrade would, for the end of a sentence; null where nothing is in the way. */
  because: string | null;
}

/**
 * `waiting` has not been touched; `back` is again what it was. What has a reason has failed, or did before it went back.
 */
export const NODE_STATES = [
  'waiting',
  'stopping',
  'copying',
  'starting',
  'procedure',
  'restarting',
  'proving',
  'done',
  'failed',
  'going-back',
  'back',
] as const;
export type NodeState = (typeof NODE_STATES)[number];

export interface NodeProgress {
  state: NodeState;
  /** For the end of a sentence; null where nothing has failed. */
  reason: string | null;
}

/** All nodes at the same moment: null where the controller has only one. */
export function clusterOf(services: readonly Member[]): Cluster | null {
  const controller = services.find(({ role }) => role === 'controller');
  const others = startOrder(services).filter(({ role }) => role === 'node');
  if (!controller || others.length === 0) return null;
  return { nodes: [controller, ...others].map(({ name }) => name), inTurn: [], because: null };
}

/**
 * The nodes one after the other, the controller first, so that the others serve meanwhile. That is only possible where
 * each of them has its data for itself, and nothing that it works with is exchanged under it. `because` is another
 * reason against it.
 */
export function clusterInTurn(services: readonly Member[], because: string | null): Cluster | null {
  const cluster = clusterOf(services);
  if (!cluster) return null;
  const obstacle = because ?? whatTiesThem(services, cluster.nodes);
  return obstacle ? { ...cluster, because: obstacle } : { ...cluster, inTurn: cluster.nodes.slice(1) };
}

function whatTiesThem(services: readonly Member[], nodes: readonly string[]): string | null {
  for (const service of services) {
    if (!nodes.includes(service.name) || service.role === 'controller') continue;
    const shared = services.find((other) => other !== service && !keysOf(other).isDisjointFrom(keysOf(service)));
    if (shared) return `${service.name} and ${shared.name} have data in common`;
    const needed = services.find(
      (other) => other.role === 'app' && hasOwnData(other) && needs(services, service, other.name),
    );
    if (needed) return `${service.name} works with the data of ${needed.name}`;
    const needing = services.find((other) => other.role === 'app' && needs(services, other, service.name));
    if (needing) return `${needing.name} needs ${service.name}`;
  }
  return null;
}

/** Whether a service depends on another one, by itself or through others. */
function needs(
  services: readonly Member[],
  { name, dependsOn = {} }: Member,
  other: string,
  way: string[] = [],
): boolean {
  return Object.keys(dependsOn).some((next) => {
    if (next === other) return true;
    const service = services.find((each) => each.name === next);
    return service !== undefined && !way.includes(next) && needs(services, service, other, [...way, name]);
  });
}
