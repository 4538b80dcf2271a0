import { BelayError } from '../domain/errors.ts';
import type { VolumeDriver, VolumeInfo } from '../domain/ports/container-host.ts';
import type { EngineApi } from './engine-api.ts';
import { statusOf } from './engine-errors.ts';
import type { VolumeAnswer } from './inspect-answers.ts';
import { listContainers } from './instances.ts';

export async function findVolume(api: EngineApi, name: string, signal?: AbortSignal): Promise<VolumeInfo | null> {
  const answer = isVolumeName(name) ? await api.volume(name, signal) : null;
  return answer && volumeInfo(answer);
}

/** Creates it where it is missing; the engine answers with the one that is there otherwise. */
export async function createVolume(
  api: EngineApi,
  name: string,
  labels: Record<string, string>,
  signal?: AbortSignal,
  driver?: VolumeDriver,
) {
  return volumeInfo((await api.createVolume(name, labels, signal, driver)) as VolumeAnswer);
}

export async function removeVolume(api: EngineApi, name: string, signal?: AbortSignal): Promise<void> {
  try {
    await api.removeVolume(name, signal);
  } catch (thrown) {
    if (statusOf(thrown) === 404) return;
    if (statusOf(thrown) !== 409) throw thrown;
    const users = (await listContainers(api, signal)).filter(({ mountSources }) => mountSources.includes(name));
    throw new BelayError(
      'refused',
      `The volume ${name} is used by ${users.map((user) => user.name).join(', ') || 'a container'}.`,
      {
        hint: 'Remove the container that uses it first.',
        cause: thrown,
      },
    );
  }
}

const isVolumeName = (text: string) => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text);

const volumeInfo = (answer: VolumeAnswer): VolumeInfo => ({
  name: answer.Name,
  hostPath: answer.Mountpoint,
  labels: answer.Labels ?? {},
  driver: answer.Driver,
  driverOptions: answer.Options ?? {},
});
