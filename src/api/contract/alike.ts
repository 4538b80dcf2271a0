import type { UpgradePlanView } from './views.ts';

type Planned = UpgradePlanView['services'][number];

/** Services of which a plan says the same, as of the engines of a cluster, in the order of the first of each. */
export interface Alike extends Omit<Planned, 'name'> {
  names: string[];
}

/** What waits for a service is said of it alone. */
export function alike(services: readonly Planned[]): Alike[] {
  const groups = Map.groupBy(services, ({ name, from, to, kept }) => (kept ? name : `${from} ${to}`));
  return groups
    .values()
    .flatMap((group) => {
      const [{ name: _, ...same }] = group as [Planned];
      return [{ ...same, names: group.map(({ name }) => name) }];
    })
    .toArray();
}
