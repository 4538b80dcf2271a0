import type { ReleaseId, SlotId } from './ids.ts';
import type { ServiceSpec } from './service-spec.ts';

/**
 * `candidate` is being brought up by an operation and is not listed; it ends as `active` or `failed`, and stays a candidate where it was only rehearsed.
 * `superseded` was left by an upgrade or a restore, `rolled-back` was left by a rollback, `imported` came
 * from another host in a file and has not run here.
 */
export type ReleaseStatus = 'candidate' | 'active' | 'superseded' | 'rolled-back' | 'imported' | 'failed';

export type ReleaseOrigin =
  | 'adopt'
  | 'install'
  | 'upgrade'
  | 'rollback'
  | 'promotion'
  | 'restore'
  | 'move'
  | 'change'
  | 'import';

/** Immutable but for its status: version, image digest and configuration of every service. Never lost. */
export interface Release {
  id: ReleaseId;
  appliance: string;
  version: string;
  services: ServiceSpec[];
  slot: SlotId;
  status: ReleaseStatus;
  origin: ReleaseOrigin;
  /** The release that this one is a copy of, where a rollback or a promotion made it. */
  copyOf: ReleaseId | null;
  /** The release that was active when this one was made; null for an adopted one. */
  previous: ReleaseId | null;
  by: string;
  createdAt: Date;
}

/** The service whose version is the appliance's version. Every release has exactly one. */
export function controllerOf(release: Release): ServiceSpec {
  const controller = release.services.find((service) => service.role === 'controller');
  if (!controller) throw new Error(`release ${release.id} has no controller`);
  return controller;
}
