import { BelayError } from '../domain/errors.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';
import { tarballDirectory } from '../domain/tarball-prefix.ts';

export type RestoredFrom = NonNullable<SlotMount['restoredFrom']>;

/** Where a mount of a slot is inside of the containers that have it, service by service. */
export function targetsOf(services: readonly ServiceSpec[], slotKey: string): string[] {
  const targets = services.flatMap(({ mounts }) => mounts.filter((mount) => mount.slotKey === slotKey));
  return [...new Set(targets.map(({ target }) => target))];
}

/**
 * Which data of a snapshot goes under which mount of what runs: by the mount's name where both know it, by the place
 * in the containers where they do not, and without a choice where each has just one. `refused` where nothing fits;
 * a plain tarball is one mount, which must be named where there are several and it does not say itself which it is.
 */
export function restoredMounts(
  live: { slot: Slot; services: readonly ServiceSpec[] },
  snapshot: { slot: Slot; services: readonly ServiceSpec[] },
  named: string | undefined,
): Map<string, RestoredFrom> {
  const chosen = named === undefined ? live.slot.mounts : [mountNamed(live, named)];
  const { archive, id } = snapshot.slot;
  if (archive?.format === 'tar') return plainTarball(live, chosen, { id, prefix: archive.prefix });
  const found = new Map<string, RestoredFrom>();
  for (const mount of chosen) {
    const source = counterpart(mount, live, snapshot, chosen.length === 1);
    if (source) found.set(mount.key, { key: source.key, strip: '' });
  }
  if (found.size > 0) return found;
  throw new BelayError(
    'refused',
    `The snapshot ${snapshot.slot.id} has no data for what ${live.slot.appliance} mounts.`,
    {
      hint: `See what it has: show snapshot ${snapshot.slot.id}`,
    },
  );
}

function counterpart(
  mount: SlotMount,
  live: { services: readonly ServiceSpec[] },
  snapshot: { slot: Slot; services: readonly ServiceSpec[] },
  isOnly: boolean,
): SlotMount | undefined {
  const { mounts } = snapshot.slot;
  const targets = targetsOf(live.services, mount.key);
  return (
    mounts.find(({ key }) => key === mount.key) ??
    mounts.find(({ key }) => targetsOf(snapshot.services, key).some((target) => targets.includes(target))) ??
    (isOnly && mounts.length === 1 ? mounts[0] : undefined)
  );
}

function plainTarball(
  live: { slot: Slot; services: readonly ServiceSpec[] },
  chosen: readonly SlotMount[],
  { id, prefix }: { id: string; prefix: string },
): Map<string, RestoredFrom> {
  const itself = chosen.filter(({ key, path }) =>
    [...targetsOf(live.services, key), path].some((name) => isWholeName(prefix, name)),
  );
  const [mount, ...others] = itself.length === 1 ? itself : chosen;
  if (!mount) {
    throw new BelayError('refused', `${live.slot.appliance} has no data in mounts that could be restored.`, {
      hint: 'See what it has: show configuration',
    });
  }
  if (others.length > 0) {
    const all = chosen.map(({ key }) => targetsOf(live.services, key)[0] ?? key);
    throw new BelayError('ambiguous', `The tarball is one of ${all.length} mounts: ${all.join(', ')}.`, {
      hint: `Say which: restore system ${id} mount ${all[0]}`,
    });
  }
  // What the directory was called when the tarball was made: on the host, or in the container.
  const names = [...targetsOf(live.services, mount.key), mount.path];
  const strip = names.map((name) => tarballDirectory(prefix, name)).find((directory) => directory !== '') ?? '';
  return new Map([[mount.key, { key: null, strip }]]);
}

/** `var/lib/mysql/…` is of /var/lib/mysql, and of nothing else; `mysql/…` may be of many. */
const isWholeName = (prefix: string, name: string): boolean =>
  name !== '/' && tarballDirectory(prefix, name) === name.replace(/^\/|\/$/g, '');

/** The mount of what runs that somebody means: by where it is in the containers, on the host, or by its volume. */
export function mountNamed(live: { slot: Slot; services: readonly ServiceSpec[] }, named: string): SlotMount {
  const path = named.replace(/(?<=.)\/+$/, '');
  const found = live.slot.mounts.find(
    (mount) => mount.path === path || mount.volume === path || targetsOf(live.services, mount.key).includes(path),
  );
  if (found) return found;
  const all = live.slot.mounts.map(({ key }) => targetsOf(live.services, key)[0] ?? key);
  throw new BelayError('not-found', `${live.slot.appliance} has no data at ${named}.`, {
    hint: all.length > 0 ? `It has data at: ${all.join(', ')}` : 'It has no data in mounts.',
  });
}
