import { DEFAULT_POLICY } from '../domain/policy.ts';
import type { ContainerHost, Instance } from '../domain/ports/container-host.ts';
import type { Journal } from '../domain/ports/journal.ts';
import type { SlotStore } from '../domain/ports/slot-store.ts';
import { controllerOf, type Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import { commandLine, type StaleLock, type StaleLockRule, saysPattern } from '../domain/stale-lock.ts';

export type LockWorld = { journal: Journal; host: ContainerHost; slots: SlotStore };

const LOG_LINES = 500;

/**
 * A lock that an earlier server has left, where the rules of the manifest find one behind a container that did not
 * start or get healthy. Looks only; whatever cannot be looked at is no lock.
 */
export async function findStaleLock(
  world: LockWorld,
  release: Release,
  service: ServiceSpec,
  instance: Instance,
): Promise<StaleLock | null> {
  const { staleLocks } = world.journal.appliance(release.appliance)?.policy ?? DEFAULT_POLICY;
  const rules = staleLocks.filter((rule) => isMeant(rule, release, service));
  if (rules.length === 0) return null;
  const lines = await world.host.logTail(instance.id, LOG_LINES).catch(() => []);
  for (const rule of rules) {
    const found = (rule.log && saidIn(lines, rule.log)) || (rule.file && (await fileOf(world, instance, rule.file)));
    if (!found) continue;
    const command = rule.command && commandLine(rule.command);
    return { service: service.name, found, remedy: rule.remedy, command };
  }
  return null;
}

function isMeant({ service: named }: StaleLockRule, release: Release, service: ServiceSpec): boolean {
  // A container that was adopted by itself bears its own name.
  if (release.services.length === 1) return true;
  return (named ?? controllerOf(release).name) === service.name;
}

function saidIn(lines: readonly string[], pattern: string): string | null {
  const line = lines.findLast((each) => saysPattern(each, pattern));
  return line === undefined ? null : `A stale lock: its log says "${line.trim().slice(0, 200)}".`;
}

/** A file that is older than the server which stumbles over it: its own it has made itself. */
async function fileOf({ slots }: LockWorld, { mounts, startedAt }: Instance, pattern: string): Promise<string | null> {
  const around = mounts
    .filter(({ target }) => pattern.startsWith(`${target.replace(/\/$/, '')}/`))
    .sort((a, b) => b.target.length - a.target.length);
  const [mount] = around;
  if (!mount || startedAt === null) return null;
  const target = mount.target.replace(/\/$/, '');
  const found = await slots.find(mount.hostPath, pattern.slice(target.length + 1)).catch(() => []);
  const left = found.find(({ mtimeMs }) => mtimeMs < startedAt.getTime());
  return left ? `A stale lock: ${target}/${left.path} is older than the server's start.` : null;
}
