import { durationProblem } from '../api/contract/duration-text.ts';
import type { Kind } from './command.ts';
import { formatAge } from './format.ts';

const VERSION = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const CONTAINER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

/** A version that the appliance could run: a tag of its image. */
export const version: Kind = {
  metavar: 'VERSION',
  problem: (text) => (VERSION.test(text) ? null : 'A version is a tag such as 2.1.0.'),
  async complete(client, signal) {
    const { versions } = await client.versions(signal);
    return versions.flatMap((each) => {
      if (each.quarantined) return [];
      const place = each.here ? 'here already' : 'in the registry';
      return [{ text: each.version, help: each.active ? 'runs now' : place }];
    });
  },
};

/** A container that Belay does not look after yet. */
export const container: Kind = {
  metavar: 'CONTAINER',
  problem: (text) => (CONTAINER.test(text) ? null : 'A container has a name or an id, as in: show containers'),
  async complete(client, signal) {
    const free = (await client.containers(signal)).filter(({ appliance }) => appliance === null);
    return free.map((each) => ({ text: each.name, help: `${each.image}, ${each.status}` }));
  },
};

/** A Compose project of which Belay looks after nothing yet. */
export const project: Kind = {
  metavar: 'PROJECT',
  problem: (text) => (CONTAINER.test(text) ? null : 'A Compose project has a name, as in: docker compose ls'),
  async complete(client, signal) {
    const projects = new Map<string, string[]>();
    for (const { project: name, service, appliance: owner } of await client.containers(signal)) {
      if (name !== null && owner === null) projects.set(name, [...(projects.get(name) ?? []), service ?? '']);
    }
    return [...projects].map(([text, services]) => ({ text, help: services.join(', ') }));
  },
};

/** A service of a Compose project. */
export const composeService: Kind = {
  metavar: 'SERVICE',
  problem: (text) => (CONTAINER.test(text) ? null : 'A service has a name, as in the Compose file.'),
  async complete(client, signal) {
    const found = (await client.containers(signal)).filter((each) => each.appliance === null && each.service !== null);
    return found.map((each) => ({ text: each.service ?? '', help: `${each.project}, ${each.image}` }));
  },
};

export const appliance: Kind = {
  metavar: 'APPLIANCE',
  problem: (text) => (NAME.test(text) ? null : 'An appliance has a name, as in: show appliances'),
  async complete(client, signal) {
    return (await client.appliances(signal)).map((each) => ({ text: each.name, help: `runs ${each.version}` }));
  },
};

/** How long: nothing is known better than what is common. */
export const duration: Kind = {
  metavar: 'DURATION',
  problem: durationProblem,
  complete: async () =>
    [
      ['5m', 'five minutes'],
      ['10m', 'ten minutes'],
      ['30m', 'half an hour'],
      ['1h', 'an hour'],
      ['1h30m', 'an hour and a half'],
    ].map(([text = '', help = '']) => ({ text, help })),
};

/** A name to be given: nothing to offer. */
export const name: Kind = {
  metavar: 'NAME',
  problem: (text) => (NAME.test(text) ? null : 'A name has letters, digits, dots and dashes, as in: acme'),
  complete: async () => [],
};

/** A file on this machine, read with the rights of whoever types its name. */
export const file: Kind = {
  metavar: 'FILE',
  problem: (text) => (text === '' || text.includes('\0') ? 'A file has a name, as in: appliance.yaml' : null),
  complete: async () => [],
};

const POWERS = [
  ['privileged', 'privileged containers'],
  ['all-capabilities', 'containers with every capability'],
  ['docker-socket', 'a mount of the socket of Docker'],
  ['host-root', "a mount of the host's root, or of what belongs to its system"],
  ['host-processes', "the host's processes"],
] as const;

/** Powers over the host, as in `x-belay.allow`. */
export const powers: Kind = {
  metavar: 'POWERS',
  problem: (text) =>
    text.split(',').every((each) => POWERS.some(([power]) => power === each))
      ? null
      : `The powers are ${POWERS.map(([power]) => power).join(', ')}.`,
  complete: async () => POWERS.map(([text, help]) => ({ text, help })),
};

/** A registry of the site's own, with a directory in it where that is wanted. */
export const registryName: Kind = {
  metavar: 'REGISTRY',
  problem: (text) =>
    /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|[A-Za-z0-9-]+(?=:))(?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$/.test(text)
      ? null
      : 'A registry is named as in references of images: registry.example.com:5000',
  complete: async () => [],
};

/** A service of the appliance. */
export const service: Kind = {
  metavar: 'SERVICE',
  problem: (text) => (CONTAINER.test(text) ? null : 'A service has a name, as in: show system'),
  async complete(client, signal) {
    const { services } = await client.system(signal);
    return services.map((each) => ({ text: each.name, help: `${each.role}, ${each.state}` }));
  },
};

/** A copy of the journal, by its number. */
export const journalCopy: Kind = {
  metavar: 'COPY',
  problem: (text) => (/^[1-9]\d{0,5}$/.test(text) ? null : 'A copy has a number, as in: journal check'),
  async complete(client, signal) {
    const nowMs = Date.now();
    return (await client.journalCheck(signal)).copies.map((each) => ({
      text: String(each.number),
      help: each.problem ?? `taken ${formatAge(each.takenAt, nowMs)}`,
    }));
  },
};

/** Data that can be restored, exported or deleted. */
export const snapshot: Kind = {
  metavar: 'SNAPSHOT',
  problem: (text) => (/^s[a-z]{10}$/i.test(text) ? null : 'A snapshot is S and ten letters, as in: show snapshots'),
  async complete(client, signal) {
    const nowMs = Date.now();
    return (await client.snapshots(signal)).map((each) => {
      const taken = each.taken === null ? '' : `, ${formatAge(each.taken, nowMs)}`;
      return { text: each.id, help: `${each.version ?? 'a tarball'}, ${each.kind}${taken}` };
    });
  },
};

/** A release of Belay itself. */
export const cliRelease: Kind = {
  metavar: 'VERSION',
  problem: (text) => (isVersionText(text) ? null : 'A version is letters, digits, dots and dashes, as in 0.2.0'),
  async complete(client, signal) {
    const { releases } = await client.cliReleases(signal);
    return releases
      .filter(({ isCurrent }) => !isCurrent)
      .map((each) => ({ text: each.version, help: each.problem === null ? 'here' : 'cannot run here' }));
  },
};

const isVersionText = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(text);

/** A directory that containers mount, as they see it. */
export const place: Kind = {
  metavar: 'PATH',
  problem: (text) => (text.startsWith('/') ? null : 'A mount is named with its whole path, as in: /var/lib/mysql'),
  async complete(client, signal) {
    const { release: active } = await client.system(signal);
    const { services } = await client.release(active, signal);
    const mounts = services.flatMap((service) => service.mounts.map((mount) => ({ service, mount })));
    return mounts
      .filter(({ mount }) => mount.dataPath !== null)
      .map(({ service, mount }) => ({ text: mount.target, help: `data of ${service.name}` }));
  },
};

/** A directory of the host that need not be there yet. */
export const directory: Kind = {
  metavar: 'PATH',
  problem: (text) => (text.startsWith('/') ? null : 'A directory is named with its whole path, as in: /srv/acme'),
  complete: async () => [],
};

/** A name for a volume that is not there yet. */
export const newVolume: Kind = {
  metavar: 'NAME',
  problem: (text) => (CONTAINER.test(text) ? null : 'A volume has letters, digits, dots and dashes, as in: acme-data'),
  complete: async () => [],
};

/** Words of one's own. */
export const text: Kind = {
  metavar: 'TEXT',
  problem: () => null,
  complete: async () => [],
};

/** A user and a group of a container. */
export const owner: Kind = {
  metavar: 'UID:GID',
  problem: (text) =>
    /^\d{1,10}:\d{1,10}$/.test(text) ? null : 'An owner is a user and a group in numbers, as in: 102:105',
  complete: async () => [],
};
