import { gateFromLabels } from '../domain/gate-labels.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { ContainerSettings, PinnedImage, ServiceSpec } from '../domain/service-spec.ts';
import { type MountFacts, mountsOf, otherMounts } from './carry-over-mounts.ts';
import { networksOf, writtenLinks } from './carry-over-networks.ts';
import type { ContainerAnswer, ContainerConfig, ImageConfig } from './inspect-answers.ts';

/** What the rules look at besides the container itself. */
export interface CarryOverFacts extends MountFacts {
  /** The config of the image that the container was made from: its defaults are not the user's. */
  imageConfig: ImageConfig;
  image: PinnedImage;
  /** The host's own name, which a container on the host's network bears without anybody asking. */
  hostName: string;
}

const OWN_LABEL = /^io\.belay\.(appliance|release|operation|service)$/;

/**
 * What the user set on a container, and nothing that was only its image's default (DESIGN, section 4).
 * The engine merges the two and keeps no record of which was which, so a value equal to the image's
 * counts as the image's.
 */
export function specOf(container: ContainerAnswer, facts: CarryOverFacts): ServiceSpec {
  const labels = { ...facts.imageConfig.Labels, ...container.Config.Labels };
  const containerName = container.Name.replace(/^\//, '');
  return {
    name: labels['com.docker.compose.service'] || containerName,
    role: 'controller',
    containerName,
    image: facts.image,
    settings: settingsOf(container, facts),
    mounts: mountsOf(container, facts),
    gate: gateFromLabels(labels),
  };
}

function settingsOf(container: ContainerAnswer, facts: CarryOverFacts): ContainerSettings {
  return {
    config: configOf(container, facts),
    hostConfig: hostConfigOf(container),
    networks: networksOf(container),
  };
}

function configOf(container: ContainerAnswer, facts: CarryOverFacts): JsonObject {
  const { Config: config } = container;
  const image = facts.imageConfig;
  return compact({
    ...hostnameOf(container, facts.hostName),
    Domainname: config.Domainname,
    User: unless(config.User, image.User),
    WorkingDir: unless(config.WorkingDir, image.WorkingDir || '/'),
    Env: (config.Env ?? []).filter((entry) => !image.Env?.includes(entry)),
    ...commandOf(config, image),
    Labels: userLabels(config, image),
    Healthcheck: healthcheckOf(config, image),
    StopSignal: unless(config.StopSignal, image.StopSignal),
    StopTimeout: config.StopTimeout,
    ExposedPorts: userPorts(container, image),
    Volumes: without(config.Volumes, image.Volumes),
    Shell: same(config.Shell, image.Shell) ? null : config.Shell,
    Tty: config.Tty,
    OpenStdin: config.OpenStdin,
    StdinOnce: config.StdinOnce,
    AttachStdin: config.AttachStdin,
    AttachStdout: config.AttachStdout,
    AttachStderr: config.AttachStderr,
    NetworkDisabled: config.NetworkDisabled,
    MacAddress: config.MacAddress,
  });
}

// A user's entrypoint voids the image's command, so the command must then be carried even where both are equal.
function commandOf(config: ContainerConfig, image: ImageConfig): Record<string, string[] | null> {
  const command = config.Cmd ?? [];
  const voided = command.length === 0 && (image.Cmd ?? []).length > 0;
  if (same(config.Entrypoint ?? [], image.Entrypoint ?? []) && !voided) {
    return { Cmd: same(command, image.Cmd ?? []) ? null : command };
  }
  // The create call spells "no entrypoint" as one empty word; an empty list would mean the image's.
  const entrypoint = config.Entrypoint?.length ? config.Entrypoint : [''];
  return { Entrypoint: entrypoint, Cmd: command };
}

// The engine gives each container its id for a hostname, and one that shares a network or UTS namespace another's.
function hostnameOf(container: ContainerAnswer, hostName: string): { Hostname?: string } {
  const { Hostname: name = '' } = container.Config;
  const network = String(container.HostConfig.NetworkMode ?? '');
  const foreign =
    network.startsWith('container:') ||
    container.HostConfig.UTSMode === 'host' ||
    (network === 'host' && name === hostName);
  return foreign || name === container.Id.slice(0, 12) ? {} : { Hostname: name };
}

function userLabels(config: ContainerConfig, image: ImageConfig): Record<string, string> {
  const set = Object.entries(config.Labels ?? {});
  return Object.fromEntries(set.filter(([key, value]) => image.Labels?.[key] !== value && !OWN_LABEL.test(key)));
}

// Merged field by field by the engine, so what differs field by field is the user's.
function healthcheckOf(config: ContainerConfig, image: ImageConfig): JsonObject {
  const fields = Object.entries(config.Healthcheck ?? {});
  return Object.fromEntries(fields.filter(([field, value]) => value && !same(value, image.Healthcheck?.[field])));
}

// Publishing a port exposes it, so a published port is the user's even where the image exposes it as well.
function userPorts(container: ContainerAnswer, image: ImageConfig): JsonObject {
  const published = (container.HostConfig.PortBindings ?? {}) as JsonObject;
  const ports = Object.entries(container.Config.ExposedPorts ?? {});
  return Object.fromEntries(ports.filter(([port]) => port in published || !(port in (image.ExposedPorts ?? {}))));
}

function hostConfigOf(container: ContainerAnswer): JsonObject {
  // Binds, VolumesFrom and most of Mounts are in the service's mounts; the others belong to one container only.
  const { Binds, VolumesFrom, ContainerIDFile, AutoRemove, Mounts, Links, ...kept } = container.HostConfig;
  const others = otherMounts(container);
  const links = writtenLinks((Links ?? []) as string[]);
  return {
    ...kept,
    ...(others.length > 0 ? { Mounts: others } : {}),
    ...(links.length > 0 ? { Links: links } : {}),
  };
}

const unless = (value: string | undefined, imageValue: string | undefined) => (value === imageValue ? null : value);

const without = (
  values: Record<string, JsonObject> | null | undefined,
  imageValues: Record<string, JsonObject> | null | undefined,
): JsonObject => Object.fromEntries(Object.entries(values ?? {}).filter(([key]) => !(key in (imageValues ?? {}))));

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** Leaves out what is unset: null, false, '', and empty lists and objects. A stop timeout of 0 is set. */
function compact(values: Record<string, unknown>): JsonObject {
  const isSet = (value: unknown) =>
    typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value === 0 || Boolean(value);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isSet(value))) as Record<string, JsonValue>;
}
