import type { ServiceView } from './system-views.ts';

/** So many service engines have a line each; of more, only those that are not up have. */
const MOST_ENGINES = 8;

export const isUp = ({ state, health }: ServiceView): boolean => state === 'running' && health !== 'unhealthy';

/** The services that are worth a line, and in words how many engines are up where those have none. */
export function servicesInShort(services: readonly ServiceView[]): { shown: ServiceView[]; engines: string | null } {
  const engines = services.filter(({ role }) => role === 'engine');
  if (engines.length <= MOST_ENGINES) return { shown: [...services], engines: null };
  return {
    shown: services.filter((service) => service.role !== 'engine' || !isUp(service)),
    engines: `${engines.filter(isUp).length} of ${engines.length} service engines are up`,
  };
}
