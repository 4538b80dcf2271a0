import type { Drift, DriftLevel } from './drift.ts';
import { activeContainerDrift } from './drift-of-active.ts';
import { activeDataDrift, frozenDataDrift } from './drift-of-data.ts';
import { frozenContainerDrift } from './drift-of-frozen.ts';
import type { Observation } from './observation.ts';

/** Everything that differs, the worst first. Pure: the same observation always gives the same answer. */
export function findDrift(observation: Observation): Drift[] {
  const found = [
    ...activeDataDrift(observation),
    ...observation.active.services.flatMap((service) => activeContainerDrift(observation.active.release, service)),
    ...observation.frozen.flatMap((frozen) => frozenContainerDrift(observation.active, frozen)),
    ...observation.frozen.flatMap((frozen) => frozenDataDrift(observation.active, frozen)),
  ];
  const rank: Record<DriftLevel, number> = { alarm: 0, warning: 1, note: 2 };
  return found.sort((a, b) => rank[a.level] - rank[b.level]);
}
