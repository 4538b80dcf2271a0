import { posix } from 'node:path';
import type { HostPower } from '../domain/host-powers.ts';
import { powerOfPath, powersOfSettings } from '../domain/host-powers.ts';
import { circleIn } from '../domain/start-order.ts';
import { dependenciesOf } from './belay-rules.ts';
import { hostConfigOf, portsOf } from './container-settings.ts';
import { networksOf } from './drafts.ts';
import { checkHooks } from './hook-checks.ts';
import { checkLegacy } from './legacy-of.ts';
import { nearestName } from './nearest.ts';
import { type Finding, type Path, spelt } from './problem.ts';
import { checkRoles } from './role-checks.ts';
import type { BelayEntry } from './schema.ts';
import type { NetworkEntry, ServiceEntry, VolumeEntry } from './service-schema.ts';
import { isHostPath } from './short-forms.ts';
import { checkStaleLocks } from './stale-lock-schema.ts';

const MAX_SERVICES = 100;

/** What could be read of the parts of a manifest, each by itself and without the keys that are wrong: what refers to what is looked at also where others could not. */
export interface Parts {
  directory: string;
  serviceNames: string[];
  services: Record<string, ServiceEntry>;
  volumes: Record<string, VolumeEntry | null>;
  networks: Record<string, NetworkEntry | null>;
  /** Null where x-belay is missing or could not be read. */
  belay: BelayEntry | null;
  /** Whether what x-belay says of the services could be read. */
  rolesAreSound: boolean;
  allowed: readonly HostPower[];
}

/** Everything that is wrong between the parts of a manifest: what refers to nothing, what is not allowed, what is there twice. */
export function crossFindings(parts: Parts): Finding[] {
  const findings: Finding[] = [];
  const complain = (path: Path, at: Finding['at'], sentence: string) =>
    findings.push({ path, at, message: path.length > 0 ? `${spelt(path)}: ${sentence}` : sentence });
  if (parts.serviceNames.length === 0) complain(['services'], 'key', 'there is no service.');
  if (parts.serviceNames.length > MAX_SERVICES) complain(['services'], 'key', `there are more than ${MAX_SERVICES}.`);
  for (const name of parts.serviceNames) {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/.test(name)) {
      complain(['services', name], 'key', 'a service is named with letters, digits, dots, dashes, underscores.');
    }
  }
  for (const [name, service] of Object.entries(parts.services)) {
    checkDependencies(parts, name, service, complain);
    checkNetworks(parts, name, service, complain);
    checkVolumes(parts, name, service, complain);
    checkLabels(name, service, complain);
    checkPowers(parts, name, service, complain);
  }
  checkCircle(parts, complain);
  checkTwice(parts, complain);
  checkExternals(parts, complain);
  if (parts.rolesAreSound) checkRoles(parts.belay, parts, complain);
  checkHooks(parts.belay, parts, complain);
  checkLegacy(parts.belay, complain);
  checkStaleLocks(parts.belay?.stale_locks, parts.serviceNames, complain);
  return findings;
}

type Complain = (path: Path, at: Finding['at'], sentence: string) => void;

const noSuch = (what: string, name: string, known: readonly string[], where = ''): string => {
  const near = nearestName(name, known);
  return `there is no ${what} ${name}${where}.${near ? ` Did you mean ${near}?` : ''}`;
};

function checkDependencies(parts: Parts, name: string, service: ServiceEntry, complain: Complain): void {
  const { depends_on: asked } = service;
  for (const [index, other] of Object.keys(dependenciesOf(service)).entries()) {
    const path = ['services', name, 'depends_on', Array.isArray(asked) ? index : other];
    if (!parts.serviceNames.includes(other)) complain(path, 'key', noSuch('service', other, parts.serviceNames));
  }
}

function checkCircle(parts: Parts, complain: Complain): void {
  const services = Object.entries(parts.services).map(([name, service]) => ({
    name,
    dependsOn: dependenciesOf(service),
  }));
  const circle = services.length > MAX_SERVICES ? [] : circleIn(services);
  const [first] = circle;
  if (first) complain(['services', first, 'depends_on'], 'key', `these wait for each other: ${circle.join(', ')}.`);
}

function checkNetworks(parts: Parts, name: string, service: ServiceEntry, complain: Complain): void {
  if (service.network_mode !== undefined && service.networks !== undefined) {
    complain(['services', name, 'network_mode'], 'key', 'it cannot stand beside networks.');
  }
  const known = Object.keys(parts.networks);
  for (const [index, key] of Object.keys(networksOf(service)).entries()) {
    if (key === 'default' || known.includes(key)) continue;
    const path = ['services', name, 'networks', Array.isArray(service.networks) ? index : key];
    complain(path, 'key', noSuch('network', key, known, ' under networks'));
  }
}

function checkVolumes(parts: Parts, name: string, service: ServiceEntry, complain: Complain): void {
  const targets = new Set<string>();
  for (const [index, entry] of (service.volumes ?? []).entries()) {
    const path = ['services', name, 'volumes', index];
    const target = posix.normalize(entry.target).replace(/(?<=.)\/$/, '');
    if (targets.has(target)) complain(path, 'value', `${target} is mounted twice.`);
    targets.add(target);
    if ('type' in entry && entry.type === 'tmpfs') continue;
    const source = entry.source ?? '';
    const isBind = 'type' in entry ? entry.type === 'bind' : isHostPath(source);
    if (isBind && !isHostPath(source)) complain(path, 'value', 'a bind mount needs a source that begins with / or ./.');
    else if (isBind && source.startsWith('~'))
      complain(path, 'value', 'whose home directory is meant cannot be told; write the whole path.');
    else if (!isBind && source !== '' && !(source in parts.volumes)) {
      const known = Object.keys(parts.volumes);
      complain(path, 'value', noSuch('volume', source, known, ' under volumes'));
    }
  }
}

function checkLabels(name: string, service: ServiceEntry, complain: Complain): void {
  for (const label of Object.keys(service.labels ?? {})) {
    if (!/^io\.belay\.(?:appliance|release|operation|service)$/.test(label)) continue;
    complain(['services', name, 'labels', label], 'key', 'this label is set by Belay itself.');
  }
}

function checkPowers(parts: Parts, name: string, service: ServiceEntry, complain: Complain): void {
  const need = (power: HostPower, path: Path, what: string) => {
    if (parts.allowed.includes(power)) return;
    complain(path, 'value', `${what} has to be allowed by name: x-belay.allow: [${power}].`);
  };
  const keys: Record<string, string> = {
    privileged: 'privileged',
    'all-capabilities': 'cap_add',
    'host-processes': 'pid',
  };
  for (const power of powersOfSettings(hostConfigOf(service))) {
    need(power, ['services', name, keys[power] ?? power], 'a container that can do anything on its host');
  }
  for (const [index, entry] of (service.volumes ?? []).entries()) {
    if ('type' in entry && entry.type === 'tmpfs') continue;
    const path = ['services', name, 'volumes', index];
    const isPath = isHostPath(entry.source ?? '');
    const source = isPath
      ? posix.resolve(parts.directory, entry.source ?? '')
      : devicePath(parts.volumes[entry.source ?? '']);
    const power = source === null ? null : powerOfPath(source);
    if (power) need(power, path, `a mount of ${source}`);
  }
}

// A volume of the local driver may be a bind mount in disguise.
function devicePath(volume: VolumeEntry | null | undefined): string | null {
  const device = volume?.driver_opts?.['device'];
  return device?.startsWith('/') ? device : null;
}

function checkTwice({ services }: Parts, complain: Complain): void {
  const names = new Set<string>();
  const ports = new Map<string, string>();
  for (const [name, service] of Object.entries(services)) {
    const called = service.container_name;
    if (called !== undefined && names.has(called)) {
      complain(['services', name, 'container_name'], 'value', `another service has ${called} as well.`);
    }
    if (called !== undefined) names.add(called);
    for (const { published, hostIp, protocol } of portsOf(service)) {
      if (published === null || published === '' || published.includes('-')) continue;
      const key = `${hostIp || '0.0.0.0'}:${published}/${protocol}`;
      if (ports.has(key))
        complain(['services', name, 'ports'], 'key', `${key} is published twice, by ${ports.get(key)} as well.`);
      ports.set(key, name);
    }
  }
}

function checkExternals({ volumes, networks }: Parts, complain: Complain): void {
  for (const [section, entries] of Object.entries({ volumes, networks })) {
    for (const [key, entry] of Object.entries(entries)) {
      if (!entry?.external) continue;
      const others = Object.keys(entry).filter((each) => each !== 'external' && each !== 'name');
      for (const other of others) complain([section, key, other], 'key', 'an external one is taken as it is.');
    }
  }
}
