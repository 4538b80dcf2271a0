import type { NetworkDraft } from '../domain/appliance-draft.ts';
import { BelayError } from '../domain/errors.ts';
import type { EngineApi } from './engine-api.ts';
import { statusOf } from './engine-errors.ts';

/** Creates it where it is missing; one of that name is left as it is. */
export async function createNetwork(
  api: EngineApi,
  { name, settings }: NetworkDraft,
  labels: Record<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await api.createNetwork({ ...settings, Name: name, Labels: labels }, signal);
  } catch (thrown) {
    if (statusOf(thrown) !== 409) throw thrown;
  }
}

export async function networkLabels(
  api: EngineApi,
  name: string,
  signal?: AbortSignal,
): Promise<Record<string, string> | null> {
  const answer = await api.network(name, signal);
  return answer ? (answer.Labels ?? {}) : null;
}

export async function removeNetwork(api: EngineApi, name: string, signal?: AbortSignal): Promise<void> {
  try {
    await api.removeNetwork(name, signal);
  } catch (thrown) {
    if (statusOf(thrown) === 404) return;
    if (statusOf(thrown) !== 403) throw thrown;
    throw new BelayError('refused', `The network ${name} is still used by a container.`, {
      hint: `See by which: docker network inspect ${name}`,
      cause: thrown,
    });
  }
}
