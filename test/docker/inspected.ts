import { specOf } from '../../src/docker/carry-over.ts';
import type { ContainerAnswer, ContainerConfig, ImageConfig, MountPoint } from '../../src/docker/inspect-answers.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { SourceType } from '../../src/domain/mount-sharing.ts';
import type { PinnedImage } from '../../src/domain/service-spec.ts';

const CONTAINER_ID = 'a1b2c3d4e5f6'.padEnd(64, '0');

export const IMAGE: PinnedImage = {
  reference: 'acme/server:1.0',
  repository: 'acme/server',
  tag: '1.0',
  digest: `sha256:${'d'.repeat(64)}`,
  imageId: `sha256:${'e'.repeat(64)}`,
};

export interface Inspected {
  config?: Partial<ContainerConfig>;
  hostConfig?: JsonObject;
  mounts?: MountPoint[];
  networks?: ContainerAnswer['NetworkSettings']['Networks'];
  imageConfig?: ImageConfig;
  sources?: Record<string, SourceType>;
  volumes?: Record<string, { Driver: string; Options?: Record<string, string> | null }>;
}

/** The specification of a container of which only this much is set. */
export function specFrom(inspected: Inspected) {
  const container: ContainerAnswer = {
    Id: CONTAINER_ID,
    Name: '/acme',
    Image: IMAGE.imageId ?? '',
    State: { Status: 'running', ExitCode: 0 },
    Config: { Image: IMAGE.reference, Hostname: CONTAINER_ID.slice(0, 12), ...inspected.config },
    HostConfig: { NetworkMode: 'default', ...inspected.hostConfig },
    Mounts: inspected.mounts ?? [],
    NetworkSettings: { Networks: inspected.networks ?? {} },
  };
  const volumes = Object.entries(inspected.volumes ?? {}).map(([Name, volume]) => [
    Name,
    { Name, Mountpoint: `/var/lib/docker/volumes/${Name}/_data`, ...volume },
  ]);
  return specOf(container, {
    imageConfig: inspected.imageConfig ?? {},
    image: IMAGE,
    hostName: 'host1',
    rootDir: '/var/lib/docker',
    volumes: Object.fromEntries(volumes),
    sources: inspected.sources ?? {},
  });
}

/** What of a container's config is the user's. */
export const configFrom = (
  config: Partial<ContainerConfig>,
  imageConfig: ImageConfig = {},
  hostConfig: JsonObject = {},
) => specFrom({ config, imageConfig, hostConfig }).settings.config;

export const volumeAt = (Destination: string, Name: string, RW = true): MountPoint => ({
  Type: 'volume',
  Name,
  Source: `/var/lib/docker/volumes/${Name}/_data`,
  Destination,
  Driver: 'local',
  RW,
  Propagation: '',
});

export const bindAt = (Destination: string, Source: string, RW = true, Propagation = 'rprivate'): MountPoint => ({
  Type: 'bind',
  Source,
  Destination,
  RW,
  Propagation,
});
