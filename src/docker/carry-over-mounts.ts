import { posix } from 'node:path';
import type { JsonObject } from '../domain/json.ts';
import { type Candidate, keyed, type SourceType } from '../domain/mount-sharing.ts';
import type { ServiceMount } from '../domain/service-spec.ts';
import type { ContainerAnswer, MountPoint, VolumeAnswer } from './inspect-answers.ts';

export interface MountFacts {
  /** Inspect answers of the volumes that the container mounts, by name. */
  volumes: Record<string, VolumeAnswer>;
  /** What lies at each bind source on the host. */
  sources: Record<string, SourceType>;
  /** The engine's root directory. */
  rootDir: string;
}

/** Every volume and bind mount, with the volume's real name, and how the user wrote it. */
export function mountsOf(container: ContainerAnswer, facts: MountFacts): ServiceMount[] {
  const points = container.Mounts.filter((point) => point.Type === 'volume' || point.Type === 'bind');
  const candidates = points.map((point): Candidate => {
    const kind = point.Type === 'volume' ? 'volume' : 'bind';
    const source = kind === 'volume' ? (point.Name ?? '') : withoutSlash(point.Source);
    const volume = facts.volumes[source];
    return {
      mount: { kind, source, target: point.Destination, readOnly: !point.RW, declared: declaredAs(container, point) },
      driver: volume?.Driver ?? point.Driver ?? 'local',
      driverOptions: volume?.Options ?? {},
      sourceType: facts.sources[source] ?? 'directory',
    };
  });
  return keyed(candidates, facts.rootDir);
}

/** Mounts that hold no data of the appliance and stay in the host config: tmpfs above all. */
export function otherMounts(container: ContainerAnswer): JsonObject[] {
  const written = writtenMounts(container);
  const tmpfs = Object.keys((container.HostConfig.Tmpfs ?? {}) as JsonObject).map(cleaned);
  const kept = written.filter((entry) => entry.Type !== 'volume' && entry.Type !== 'bind');
  const known = [...tmpfs, ...kept.map((entry) => cleaned(String(entry.Target)))];
  // One that came by --volumes-from is written nowhere on this container.
  const inherited = container.Mounts.filter((point) => point.Type === 'tmpfs' && !known.includes(point.Destination));
  return [
    ...kept,
    ...inherited.map((point) => ({
      Type: 'tmpfs',
      Target: point.Destination,
      ...(point.RW ? {} : { ReadOnly: true }),
    })),
  ];
}

function declaredAs(container: ContainerAnswer, point: MountPoint): ServiceMount['declared'] {
  const bind = ((container.HostConfig.Binds ?? []) as string[])
    .map((text) => text.split(':'))
    .find(([, target]) => target !== undefined && cleaned(target) === point.Destination);
  if (bind) return { form: 'bind', options: bind.slice(2).join(':') };
  const value = writtenMounts(container).find((entry) => cleaned(String(entry.Target)) === point.Destination);
  if (value) return { form: 'mount', value };
  // --volumes-from hands on the propagation, which only the --mount form can write.
  if (point.Type === 'bind' && point.Propagation && point.Propagation !== 'rprivate') {
    const options: JsonObject = { Propagation: point.Propagation };
    return {
      form: 'mount',
      value: { Type: 'bind', Target: point.Destination, ReadOnly: !point.RW, BindOptions: options },
    };
  }
  return { form: 'implicit' };
}

const writtenMounts = (container: ContainerAnswer) => (container.HostConfig.Mounts ?? []) as JsonObject[];

const withoutSlash = (path: string) => path.replace(/(?<=.)\/+$/, '');

const cleaned = (path: string) => withoutSlash(posix.normalize(path));
