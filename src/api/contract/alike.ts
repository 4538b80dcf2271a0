import type { UpgradePlanView } from './plan-views.ts';

type Planned = UpgradePlanView['services'][number];

/** Services of which a plan says the same, as of the engines of a cluster, in the order of the first of each. */
export interface Alike extends Omit<Planned, 'name'> {
  names: string[];
}

type PlannedMount = UpgradePlanView['mounts'][number];

/** Mounts of which a plan says the same, as of the engines of a cluster, each of which has a volume of its own. */
export interface AlikeMounts extends Omit<PlannedMount, 'service' | 'source'> {
  sources: string[];
}

/** So many have a line each; more that are alike have one together, with the sum of their sizes. */
const MOST_MOUNTS = 3;

/** In the order of the first of each. */
export function alikeMounts(mounts: readonly PlannedMount[]): AlikeMounts[] {
  const groups = Map.groupBy(mounts, ({ kind, targets, treatment, note }) =>
    JSON.stringify([kind, targets, treatment, note]),
  );
  return groups
    .values()
    .flatMap((group) => (group.length > MOST_MOUNTS ? [group] : group.map((each) => [each])))
    .map(together)
    .toArray();
}

function together(group: PlannedMount[]): AlikeMounts {
  const [{ service: _, source: __, ...same }] = group as [PlannedMount];
  const sum = (of: 'sizeBytes' | 'files') => group.reduce((total, each) => total + each[of], 0);
  return { ...same, sources: group.map(({ source }) => source), sizeBytes: sum('sizeBytes'), files: sum('files') };
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
