import { createHash } from 'node:crypto';
import type { Containers } from './containers.ts';
import { asText, type JsonObject } from './json.ts';
import { hostPath } from './mounts.ts';
import type { Networks } from './networks.ts';
import type { ContainerRecord, MountRecord, PortMap } from './records.ts';
import type { Volumes } from './volumes.ts';

interface Stores {
  containers: Containers;
  volumes: Volumes;
  networks: Networks;
}

/** A stable id for what the engine would make one up for: endpoints and sandboxes. */
const derivedId = (...parts: string[]): string => createHash('sha256').update(parts.join(' ')).digest('hex');

function mountView(mount: MountRecord, volumes: Volumes) {
  const { anonymous: _, ...view } = mount;
  return { ...view, Source: mount.Type === 'tmpfs' ? '' : hostPath(mount, volumes) };
}

function addressView(record: ContainerRecord, network: string) {
  const isUp = record.address !== '' && network !== 'host' && network !== 'none';
  const octets = record.address.split('.').map(Number);
  const mac = octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
  return {
    EndpointID: isUp ? derivedId(record.id, network) : '',
    Gateway: isUp ? `${octets.slice(0, 3).join('.')}.1` : '',
    IPAddress: isUp ? record.address : '',
    IPPrefixLen: isUp ? 24 : 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: isUp ? `02:42:${mac}` : '',
  };
}

function endpointView(record: ContainerRecord, name: string, settings: JsonObject, networks: Networks) {
  const known = networks.list().find((network) => network.name === name);
  const given = Array.isArray(settings['Aliases']) ? settings['Aliases'].map(String) : null;
  const isOwn = known !== undefined && !['bridge', 'host', 'none'].includes(name);
  // On networks of the user's own the engine adds the short id.
  const shortId = record.id.slice(0, 12);
  const aliases = isOwn ? [...new Set([...(given ?? []), shortId])] : given;
  return {
    IPAMConfig: settings['IPAMConfig'] ?? null,
    Links: settings['Links'] ?? null,
    Aliases: record.hasBeenStarted || !isOwn ? aliases : given,
    NetworkID: record.hasBeenStarted ? (known?.id ?? '') : '',
    ...addressView(record, name),
    DriverOpts: settings['DriverOpts'] ?? null,
  };
}

export function networksView(record: ContainerRecord, networks: Networks) {
  const entries = Object.entries(record.networks);
  return Object.fromEntries(entries.map(([name, settings]) => [name, endpointView(record, name, settings, networks)]));
}

/** The whole answer of `GET /containers/{id}/json`. */
export function inspectContainer(record: ContainerRecord, { containers, volumes, networks }: Stores) {
  const sandbox = record.hasBeenStarted ? derivedId(record.id, 'sandbox') : '';
  return {
    Id: record.id,
    Created: record.createdAt,
    Path: record.path,
    Args: record.args,
    State: record.state,
    Image: record.imageId,
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    LogPath: record.hasBeenStarted ? containers.logPath(record.id) : '',
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'lab',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: record.hostConfig,
    GraphDriver: { Data: null, Name: 'lab' },
    Mounts: record.mounts.map((mount) => mountView(mount, volumes)),
    Config: record.config,
    NetworkSettings: {
      Bridge: '',
      SandboxID: sandbox,
      HairpinMode: false,
      LinkLocalIPv6Address: '',
      LinkLocalIPv6PrefixLen: 0,
      Ports: record.ports,
      SandboxKey: '',
      SecondaryIPAddresses: null,
      SecondaryIPv6Addresses: null,
      ...addressView(record, 'bridge' in record.networks ? 'bridge' : 'none'),
      Networks: networksView(record, networks),
    },
  };
}

function portsView(ports: PortMap) {
  return Object.entries(ports).flatMap(([port, bindings]) => {
    const [number, Type = 'tcp'] = port.split('/');
    const PrivatePort = Number(number);
    if (!bindings) return [{ PrivatePort, Type }];
    return bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }));
  });
}

/** One entry of `GET /containers/json`. */
export function summarizeContainer(record: ContainerRecord, networks: Networks) {
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: record.image,
    ImageID: record.imageId,
    Command: [record.path, ...record.args].join(' '),
    Created: Math.floor(Date.parse(record.createdAt) / 1000),
    Ports: portsView(record.ports),
    Labels: record.config.Labels,
    State: record.state.Status,
    Status: statusSentence(record),
    HostConfig: { NetworkMode: asText(record.hostConfig['NetworkMode']) },
    NetworkSettings: { Networks: networksView(record, networks) },
    // The list leaves out where volumes lie; binds keep their source.
    Mounts: record.mounts.map(({ anonymous: _, ...mount }) => mount),
  };
}

/** `Up 3 minutes (healthy)`, as the engine words it. */
function statusSentence({ state }: ContainerRecord): string {
  if (state.Status === 'created') return 'Created';
  if (state.Restarting) return `Restarting (${state.ExitCode}) ${ago(state.FinishedAt)} ago`;
  if (!state.Running) return `Exited (${state.ExitCode}) ${ago(state.FinishedAt)} ago`;
  if (state.Paused) return `Up ${ago(state.StartedAt)} (Paused)`;
  const health = state.Health?.Status;
  const verdict = health === 'starting' ? 'health: starting' : health;
  return `Up ${ago(state.StartedAt)}${verdict ? ` (${verdict})` : ''}`;
}

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

function ago(since: string): string {
  const seconds = Math.floor((Date.now() - Date.parse(since)) / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds < 60) return plural(seconds, 'second');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes === 1 ? 'About a minute' : plural(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (hours < 48) return hours === 1 ? 'About an hour' : plural(hours, 'hour');
  return plural(Math.floor(hours / 24), 'day');
}
