import { expect, it } from 'vitest';
import { DEFAULT_GATE, type ServiceSpec } from '../../../src/domain/service-spec.ts';
import { readManifest } from '../../../src/slots/archive/manifest.ts';
import { aRelease, aService } from '../../support/specimens.ts';

const { image } = aService();

/** Whatever a service may have. */
const FULL: Required<ServiceSpec> = {
  ...aService(),
  gate: { ...DEFAULT_GATE, limitMs: 60_000, ports: [8080] },
  secrets: ['LICENCE'],
  askedGate: { stableMs: 5_000, versionCommand: null, ports: [8080] },
  dependsOn: { db: 'healthy', cache: 'started' },
  versioned: 'with-controller',
  update: 'on-request',
  softwareVersion: '16.1.4',
  awaits: { ...image, tag: '2.0', mirror: 'registry.site/acme/server' },
  scaled: { group: 'agent', at: '2026-11-21T02:00:00.000Z' },
};

function textOf(service: object): string {
  const { id, version, by, createdAt } = aRelease();
  return JSON.stringify({
    format: 1,
    appliance: 'acme',
    slot: 'SABCDEFGHIJ',
    frozenAt: null,
    archivedAt: '2026-11-21T02:00:00.000Z',
    release: { id, version, by, createdAt: createdAt.toISOString(), services: [service] },
    mounts: [],
  });
}

it('has every part of a service, so that it is brought up elsewhere as it was', () => {
  expect(readManifest(textOf(FULL)).release.services).toEqual([FULL]);
  expect(readManifest(textOf(aService())).release.services).toEqual([aService()]);
});

it('takes the usual limit of the gate where an older one names none', () => {
  const { limitMs: _, ...gate } = FULL.gate;
  expect(readManifest(textOf({ ...FULL, gate })).release.services[0]?.gate.limitMs).toBe(DEFAULT_GATE.limitMs);
});

it.each([
  ['dependsOn', { db: 'soon' }],
  ['update', 'sometimes'],
  ['awaits', 'acme/server:2.0'],
])('is refused where its %s is none', (name, value) => {
  expect(() => readManifest(textOf({ ...FULL, [name]: value }))).toThrow(`services.0.${name}`);
});
