import type { JsonObject } from './json.ts';

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
  const capabilities = ((hostConfig['CapAdd'] ?? []) as string[]).map((name) =>
    name.toUpperCase().replace(/^CAP_/, ''),
  );
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
