import type { Release } from '../../domain/release.ts';
import { remedyOf } from '../../domain/stale-lock.ts';
import type { SeenService } from '../../reconcile/observation.ts';
import { findStaleLock } from '../../sequences/stale-lock.ts';
import type { OperationView } from '../contract/operation-views.ts';
import type { SystemView } from '../contract/system-views.ts';
import type { Service } from './service.ts';

/** Locks that killed servers have left: behind what is down now, and that over which the last operation has stumbled. */
export async function staleLocks(
  { world }: Service,
  release: Release,
  services: readonly SeenService[],
  last: OperationView | null,
): Promise<SystemView['attention']> {
  const failing = services.filter(
    ({ instance }) => instance && (instance.state !== 'running' || instance.health === 'unhealthy'),
  );
  const found = await Promise.all(
    failing.map(async ({ spec, instance }) => instance && findStaleLock(world, release, spec, instance)),
  );
  const now = found.flatMap((lock) =>
    lock ? [{ message: `${lock.service} is down. ${lock.found}`, hint: remedyOf(lock) }] : [],
  );
  const { staleLock = null, kind, to, state } = last ?? {};
  if (!staleLock || state === 'succeeded' || now.length > 0) return now;
  return [{ message: `The last ${kind} to ${to} stumbled. ${staleLock.found}`, hint: remedyOf(staleLock) }];
}
