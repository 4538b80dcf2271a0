import type { ServiceMount, ServiceSpec } from './service-spec.ts';

/** What lies at a bind source; `unknown` where the engine's host is not this machine. */
export type SourceType = 'directory' | 'file' | 'socket' | 'device' | 'fifo' | 'missing' | 'unknown';

export interface Candidate {
  mount: Omit<ServiceMount, 'slotKey' | 'sharedBecause'>;
  /** Of a volume; `local` is the engine's own. */
  driver: string;
  driverOptions: Record<string, string>;
  sourceType: SourceType;
}

const SYSTEM_DIRECTORY = /^\/(?:proc|sys|dev|run|var\/run|etc|usr|lib[^/]*|bin|sbin|boot)(?:\/|$)/;

/**
 * Decides for each mount whether its data belongs to the slot. Two mounts of one source have one key,
 * also where one of them is read-only; a bind inside the source of another has the outer one's key,
 * because cloning and renaming the outer directory takes the inner one along.
 */
export function keyed(candidates: Candidate[], rootDir: string): ServiceMount[] {
  const verdicts = candidates.map((candidate) => ({ candidate, because: sharedBecause(candidate, rootDir) }));
  const slotted = verdicts.filter(({ because }) => because === null).map(({ candidate }) => candidate.mount);
  return verdicts.map(({ candidate: { mount }, because }) => {
    const owner = because === null || because === READ_ONLY ? outermost(mount, slotted) : undefined;
    return owner
      ? { ...mount, slotKey: `${owner.kind}:${owner.source}`, sharedBecause: null }
      : { ...mount, slotKey: null, sharedBecause: because };
  });
}

/** The same over several services: what one of them only reads is in the slot when another one writes to it. */
export function keyedTogether(services: readonly ServiceSpec[]): ServiceSpec[] {
  const slotted = services.flatMap(({ mounts }) => mounts.filter(({ slotKey }) => slotKey !== null));
  const keyOf = (mount: ServiceMount): ServiceMount => {
    if (mount.slotKey === null && mount.sharedBecause !== READ_ONLY) return mount;
    const owner = outermost(mount, slotted) as ServiceMount | undefined;
    return owner ? { ...mount, slotKey: owner.slotKey, sharedBecause: null } : mount;
  };
  return services.map((service) => ({ ...service, mounts: service.mounts.map(keyOf) }));
}

const READ_ONLY = 'mounted read-only';

function sharedBecause({ mount, driver, driverOptions, sourceType }: Candidate, rootDir: string): string | null {
  if (mount.kind === 'volume') {
    if (driver !== 'local') return `a volume of the driver ${driver}`;
    const type = driverOptions.type ?? driverOptions.device ?? driverOptions.o;
    if (type !== undefined) return `a volume on ${driverOptions.type || 'a device of its own'}`;
  } else {
    if (sourceType === 'socket') return 'a socket of the host';
    if (sourceType === 'device' || sourceType === 'fifo') return `a ${sourceType} of the host`;
    const why = sharedDirectory(mount.source, rootDir);
    if (why) return why;
  }
  return mount.readOnly ? READ_ONLY : null;
}

/** Why a directory of the host is never data of an appliance, in words; null where it may be. */
export function sharedDirectory(path: string, rootDir: string): string | null {
  if (path === '/') return "the host's root directory";
  if (SYSTEM_DIRECTORY.test(path)) return 'a system directory of the host';
  return contains(path, rootDir) ? "the engine's own directory" : null;
}

type Source = Pick<ServiceMount, 'kind' | 'source'>;

function outermost(mount: Source, slotted: Source[]): Source | undefined {
  const around = slotted.filter((other) => other.kind === mount.kind && holds(other, mount));
  return around.sort((a, b) => a.source.length - b.source.length)[0];
}

const holds = (outer: Source, inner: Source) =>
  outer.source === inner.source || (outer.kind === 'bind' && contains(outer.source, inner.source));

const contains = (outer: string, inner: string) => inner === outer || inner.startsWith(`${outer.replace(/\/$/, '')}/`);
