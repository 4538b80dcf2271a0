import { relocated } from '../domain/relocated-mount.ts';
import type { ServiceMount, ServiceSpec } from '../domain/service-spec.ts';
import type { Slot } from '../domain/slot.ts';

/**
 * A service of an earlier release with today's data where it had its own. What only its image declared and has no data
 * today is left out: it begins empty, as in an upgrade.
 */
export function onTodaysData(spec: ServiceSpec, then: Slot, today: Slot): ServiceSpec {
  return { ...spec, mounts: spec.mounts.flatMap((mount) => mountOfToday(mount, then, today) ?? []) };
}

/** What somebody has mounted in an earlier release and has no data today: by service, where it is in the container. */
export const withoutDataToday = ({ mounts }: ServiceSpec, today: Slot): string[] =>
  mounts
    .filter((mount) => isOwn(mount) && !isKept(mount, today) && !isDeclaredByImage(mount))
    .map(({ target }) => target);

const isOwn = ({ slotKey }: ServiceMount): boolean => slotKey !== null;
const isKept = ({ slotKey }: ServiceMount, { mounts }: Slot): boolean => mounts.some(({ key }) => key === slotKey);
const isDeclaredByImage = ({ kind, declared }: ServiceMount): boolean =>
  kind === 'volume' && declared.form === 'implicit';

function mountOfToday(mount: ServiceMount, then: Slot, today: Slot): ServiceMount | null {
  if (!isOwn(mount)) return mount;
  const now = today.mounts.find(({ key }) => key === mount.slotKey);
  if (!now) return isDeclaredByImage(mount) ? null : mount;
  if (now.kind === 'volume' && mount.kind === 'volume') return { ...mount, source: now.volume ?? mount.source };
  const left = then.mounts.find(({ key }) => key === mount.slotKey);
  if (!left || (now.kind === left.kind && now.path === left.path)) return mount;
  return relocated(
    mount,
    left,
    now.kind === 'bind' ? { kind: 'bind', path: now.path } : { kind: 'volume', name: now.volume ?? '' },
  );
}
