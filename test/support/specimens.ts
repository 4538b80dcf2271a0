import { newReleaseId, newSlotId } from '../../src/domain/ids.ts';
import type { Release } from '../../src/domain/release.ts';
import { DEFAULT_GATE, type ServiceSpec } from '../../src/domain/service-spec.ts';
import { freshSlot, type Slot } from '../../src/domain/slot.ts';

/** Complete values of the domain for tests that need one and care about a field or two. */

export const aService = (change: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: 'server',
  role: 'controller',
  containerName: 'acme',
  image: {
    reference: '127.0.0.1:5000/acme/server:1.0',
    repository: '127.0.0.1:5000/acme/server',
    tag: '1.0',
    digest: `sha256:${'1'.repeat(64)}`,
    imageId: `sha256:${'a'.repeat(64)}`,
  },
  settings: { config: {}, hostConfig: {}, networks: {} },
  mounts: [],
  gate: { ...DEFAULT_GATE, stableMs: 10 },
  ...change,
});

export const aSlot = (change: Partial<Slot> = {}): Slot =>
  freshSlot({
    id: newSlotId(),
    appliance: 'acme',
    mounts: [],
    state: 'live',
    createdAt: new Date('2026-11-21T02:00:00Z'),
    ...change,
  });

export const aRelease = (change: Partial<Release> = {}): Release => ({
  id: newReleaseId(),
  appliance: 'acme',
  version: '1.0',
  services: [aService()],
  slot: newSlotId(),
  status: 'active',
  origin: 'adopt',
  copyOf: null,
  previous: null,
  by: 'admin',
  createdAt: new Date('2026-11-21T02:00:00Z'),
  ...change,
});
