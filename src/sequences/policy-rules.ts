import type { Obstacle } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Release } from '../domain/release.ts';
import { groupOf, type ServiceSpec } from '../domain/service-spec.ts';
import { compareVersions } from '../domain/version.ts';

/** A service as the manifest in force wants it; without one it is as it was recorded. */
export function governed(service: ServiceSpec, policy: Policy): ServiceSpec {
  const said = policy.services[groupOf(service)];
  if (!said) return service;
  const { askedGate: _, versioned: __, update: ___, ...rest } = service;
  return {
    ...rest,
    ...(Object.keys(said.gate).length > 0 ? { askedGate: said.gate, gate: { ...rest.gate, ...said.gate } } : {}),
    ...(said.versioned ? { versioned: said.versioned } : {}),
    ...(said.update ? { update: said.update } : {}),
    // Nobody takes it back that something is a secret.
    ...(said.secrets ? { secrets: [...new Set([...(rest.secrets ?? []), ...said.secrets])] } : {}),
  };
}

/**
 * The same for a rollback. To what the vendor's procedure has left there is a way back all the same: it has been kept as
 * it was.
 */
export function backBelowFloor(policy: Policy, active: Release, target: Release): Obstacle[] {
  const { floor, legacy } = policy;
  const isReturn = active.origin === 'rollback' && active.copyOf === null && active.previous === target.id;
  if (floor === null || compareVersions(target.version, floor) >= 0 || isReturn) return [];
  const message = `A rollback is supported only to ${floor} and later, and the previous version is ${target.version}.`;
  const hint = legacy
    ? 'Its vendor has a procedure for that, which works on a copy: rollback system legacy'
    : 'See what the manifest says: show manifest';
  return [{ code: 'refused', message, hint }];
}

/** The vendor's floor: what lies below it cannot be gone to, forward or back. */
export function belowFloor({ floor }: Policy, version: string): Obstacle[] {
  if (floor === null || compareVersions(version, floor) >= 0) return [];
  const message = `${version} is below ${floor}, the oldest version that the manifest allows.`;
  return [{ code: 'refused', message, hint: 'See what it says: show manifest' }];
}
