import { BelayError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { networksOf } from './carry-over-networks.ts';
import type { EngineApi } from './engine-api.ts';
import { statusOf } from './engine-errors.ts';

/** Connects a container to those of the networks that it is not in. */
export async function connectMissing(
  api: EngineApi,
  id: string,
  networks: Record<string, JsonObject>,
  signal?: AbortSignal,
): Promise<void> {
  const now = Object.keys((await api.container(id, signal))?.NetworkSettings.Networks ?? {});
  for (const [network, endpoint] of Object.entries(networks)) {
    if (!now.includes(network)) await connect(api, id, network, endpoint, signal);
  }
}

/** What was asked for of each network that it is in; null where it has none of its own to be taken out of. */
export async function endpointsOf(
  api: EngineApi,
  id: string,
  signal?: AbortSignal,
): Promise<Record<string, JsonObject> | null> {
  const container = await api.container(id, signal);
  if (!container) return {};
  if (/^(?:host|container:.*)$/.test(String(container.HostConfig.NetworkMode ?? ''))) return null;
  const { none: _, ...networks } = networksOf(container);
  return networks;
}

/** Takes it out of every network. */
export async function disconnectAll(api: EngineApi, id: string, signal?: AbortSignal): Promise<void> {
  for (const network of Object.keys((await endpointsOf(api, id, signal)) ?? {})) {
    try {
      await api.disconnectNetwork(network, id, signal);
    } catch (thrown) {
      // A network that is gone connects nobody.
      if (statusOf(thrown) !== 404) throw thrown;
    }
  }
}

export async function connect(
  api: EngineApi,
  id: string,
  network: string,
  endpoint: JsonObject,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await api.connectNetwork(network, id, endpoint, signal);
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown;
    throw new BelayError('refused', `The network ${network} is not there any more.`, {
      hint: `Make it again: docker network create ${network}`,
      cause: thrown,
    });
  }
}
