import type { JsonObject } from './json.ts';
import type { ServiceSpec } from './service-spec.ts';

/** What makes a container the master of its host. Each is refused in a manifest that does not allow it by name. */
export const HOST_POWERS = ['privileged', 'all-capabilities', 'docker-socket', 'host-root', 'host-processes'] as const;

export type HostPower = (typeof HOST_POWERS)[number];

/** The host paths that bring more than data, and what is in them. Without links followed. */
export function powerOfPath(path: string): HostPower | null {
  const plain = normalized(path);
  if (plain === '/') return 'host-root';
  if (/^(?:\/var)?\/run(?:\/docker(?:\.sock)?|\/containerd(?:\/.*)?)?$/.test(plain) || plain === '/var') {
    return 'docker-socket';
  }
  return /^\/(?:etc|proc|sys|dev|root|boot|var\/lib(?:\/(?:docker|containerd)(?:\/.*)?)?)$/.test(plain)
    ? 'host-root'
    : null;
}

/** What the settings of a container ask for beyond its mounts, in the shapes of the engine's create call. */
export function powersOfSettings(hostConfig: JsonObject): HostPower[] {
  const capabilities = textsOf(hostConfig['CapAdd']).map((name) => name.toUpperCase().replace(/^CAP_/, ''));
  const powers: HostPower[] = [];
  if (hostConfig['Privileged'] === true) powers.push('privileged');
  if (capabilities.includes('ALL')) powers.push('all-capabilities');
  if (hostConfig['PidMode'] === 'host') powers.push('host-processes');
  return powers;
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export interface PowerAsked {
  power: HostPower;
  /** What asks for it, in words: `a mount of /var/run/docker.sock`. */
  what: string;
}

/**
 * Everything that a container would be made with and that makes it the master of its host: of a specification that
 * nobody here has written, so also what no specification of Belay's own would say in this way.
 */
export function powersOfService({ settings, mounts }: Pick<ServiceSpec, 'settings' | 'mounts'>): PowerAsked[] {
  const { hostConfig } = settings;
  const written = mounts.flatMap(({ declared }) => (declared.form === 'mount' ? [declared.value] : []));
  const paths = [
    ...mounts.filter(({ kind }) => kind === 'bind').map(({ source }) => source),
    ...textsOf(hostConfig['Binds']).map((bind) => bind.split(':')[0] ?? ''),
    ...[...written, ...objectsOf(hostConfig['Mounts'])].flatMap(pathsOfMount),
  ];
  const settled = powersOfSettings(hostConfig).map((power) => ({ power, what: 'a container that can do anything' }));
  const ofPaths = paths.flatMap((path) => {
    const power = path.startsWith('/') ? powerOfPath(path) : null;
    return power ? [{ power, what: `a mount of ${path}` }] : [];
  });
  const devices = objectsOf(hostConfig['Devices']).map(({ PathOnHost }) => String(PathOnHost));
  const disks = devices.filter((path) =>
    /^\/dev\/(?:mem|kmem|port|sd|hd|vd|xvd|nvme|dm-|mapper\/|loop|disk)/.test(path),
  );
  return [
    ...settled,
    ...ofPaths,
    ...disks.map((path) => ({ power: 'host-root' as const, what: `the device ${path}` })),
  ];
}

/** A volume of the engine's own driver may be a bind mount in disguise. */
function pathsOfMount(mount: JsonObject): string[] {
  const driver = (mount['VolumeOptions'] as JsonObject | undefined)?.['DriverConfig'] as JsonObject | undefined;
  const device = (driver?.['Options'] as JsonObject | undefined)?.['device'];
  return [mount['Source'], device].filter((path): path is string => typeof path === 'string');
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
const objectsOf = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((each): each is JsonObject => typeof each === 'object' && each !== null) : [];
