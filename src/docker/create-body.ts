import type { JsonObject } from '../domain/json.ts';
import { isNewVolumeKey } from '../domain/new-volumes.ts';
import { NO_RESTART, type PinnedImage, type ServiceMount, type ServiceSpec } from '../domain/service-spec.ts';

/**
 * The body of the create call, with the restart policy off. Of several networks it names the first
 * only: the engine's create call (20.10) refuses two, so the others are connected afterwards.
 */
export function createBody(spec: ServiceSpec, image: string, labels: Record<string, string>): JsonObject {
  const { config, hostConfig } = spec.settings;
  const binds = spec.mounts.flatMap((mount) => bindText(mount) ?? []);
  const mounts = [
    ...((hostConfig.Mounts ?? []) as JsonObject[]),
    ...spec.mounts.flatMap((mount) => mountValue(mount) ?? []),
  ];
  return {
    ...config,
    Image: image,
    Labels: { ...((config.Labels ?? {}) as JsonObject), ...labels },
    HostConfig: {
      ...hostConfig,
      ...(binds.length > 0 ? { Binds: binds } : {}),
      ...(mounts.length > 0 ? { Mounts: mounts } : {}),
      RestartPolicy: { Name: NO_RESTART.name, MaximumRetryCount: NO_RESTART.maximumRetryCount },
      AutoRemove: false,
    },
    ...firstEndpoint(spec),
  };
}

/** The names to create by, the surest first: by digest, then by the engine's own id, then by name. */
export function imageNames(image: PinnedImage): string[] {
  const byDigest = image.digest ? [`${image.repository}:${image.tag}@${image.digest}`] : [];
  return [
    ...byDigest,
    ...(image.imageId ? [image.imageId] : []),
    ...(image.digest || image.imageId ? [] : [image.reference]),
  ];
}

/** The network that the container is created in, by name; null where it has no endpoint of its own. */
export function firstNetwork(spec: ServiceSpec): string | null {
  const mode = networkMode(spec);
  if (!hasEndpoints(spec)) return null;
  return mode === 'default' ? 'bridge' : mode;
}

/** Whether it has endpoints: not on the host's network, none, or another container's. */
export function hasEndpoints(spec: ServiceSpec): boolean {
  return !/^(?:host|none|container:.*)$/.test(networkMode(spec));
}

const networkMode = (spec: ServiceSpec) => String(spec.settings.hostConfig.NetworkMode || 'default');

function firstEndpoint(spec: ServiceSpec): JsonObject {
  const name = firstNetwork(spec);
  const endpoint = name === null ? undefined : spec.settings.networks[name];
  if (name === null || endpoint === undefined || Object.keys(endpoint).length === 0) return {};
  return { NetworkingConfig: { EndpointsConfig: { [name]: endpoint } } };
}

function bindText(mount: ServiceMount): string | null {
  if (mount.declared.form !== 'bind') return null;
  const options = mount.declared.options.split(',').filter(Boolean);
  if (mustNotFill(mount) && !options.includes('nocopy')) options.push('nocopy');
  return [mount.source, mount.target, ...(options.length > 0 ? [options.join(',')] : [])].join(':');
}

function mountValue(mount: ServiceMount): JsonObject | null {
  const { declared } = mount;
  if (declared.form === 'bind') return null;
  const written: JsonObject =
    declared.form === 'mount'
      ? declared.value
      : { Type: mount.kind, Target: mount.target, ...(mount.readOnly ? { ReadOnly: true } : {}) };
  if (!mustNotFill(mount)) return { ...written, Source: mount.source };
  const options = (written.VolumeOptions ?? {}) as JsonObject;
  return { ...written, Source: mount.source, VolumeOptions: { ...options, NoCopy: true } };
}

// The engine fills an empty volume with the image's files; a clone that is empty has to stay so. One that
// begins with its release is `implicit` only then: read back from its container it is a clone like any other.
function mustNotFill({ kind, slotKey, declared }: ServiceMount): boolean {
  const begins = slotKey !== null && declared.form === 'implicit' && isNewVolumeKey(slotKey);
  return kind === 'volume' && slotKey !== null && !begins;
}
