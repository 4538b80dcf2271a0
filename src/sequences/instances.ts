import { BelayError } from '../domain/errors.ts';
import type { ReleaseId } from '../domain/ids.ts';
import type { ContainerHost, Instance } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import { redactText } from '../domain/redaction.ts';
import type { Release } from '../domain/release.ts';
import { knownSecrets, redactedInspect } from '../domain/secrets.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { remedyOf, type StaleLock } from '../domain/stale-lock.ts';
import { findStaleLock, type LockWorld } from './stale-lock.ts';

type Records = { journal: Journal; host: ContainerHost };

/** How Belay finds its own containers, whatever they are called. */
export const LABELS = {
  appliance: 'io.belay.appliance',
  release: 'io.belay.release',
  service: 'io.belay.service',
  operation: 'io.belay.operation',
} as const;

/** What a container is called while its release is not the active one. */
export const asideName = (service: ServiceSpec, release: ReleaseId): string => `${service.containerName}-${release}`;

/** The container that runs a service of a release, or null where it has been removed. */
export async function findInstance(
  { journal, host }: Records,
  release: Release,
  service: ServiceSpec,
  signal?: AbortSignal,
): Promise<Instance | null> {
  const record = journal.instance(release.id, service.name);
  return record ? host.inspectInstance(record.containerId, signal) : null;
}

/** As `findInstance`, where there must be one. */
export async function mustFindInstance(
  records: Records,
  release: Release,
  service: ServiceSpec,
  signal?: AbortSignal,
): Promise<Instance> {
  const instance = await findInstance(records, release, service, signal);
  if (!instance) {
    throw new BelayError('not-found', `The container of ${service.name} ${release.version} (${release.id}) is gone.`, {
      hint: 'Look at what the engine has: show containers',
    });
  }
  return instance;
}

const UP_STATES = ['running', 'restarting', 'paused'];

export const isUp = (instance: Instance | null): boolean => instance !== null && UP_STATES.includes(instance.state);

/** Whether something on the network would get an answer: what a health check or an open port says. */
export async function isServing(
  host: ContainerHost,
  instance: Instance,
  tcpPorts: readonly number[],
  signal?: AbortSignal,
): Promise<boolean> {
  if (instance.state !== 'running') return false;
  if (instance.health === 'unhealthy') return false;
  const answers = await Promise.all(tcpPorts.map((port) => host.answers(instance.id, port, 1_000)));
  if (answers.includes(false)) return false;
  if (!instance.healthCommand || instance.health === 'healthy') return true;
  // The engine looks only once per interval, by default every 30 s: ask the same question now.
  const probe = await host.exec(instance.id, instance.healthCommand, 5_000, signal).catch(() => null);
  return probe?.exitCode === 0;
}

const LOG_TAIL_LINES = 20;

/** What a failure is explained by, without secrets: kept in the journal before the container is taken away. */
export async function evidenceOf(
  world: LockWorld,
  release: Release,
  service: ServiceSpec,
  instance: Instance,
): Promise<Record<string, unknown> & { staleLock?: StaleLock }> {
  const { host } = world;
  const [logTail, inspect, staleLock] = await Promise.all([
    host.logTail(instance.id, LOG_TAIL_LINES).catch(() => []),
    host.rawInspect(instance.id).catch(() => null),
    findStaleLock(world, release, service, instance).catch(() => null),
  ]);
  const known = knownSecrets(service);
  return {
    logTail: logTail.map((line) => redactText(line, known)),
    ...(inspect ? { inspect: redactedInspect(service, inspect) } : {}),
    ...(staleLock ? { staleLock } : {}),
  };
}

/** Why a container did not prove itself: with the lock that it has stumbled over, where there is one. */
export function failedStart(
  message: string,
  evidence: Awaited<ReturnType<typeof evidenceOf>>,
  more: { hint?: string; cause?: unknown } = {},
): BelayError {
  const { staleLock } = evidence;
  if (!staleLock) return new BelayError('gate-failed', message, { ...more, details: evidence });
  const hint = remedyOf(staleLock);
  return new BelayError('gate-failed', `${message} ${staleLock.found}`, { ...more, hint, details: evidence });
}

/** What an attempt to start a container was thrown out with: explained where the engine refused it, or else as it is. */
export async function whyNotStarted(
  world: LockWorld,
  {
    release,
    service,
    instance,
    subject,
  }: { release: Release; service: ServiceSpec; instance: Instance; subject: string },
  thrown: unknown,
): Promise<unknown> {
  if (!(thrown instanceof BelayError) || thrown.code !== 'engine-failed') return thrown;
  const evidence = await evidenceOf(world, release, service, instance);
  const more = { ...(thrown.hint ? { hint: thrown.hint } : {}), cause: thrown };
  return failedStart(`${subject} does not start: ${thrown.message}`, evidence, more);
}
