import { posix } from 'node:path';
import type { ApplianceDraft, MountDraft, NetworkDraft, ServiceDraft, VolumeDraft } from '../domain/appliance-draft.ts';
import { parseReference } from '../domain/image-reference.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ContainerSettings, PinnedImage } from '../domain/service-spec.ts';
import { DEFAULT_GATE } from '../domain/service-spec.ts';
import { startOrder } from '../domain/start-order.ts';
import { dependenciesOf, gateOf, roleOf, secretsOf, updateOf, versionedOf } from './belay-rules.ts';
import { configOf, hostConfigOf } from './container-settings.ts';
import type { Manifest } from './manifest.ts';
import type { ServiceEntry } from './service-schema.ts';
import { isHostPath } from './short-forms.ts';

const DEFAULT_NETWORK = 'default';

/** What the manifest asks for, as an appliance of this name would have it. Pure, and never fails on a manifest that was read. */
export function draftOf(manifest: Manifest, appliance: string): ApplianceDraft {
  const { entry } = manifest;
  const services = Object.entries(entry.services).map(([name, service]) =>
    serviceDraft(manifest, appliance, name, service),
  );
  return {
    services: startOrder(services.map(({ spec }) => spec)).map(
      (spec) => services.find((service) => service.spec === spec) as ServiceDraft,
    ),
    volumes: volumeDrafts(manifest, appliance),
    networks: networkDrafts(manifest, appliance),
    allowed: [...(entry['x-belay']?.allow ?? [])],
  };
}

function serviceDraft(manifest: Manifest, appliance: string, name: string, service: ServiceEntry): ServiceDraft {
  const mounts = mountDrafts(manifest, appliance, service);
  const versioned = versionedOf(manifest, name);
  const update = updateOf(manifest, name);
  const gate = gateOf(manifest, name);
  const secrets = secretsOf(manifest, name);
  return {
    spec: {
      name,
      role: roleOf(manifest, name),
      containerName: service.container_name ?? `${appliance}-${name}`,
      image: imageOf(service.image),
      settings: settingsOf(manifest, appliance, name, service),
      mounts: [],
      gate: { ...DEFAULT_GATE, ...gate },
      ...(Object.keys(gate).length > 0 ? { askedGate: gate } : {}),
      dependsOn: dependenciesOf(service),
      ...(versioned ? { versioned } : {}),
      ...(update ? { update } : {}),
      ...(secrets.length > 0 ? { secrets } : {}),
    },
    mounts,
  };
}

export function imageOf(text: string): PinnedImage {
  const { repository, tag, digest } = parseReference(text);
  const version = tag ?? 'latest';
  return { reference: `${repository}:${version}`, repository, tag: version, digest, imageId: null };
}

function settingsOf(manifest: Manifest, appliance: string, name: string, service: ServiceEntry): ContainerSettings {
  const networks = endpointsOf(manifest, appliance, name, service);
  const [first] = Object.keys(networks);
  const mode = service.network_mode ?? first;
  return {
    config: configOf(service, manifest.environments[name] ?? {}),
    hostConfig: { ...hostConfigOf(service), ...(mode === undefined ? {} : { NetworkMode: mode }) },
    networks,
  };
}

function endpointsOf(
  manifest: Manifest,
  appliance: string,
  name: string,
  service: ServiceEntry,
): Record<string, JsonObject> {
  if (service.network_mode !== undefined) return {};
  const asked = networksOf(service);
  return Object.fromEntries(
    Object.entries(asked).map(([key, endpoint]) => {
      const addresses: JsonObject = {
        ...(endpoint?.ipv4_address ? { IPv4Address: endpoint.ipv4_address } : {}),
        ...(endpoint?.ipv6_address ? { IPv6Address: endpoint.ipv6_address } : {}),
        ...(endpoint?.link_local_ips ? { LinkLocalIPs: endpoint.link_local_ips } : {}),
      };
      const settings: JsonObject = {
        Aliases: [...new Set([name, ...(endpoint?.aliases ?? [])])],
        ...(Object.keys(addresses).length > 0 ? { IPAMConfig: addresses } : {}),
      };
      return [engineName(appliance, key, manifest.entry.networks?.[key]), settings];
    }),
  );
}

type Endpoints = Exclude<NonNullable<ServiceEntry['networks']>, string[]>;

/** The networks of a service by their name in the manifest; the default one where it names none. */
export function networksOf(service: ServiceEntry): Endpoints {
  const { networks } = service;
  if (service.network_mode !== undefined) return {};
  if (networks === undefined) return { [DEFAULT_NETWORK]: null };
  return Array.isArray(networks) ? Object.fromEntries(networks.map((key) => [key, null])) : networks;
}

const engineName = (
  appliance: string,
  key: string,
  entry: { name?: string | undefined; external?: boolean | undefined } | null | undefined,
): string => entry?.name ?? (entry?.external ? key : `${appliance}_${key}`);

function mountDrafts(manifest: Manifest, appliance: string, service: ServiceEntry): MountDraft[] {
  return (service.volumes ?? []).flatMap((entry): MountDraft[] => {
    if ('type' in entry) return entry.type === 'tmpfs' ? [] : [longMount(manifest, appliance, entry)];
    const { source, target, options } = entry;
    const readOnly = options.includes('ro');
    if (source !== null && isHostPath(source)) {
      const path = hostPath(manifest.directory, source);
      return [{ kind: 'bind', source: path, target, readOnly, declared: { form: 'bind', options: options.join(',') } }];
    }
    const name = source === null ? '' : engineName(appliance, source, manifest.entry.volumes?.[source]);
    const declared: MountDraft['declared'] = options.every((option) => option === 'rw')
      ? { form: 'implicit' }
      : { form: 'bind', options: options.join(',') };
    return [{ kind: 'volume', source: name, target, readOnly, declared }];
  });
}

type LongMount = Extract<NonNullable<ServiceEntry['volumes']>[number], { type: string }>;

function longMount(manifest: Manifest, appliance: string, entry: LongMount): MountDraft {
  const { type, source = '', target } = entry;
  const readOnly = entry.read_only === true;
  const value: JsonObject = { Type: type, Target: target, ...(readOnly ? { ReadOnly: true } : {}) };
  if (type === 'bind') {
    const propagation = entry.bind?.propagation;
    if (propagation) value['BindOptions'] = { Propagation: propagation };
    const path = hostPath(manifest.directory, source);
    return { kind: 'bind', source: path, target, readOnly, declared: { form: 'mount', value } };
  }
  if (entry.volume?.nocopy) value['VolumeOptions'] = { NoCopy: true };
  const name = source === '' ? '' : engineName(appliance, source, manifest.entry.volumes?.[source]);
  const plain = !readOnly && !entry.volume?.nocopy;
  return {
    kind: 'volume',
    source: name,
    target,
    readOnly,
    declared: plain ? { form: 'implicit' } : { form: 'mount', value },
  };
}

export const hostPath = (directory: string, source: string): string =>
  posix.resolve(directory, source).replace(/(?<=.)\/+$/, '');

function volumeDrafts({ entry }: Manifest, appliance: string): VolumeDraft[] {
  return Object.entries(entry.volumes ?? {}).map(([key, volume]) => ({
    name: engineName(appliance, key, volume),
    external: volume?.external === true,
    driver: volume?.driver ?? 'local',
    driverOptions: { ...volume?.driver_opts },
    labels: labelsOf(volume?.labels),
  }));
}

function networkDrafts({ entry }: Manifest, appliance: string): NetworkDraft[] {
  const used = new Set(Object.values(entry.services).flatMap((service) => Object.keys(networksOf(service))));
  return [...used].map((key) => {
    const network = entry.networks?.[key] ?? null;
    const ipam = (network?.ipam?.config ?? []).map(({ subnet, gateway, ip_range }) => ({
      Subnet: subnet,
      ...(gateway ? { Gateway: gateway } : {}),
      ...(ip_range ? { IPRange: ip_range } : {}),
    }));
    return {
      name: engineName(appliance, key, network),
      external: network?.external === true,
      settings: {
        Driver: network?.driver ?? 'bridge',
        ...(network?.driver_opts ? { Options: network.driver_opts } : {}),
        ...(network?.internal ? { Internal: true } : {}),
        ...(network?.attachable ? { Attachable: true } : {}),
        ...(network?.enable_ipv6 ? { EnableIPv6: true } : {}),
        ...(network?.ipam ? { IPAM: { Driver: network.ipam.driver ?? 'default', Config: ipam } } : {}),
      },
      labels: labelsOf(network?.labels),
    };
  });
}

const labelsOf = (labels: Record<string, string | null> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(labels ?? {}).map(([name, value]) => [name, value ?? '']));
