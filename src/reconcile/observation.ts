import type { Instance } from '../domain/ports/container-host.ts';
import type { Whereabouts } from '../domain/ports/slot-store.ts';
import type { Release } from '../domain/release.ts';
import type { ServiceSpec } from '../domain/service-spec.ts';
import type { Slot, SlotMount } from '../domain/slot.ts';

/** A container that bears a name, whoever made it. */
export interface NameHolder {
  id: string;
  image: string;
}

export interface SeenService {
  spec: ServiceSpec;
  /** What the journal has for it; null where it never had a container. */
  containerId: string | null;
  /** Null where that container is not on the host. */
  instance: Instance | null;
  /** Who bears the service's container name now. */
  nameHolder: NameHolder | null;
  imageHere: boolean;
}

export interface SeenMount {
  mount: SlotMount;
  /** `unknown` where it cannot be looked at: another machine's, or not this user's. `volume-gone`: the engine has none of that name. */
  state: Whereabouts | 'volume-gone' | 'unknown';
}

/** One release as the host has it. */
export interface SeenRelease {
  release: Release;
  slot: Slot;
  services: SeenService[];
  mounts: SeenMount[];
}

/** What the journal says of an appliance beside what the host says. */
export interface Observation {
  active: SeenRelease;
  /** The releases that can be gone back to, newest first, one for each slot. */
  frozen: SeenRelease[];
  /** Running services that write to something else than what is at their path, with that path. */
  displaced: { service: string; containerName: string; source: string }[];
}
