import type { Dependencies, ServiceRole } from './service-spec.ts';
import { startOrder } from './start-order.ts';

interface Member {
  name: string;
  role: ServiceRole;
  dependsOn?: Dependencies;
}

/** How service engines go over in a step of their own. */
export interface Following {
  /** By name, in the order in which they are started. */
  engines: string[];
  /** How many of them may be off at the same time; null where all of them go over together with the controller. */
  maxUnavailable: number | null;
}

/**
 * The service engines that go over by themselves, in start order: all but those that something else depends on, which
 * has to find them there.
 */
export function enginesThatFollow<Service extends Member>(services: readonly Service[]): Service[] {
  const needed = new Set<string>();
  const need = ({ dependsOn = {} }: Service): void => {
    for (const name of Object.keys(dependsOn)) {
      const other = services.find((each) => each.name === name);
      if (!other || needed.has(name)) continue;
      needed.add(name);
      need(other);
    }
  };
  for (const service of services) if (service.role !== 'engine') need(service);
  return startOrder(services).filter(({ name, role }) => role === 'engine' && !needed.has(name));
}
