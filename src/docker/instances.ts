import { BelayError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Limits } from '../domain/limits.ts';
import type { ContainerSummary, Instance } from '../domain/ports/container-host.ts';
import type { RestartPolicy, ServiceSpec } from '../domain/service-spec.ts';
import { createBody, firstNetwork, hasEndpoints, imageNames } from './create-body.ts';
import { connect } from './endpoints.ts';
import type { EngineApi } from './engine-api.ts';
import { startFailure, statusOf } from './engine-errors.ts';
import type { ContainerAnswer } from './inspect-answers.ts';
import { instanceOf } from './instance-answers.ts';
import { rootPathOf } from './root-path.ts';

const STOP_TIMEOUT_S = 10;

/** What the engine accepts as a name or id; anything else would be another path of its API. */
export const isContainerName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text);

export const noSuchContainer = (idOrName: string): BelayError =>
  new BelayError('not-found', `There is no container ${idOrName}.`, { hint: 'See which there are: show containers' });

export async function listContainers(api: EngineApi, signal?: AbortSignal): Promise<ContainerSummary[]> {
  return (await api.containers(signal)).map((answer) => ({
    id: answer.Id,
    // A link shows up as a second name, with a slash in it.
    name: answer.Names?.map((name) => name.slice(1)).find((name) => !name.includes('/')) ?? answer.Id.slice(0, 12),
    image: answer.Image,
    running: answer.State === 'running',
    status: answer.Status,
    labels: answer.Labels ?? {},
    mountSources: (answer.Mounts ?? []).flatMap((mount) => mount.Name || mount.Source || []),
    networkOf: /^container:(.+)$/.exec(answer.HostConfig?.NetworkMode ?? '')?.[1] ?? null,
    linkedFrom: (answer.Names ?? []).flatMap((name) => /^\/([^/]+)\/./.exec(name)?.[1] ?? []),
  }));
}

export async function findInstance(api: EngineApi, idOrName: string, signal?: AbortSignal): Promise<Instance | null> {
  if (!isContainerName(idOrName)) return null;
  const answer = await api.container(idOrName, signal);
  return answer && instanceOf(answer, await rootPathOf(api, answer.State.Pid ?? 0));
}

/**
 * Creates without starting, then brings its networks level. Interrupted half way and called again, it
 * finds its own container by name and labels and goes on with that.
 */
export async function createInstance(
  api: EngineApi,
  spec: ServiceSpec,
  options: { name: string; labels: Record<string, string> },
  signal?: AbortSignal,
): Promise<string> {
  const id = await createOrFind(api, spec, options, signal);
  if (hasEndpoints(spec)) await levelNetworks(api, id, spec, signal);
  return id;
}

async function createOrFind(
  api: EngineApi,
  spec: ServiceSpec,
  { name, labels }: { name: string; labels: Record<string, string> },
  signal?: AbortSignal,
): Promise<string> {
  for (const image of imageNames(spec.image)) {
    try {
      return (await api.createContainer(name, createBody(spec, image, labels), signal)).Id;
    } catch (thrown) {
      const status = statusOf(thrown);
      if (status === 409) return ownOrRefused(api, name, labels, thrown, signal);
      // An image that was loaded from a file has an id here, and no digest.
      if (status !== 404 || (await api.image(image, signal))) throw startFailure(thrown, name);
    }
  }
  throw new BelayError('not-found', `The image ${spec.image.reference} is not on this host.`, {
    hint: `Bring it back: docker pull ${spec.image.reference}`,
  });
}

async function ownOrRefused(
  api: EngineApi,
  name: string,
  labels: Record<string, string>,
  conflict: unknown,
  signal?: AbortSignal,
): Promise<string> {
  const holder = await api.container(name, signal);
  if (!holder) throw conflict;
  const mine = ['io.belay.release', 'io.belay.service'].every(
    (label) => labels[label] !== undefined && holder.Config.Labels?.[label] === labels[label],
  );
  if (mine) return holder.Id;
  throw nameTaken(name, holder);
}

const nameTaken = (name: string, holder: ContainerAnswer) =>
  new BelayError(
    'refused',
    `The container name ${name} is taken by container ${holder.Id.slice(0, 12)} (${holder.Config.Image}).`,
    { hint: `Rename it: docker rename ${holder.Id.slice(0, 12)} OTHER-NAME` },
  );

async function levelNetworks(api: EngineApi, id: string, spec: ServiceSpec, signal?: AbortSignal): Promise<void> {
  const wanted = spec.settings.networks;
  const now = Object.keys((await api.container(id, signal))?.NetworkSettings.Networks ?? {});
  for (const [network, endpoint] of Object.entries(wanted)) {
    if (!now.includes(network)) await connect(api, id, network, endpoint, signal);
  }
  // A specification without any network says nothing against the one that the engine chose.
  const first = Object.keys(wanted).length > 0 ? firstNetwork(spec) : null;
  if (first !== null && now.includes(first) && !(first in wanted)) await api.disconnectNetwork(first, id, signal);
}

export async function startInstance(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  try {
    await unlessAlready(api.startContainer(id, signal));
  } catch (thrown) {
    if (statusOf(thrown) === 404 && !(await api.container(id, signal))) throw noSuchContainer(id);
    const name = (await api.container(id, signal).catch(() => null))?.Name.slice(1);
    throw startFailure(thrown, name ?? id.slice(0, 12));
  }
}

export async function stopInstance(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  await unlessAlready(api.stopContainer(id, await stopTimeoutMs(api, id, signal), signal));
}

export async function restartInstance(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  await api.restartContainer(id, await stopTimeoutMs(api, id, signal), signal);
}

/** How long the container may take to stop. A paused one cannot take its stop signal, so it is woken first. */
async function stopTimeoutMs(api: EngineApi, id: string, signal?: AbortSignal): Promise<number> {
  const container = await api.container(id, signal);
  if (!container) throw noSuchContainer(id);
  if (container.State.Paused) await api.unpauseContainer(id, signal);
  // -1 stands for "as long as it takes", which no call may be: after an hour the engine is asked again.
  const timeoutS = container.Config.StopTimeout ?? STOP_TIMEOUT_S;
  return (timeoutS < 0 ? 3600 : timeoutS) * 1000;
}

export async function removeInstance(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  try {
    await api.removeContainer(id, signal);
  } catch (thrown) {
    if (statusOf(thrown) === 404) return;
    // 409: another removal of it is under way.
    if (statusOf(thrown) !== 409) throw thrown;
    for (let tries = 0; tries < 50; tries++) {
      if (!(await api.container(id, signal))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw thrown;
  }
}

export async function renameInstance(api: EngineApi, id: string, name: string, signal?: AbortSignal): Promise<void> {
  const container = await api.container(id, signal);
  if (!container) throw noSuchContainer(id);
  if (container.Name === `/${name}`) return;
  try {
    await api.renameContainer(id, name, signal);
  } catch (thrown) {
    const holder = statusOf(thrown) === 409 ? await api.container(name, signal) : null;
    throw holder ? nameTaken(name, holder) : thrown;
  }
}

export function setRestartPolicy(api: EngineApi, id: string, policy: RestartPolicy, signal?: AbortSignal) {
  const { name, maximumRetryCount } = policy;
  return update(api, id, { RestartPolicy: { Name: name, MaximumRetryCount: maximumRetryCount } }, signal);
}

export const setLimits = (api: EngineApi, id: string, limits: Limits, signal?: AbortSignal): Promise<void> =>
  update(api, id, limits, signal);

export async function resumeInstance(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  const container = await api.container(id, signal);
  if (!container) throw noSuchContainer(id);
  if (container.State.Paused) await api.unpauseContainer(id, signal);
}

async function update(api: EngineApi, id: string, body: JsonObject, signal?: AbortSignal): Promise<void> {
  try {
    await api.updateContainer(id, body, signal);
  } catch (thrown) {
    throw statusOf(thrown) === 404 ? noSuchContainer(id) : thrown;
  }
}

async function unlessAlready(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (statusOf(thrown) !== 304) throw thrown;
  }
}
