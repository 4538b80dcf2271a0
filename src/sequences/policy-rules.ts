import type { Obstacle } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
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

/** The vendor's floor: what lies below it cannot be gone to, forward or back. */
export function belowFloor({ floor }: Policy, version: string): Obstacle[] {
  if (floor === null || compareVersions(version, floor) >= 0) return [];
  const message = `${version} is below ${floor}, the oldest version that the manifest allows.`;
  return [{ code: 'refused', message, hint: 'See what it says: show manifest' }];
}
