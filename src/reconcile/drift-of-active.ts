import { compareLimits, limitsOf } from '../domain/limits.ts';
import type { Instance } from '../domain/ports/container-host.ts';
import type { Release } from '../domain/release.ts';
import { type RestartPolicy, restartPolicyOf } from '../domain/service-spec.ts';
import { isUp } from '../sequences/instances.ts';
import type { Drift } from './drift.ts';
import type { NameHolder, SeenService } from './observation.ts';

/** How the container of a service of the active release differs from what the release says. */
export function activeContainerDrift(release: Release, service: SeenService): Drift[] {
  const { spec, instance, nameHolder } = service;
  const image = imageDrift(service);
  if (!instance) return [gone(release, service), ...image];
  const drifts = [
    nameDrift(service, instance, nameHolder),
    stateDrift(service, instance),
    policyDrift(service, instance),
  ];
  return [...drifts.flatMap((drift) => drift ?? []), ...limitDrift(service, instance), ...image].map((drift) => ({
    ...drift,
    subject: spec.name,
  }));
}

const shortId = (id: string) => id.slice(0, 12);

function gone(release: Release, { spec, nameHolder }: SeenService): Drift {
  const kept = `its data and its settings are kept with ${release.id}`;
  if (!nameHolder) {
    return {
      code: 'container-removed',
      level: 'warning',
      subject: spec.name,
      message: `The container of ${spec.name} has been removed; ${kept}.`,
      hint: 'Make it again: repair system',
    };
  }
  return {
    code: 'container-replaced',
    level: 'warning',
    subject: spec.name,
    message: `The container of ${spec.name} has been removed, and another one bears its name (${shortId(nameHolder.id)}, ${nameHolder.image}), which Belay does not look after; ${kept}.`,
    hint: `Stop that one and rename it (docker stop ${spec.containerName}; docker rename ${spec.containerName} OTHER-NAME), then: repair system`,
  };
}

type Finding = Omit<Drift, 'subject'>;

function nameDrift({ spec }: SeenService, instance: Instance, holder: NameHolder | null): Finding | null {
  if (instance.name === spec.containerName) return null;
  if (holder) {
    return {
      code: 'name-taken',
      level: 'warning',
      message: `The container of ${spec.name} is named ${instance.name}, and its own name ${spec.containerName} is taken by another container (${shortId(holder.id)}, ${holder.image}).`,
      hint: `Rename that one (docker rename ${shortId(holder.id)} OTHER-NAME), then: repair system`,
    };
  }
  return {
    code: 'container-renamed',
    level: 'warning',
    message: `The container of ${spec.name} is named ${instance.name}; its release says ${spec.containerName}.`,
    hint: `Rename it: docker rename ${instance.name} ${spec.containerName} (or: repair system)`,
  };
}

function stateDrift({ spec }: SeenService, instance: Instance): Finding | null {
  const { name, state, exitCode } = instance;
  const log = `Look at its log: docker logs ${name}`;
  if (state === 'paused') {
    const hint = `Let it go on: docker unpause ${name} (or: repair system)`;
    return { code: 'container-paused', level: 'warning', message: `${spec.name} is paused.`, hint };
  }
  if (state === 'restarting') {
    const message = `${spec.name} ends again and again (exit code ${exitCode}, started ${instance.restartCount} times).`;
    return { code: 'container-failing', level: 'warning', message, hint: log };
  }
  if (isUp(instance)) {
    if (instance.health !== 'unhealthy') return null;
    return { code: 'container-failing', level: 'warning', message: `${spec.name} is not healthy.`, hint: log };
  }
  return {
    code: 'container-stopped',
    level: 'warning',
    message: stopped(spec.name, instance),
    hint: `Look at its log (docker logs ${name}), then start it: docker start ${name} (or: repair system)`,
  };
}

function stopped(service: string, { state, exitCode, error, restartPolicy }: Instance): string {
  if (error) return `${service} did not start: ${error.replace(/\.$/, '')}.`;
  // The engine starts these again whenever they end by themselves.
  const revived = ['always', 'unless-stopped'].includes(restartPolicy.name);
  return revived && state === 'exited'
    ? `${service} has been stopped by hand, and stays so (exit code ${exitCode}).`
    : `${service} is ${state} (exit code ${exitCode}).`;
}

/** `on-failure:3`, as `docker run --restart` takes it. */
export const policyText = ({ name, maximumRetryCount }: RestartPolicy): string =>
  name === 'on-failure' && maximumRetryCount > 0 ? `${name}:${maximumRetryCount}` : name;

function policyDrift({ spec }: SeenService, instance: Instance): Finding | null {
  const [now, wanted] = [policyText(instance.restartPolicy), policyText(restartPolicyOf(spec))];
  if (now === wanted) return null;
  return {
    code: 'restart-policy',
    level: 'warning',
    message: `${spec.name} has the restart policy ${now}, its release says ${wanted}. An upgrade carries ${now} over; a rollback gives each release its own.`,
    hint: `As the release has it: docker update --restart ${wanted} ${instance.name} (or: repair system)`,
  };
}

function limitDrift({ spec }: SeenService, instance: Instance): Finding[] {
  const changes = compareLimits(instance.limits, limitsOf(spec.settings.hostConfig));
  if (changes.length === 0) return [];
  const words = changes.map(
    ({ option, now, release }) => `${option} ${now ?? 'unset'} (release: ${release ?? 'unset'})`,
  );
  return [
    {
      code: 'limits',
      level: 'note',
      message: `${spec.name} has other limits than its release: ${words.join(', ')}. An upgrade carries them over, a rollback does not.`,
      hint: 'As the release has them: repair system',
    },
  ];
}

function imageDrift({ spec, imageHere }: SeenService): Drift[] {
  if (imageHere) return [];
  return [
    {
      code: 'image-gone',
      level: 'warning',
      subject: spec.name,
      message: `The image ${spec.image.reference} of ${spec.name} has been removed from this host: its container could not be made again.`,
      hint: `Fetch it again: docker pull ${spec.image.reference}`,
    },
  ];
}
