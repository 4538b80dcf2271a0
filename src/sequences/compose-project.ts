import { BelayError } from '../domain/errors.ts';
import type { ContainerHost, ContainerSummary } from '../domain/ports/container-host.ts';
import type { Dependencies, ServiceSpec } from '../domain/service-spec.ts';

const LABELS = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  dependsOn: 'com.docker.compose.depends_on',
} as const;

/** The Compose project that a container belongs to; null where it was not made by Compose, or to run one command. */
export const projectOf = (labels: Readonly<Record<string, string>>): { project: string; service: string } | null => {
  const [project, service] = [labels[LABELS.project], labels[LABELS.service]];
  return project && service && labels[LABELS.oneOff] !== 'True' ? { project, service } : null;
};

/**
 * The containers of a running Compose project, one for each service. A job that has done its work and ended
 * is left out. `not-found` where there is no such project, `refused` where a service has several containers.
 */
export async function membersOf(host: ContainerHost, project: string): Promise<ContainerSummary[]> {
  const all = (await host.listContainers()).filter(({ labels }) => projectOf(labels)?.project === project);
  if (all.length === 0) {
    throw new BelayError('not-found', `There is no container of a Compose project ${project}.`, {
      hint: 'See what there is: show containers',
    });
  }
  const members: ContainerSummary[] = [];
  for (const container of all) if (!(await isFinishedJob(host, container))) members.push(container);
  for (const container of members) {
    const service = projectOf(container.labels)?.service;
    const twin = members.find((other) => other !== container && projectOf(other.labels)?.service === service);
    if (!twin) continue;
    throw new BelayError('refused', `The service ${service} of ${project} has several containers.`, {
      hint: `Belay looks after one for each service: docker compose -p ${project} up -d --scale ${service}=1`,
    });
  }
  return members;
}

async function isFinishedJob(host: ContainerHost, { id, running }: ContainerSummary): Promise<boolean> {
  if (running) return false;
  const instance = await host.inspectInstance(id);
  return instance?.state === 'exited' && instance.exitCode === 0 && instance.restartPolicy.name === 'no';
}

/** What a container of a Compose project waits for when it is started, as Compose has noted it: `db:service_healthy:false,…`. */
export function composeDependencies(spec: ServiceSpec): Dependencies {
  const labels = (spec.settings.config['Labels'] ?? {}) as Record<string, string>;
  const entries = (labels[LABELS.dependsOn] ?? '').split(',').filter((entry) => entry !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const [name = '', condition] = entry.split(':');
      return [name, condition === 'service_healthy' ? ('healthy' as const) : ('started' as const)];
    }),
  );
}

/**
 * The service whose version is to be the appliance's: the one that is named, the only one, or the only one
 * that no other waits for. `ambiguous` where that does not decide it.
 */
export function controllerAmong(services: readonly ServiceSpec[], named: string | undefined, project: string): string {
  const names = services.map(({ name }) => name);
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new BelayError('not-found', `${project} has no service ${named}; it has ${names.join(', ')}.`, {
      hint: `Name one of them: adopt project ${project} controller ${names[0]}`,
    });
  }
  const waitedFor = new Set(services.flatMap(({ dependsOn }) => Object.keys(dependsOn ?? {})));
  const candidates = names.filter((name) => !waitedFor.has(name));
  if (candidates.length === 1) return candidates[0] as string;
  throw new BelayError('ambiguous', `The version of which service is the version of ${project}: ${names.join(', ')}?`, {
    hint: `Say which: adopt project ${project} controller ${candidates[0] ?? names[0]}`,
  });
}
