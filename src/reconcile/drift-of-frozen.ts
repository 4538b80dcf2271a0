import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { isUp } from '../sequences/instances.ts';
import type { Drift } from './drift.ts';
import { policyText } from './drift-of-active.ts';
import type { SeenRelease, SeenService } from './observation.ts';

const named = ({ version, id }: Release) => `${version} (${id})`;

/** How the containers of a release that could be gone back to differ from being there and staying off. */
export function frozenContainerDrift(active: SeenRelease, { release, services }: SeenRelease): Drift[] {
  return services.flatMap((service) => {
    const subject = `${release.id} ${service.spec.name}`;
    const { instance } = service;
    const found = instance ? ofContainer(active, release, service.spec, instance) : ofMissing(active, release, service);
    return found ? [{ ...found, subject }] : [];
  });
}

type Finding = Omit<Drift, 'subject'>;

function ofContainer(active: SeenRelease, release: Release, spec: ServiceSpec, instance: Instance): Finding | null {
  const { name, restartPolicy } = instance;
  const policy = policyText(restartPolicy);
  if (isUp(instance)) {
    const how = policy === 'no' ? 'has been started by hand' : `runs, and has the restart policy ${policy}`;
    const off = policy === 'no' ? '' : `docker update --restart no ${name}; `;
    const shared = usesLiveData(active, release, spec, instance);
    if (!shared) {
      return {
        code: 'frozen-started',
        level: 'warning',
        message: `The container ${name} of ${named(release)} ${how}: what it writes changes what rollback system would go back to.`,
        hint: `Turn it off: ${off}docker stop ${name}. To go back to it for good: rollback system to ${release.id}`,
      };
    }
    return {
      code: 'frozen-on-live-data',
      level: 'alarm',
      message: `Data at risk: the container ${name} of ${named(release)} ${how}, on the data of ${named(active.release)} at ${shared}.`,
      hint: `Turn it off now: ${off}docker stop ${name}`,
    };
  }
  if (policy === 'no') return null;
  return {
    code: 'frozen-would-start',
    level: 'warning',
    message: `The container ${name} of ${named(release)} may come up by itself after a reboot: its restart policy is ${policy}.`,
    hint: `Turn that off: docker update --restart no ${name}`,
  };
}

/** Where it has the live data, however it is mounted; null where it has its own. */
export function usesLiveData(
  active: SeenRelease,
  release: Release,
  spec: ServiceSpec,
  instance: Instance,
): string | null {
  const own = new Set(spec.mounts.filter(({ slotKey }) => slotKey !== null).map(({ target }) => target));
  const live = new Set(active.mounts.map(({ mount }) => mount.path));
  const sources = instance.mounts.filter(({ target }) => own.has(target)).map(({ hostPath }) => hostPath);
  if (release.slot === active.release.slot) return sources[0] ?? null;
  // A bind mount has one path in all releases: what lies there is the active release's.
  return sources.find((path) => live.has(path)) ?? null;
}

function ofMissing(
  active: SeenRelease,
  release: Release,
  { spec, containerId, imageHere }: SeenService,
): Finding | null {
  // Where a copy of it is active, with a container of its own, nobody goes back to this one.
  if (containerId === null || release.slot === active.release.slot) return null;
  if (imageHere) {
    return {
      code: 'frozen-container-gone',
      level: 'note',
      message: `The container of ${named(release)} has been removed: a rollback to it makes it again from the release.`,
      hint: `See the release: show release ${release.id}`,
    };
  }
  return {
    code: 'frozen-image-gone',
    level: 'warning',
    message: `The container and the image of ${named(release)} have been removed: a rollback to it has to fetch ${spec.image.reference} first.`,
    hint: `Fetch it while its registry has it: docker pull ${spec.image.reference}`,
  };
}
