import { digestOf } from './identity.ts';
import type { Healthcheck, RunConfig } from './records.ts';

/** An image to be: what it runs and with which defaults. Its content is the programs of this machine. */
export interface ImageDefinition {
  /** `acme/server` in the lab's registry, or the whole name of an image that only the engine has. */
  repository: string;
  tag: string;
  entrypoint?: string[];
  command?: string[];
  env?: Record<string, string>;
  labels?: Record<string, string>;
  healthcheck?: Healthcheck;
  volumes?: string[];
  /** `8080/tcp` */
  exposedPorts?: string[];
  user?: string;
  workingDir?: string;
  stopSignal?: string;
  /** How large its own layer is said to be; 8 MB, where it is not given. */
  sizeBytes?: number;
  createdAt?: Date;
}

export interface Layer {
  digest: string;
  sizeBytes: number;
}

/** An image as registry and engine keep it. */
export interface ImageRecord {
  id: string;
  createdAt: string;
  config: RunConfig;
  layers: Layer[];
  /** The configuration file and the manifest, whose digests name the image here and in the registry. */
  configText: string;
  manifestText: string;
  manifestDigest: string;
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
export const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** Below every image lies the same base, so that a second pull finds it there. */
const BASE_LAYERS: Layer[] = [
  { digest: digestOf('belay lab base'), sizeBytes: 29_124_608 },
  { digest: digestOf('belay lab runtime'), sizeBytes: 47_710_208 },
];

export const EMPTY_CONFIG: RunConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: [],
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: {},
};

const keySet = (keys: string[]): Record<string, object> => Object.fromEntries(keys.map((key) => [key, {}]));

function configOf(definition: ImageDefinition): RunConfig {
  const env = Object.entries(definition.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    ...EMPTY_CONFIG,
    User: definition.user ?? '',
    ...(definition.exposedPorts ? { ExposedPorts: keySet(definition.exposedPorts) } : {}),
    Env: [DEFAULT_PATH, ...env],
    Cmd: definition.command ?? null,
    ...(definition.healthcheck ? { Healthcheck: definition.healthcheck } : {}),
    Volumes: definition.volumes ? keySet(definition.volumes) : null,
    WorkingDir: definition.workingDir ?? '',
    Entrypoint: definition.entrypoint ?? null,
    Labels: definition.labels ?? {},
    ...(definition.stopSignal ? { StopSignal: definition.stopSignal } : {}),
  };
}

/** The same definition gives the same digests, as a build that can be reproduced would. */
export function buildImage(definition: ImageDefinition): ImageRecord {
  const config = configOf(definition);
  const createdAt = (definition.createdAt ?? new Date()).toISOString();
  const own = { digest: digestOf(JSON.stringify([config, createdAt])), sizeBytes: definition.sizeBytes ?? 8_000_000 };
  const layers = [...BASE_LAYERS, own];
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) };
  const configText = JSON.stringify({ architecture: architecture(), os: 'linux', created: createdAt, config, rootfs });
  const id = digestOf(configText);
  const configBlob = {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    size: configText.length,
    digest: id,
  };
  const layerBlobs = layers.map(({ digest, sizeBytes }) => ({ mediaType: LAYER_TYPE, size: sizeBytes, digest }));
  const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: configBlob, layers: layerBlobs };
  const manifestText = JSON.stringify(manifest, null, 3);
  return { id, createdAt, config, layers, configText, manifestText, manifestDigest: digestOf(manifestText) };
}

/** The processor as Docker names it. */
export const architecture = (): string => ({ x64: 'amd64' })[process.arch as string] ?? process.arch;
