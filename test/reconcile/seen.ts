import type { Instance } from '../../src/domain/ports/container-host.ts';
import { NO_RESTART, type ServiceSpec } from '../../src/domain/service-spec.ts';
import type { SlotMount } from '../../src/domain/slot.ts';
import type { Observation, SeenRelease, SeenService } from '../../src/reconcile/observation.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

/** An appliance on a volume, exactly as its journal has it: each test changes one thing. */

export const UNLESS_STOPPED = { name: 'unless-stopped', maximumRetryCount: 0 };
const ACTIVE_ID = 'a'.repeat(64);
const FROZEN_ID = 'f'.repeat(64);

export const anInstance = (change: Partial<Instance> = {}): Instance => ({
  id: ACTIVE_ID,
  name: 'acme',
  state: 'running',
  health: 'healthy',
  healthCommand: null,
  exitCode: 0,
  outOfMemory: false,
  startedAt: new Date('2026-11-21T03:00:00Z'),
  finishedAt: null,
  restartCount: 0,
  restartPolicy: UNLESS_STOPPED,
  limits: {},
  imageId: `sha256:${'a'.repeat(64)}`,
  labels: {},
  error: '',
  mounts: [],
  tcpPorts: [],
  rootPath: null,
  ...change,
});

export const stoppedInstance = (change: Partial<Instance> = {}): Instance =>
  anInstance({ state: 'exited', health: 'none', finishedAt: new Date('2026-11-21T04:00:00Z'), ...change });

const volume = (name: string): SlotMount => ({
  key: 'volume:data',
  kind: 'volume',
  volume: name,
  path: `/volumes/${name}/_data`,
  parkedPath: null,
  identity: { inode: '7', bornNs: '8' },
});

const service = (volumeName: string): ServiceSpec =>
  aService({
    settings: {
      config: {},
      hostConfig: { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 }, Memory: 64 },
      networks: {},
    },
    mounts: [
      {
        kind: 'volume',
        source: volumeName,
        target: '/data',
        readOnly: false,
        slotKey: 'volume:data',
        sharedBecause: null,
        declared: { form: 'implicit' },
      },
    ],
  });

const mounted = (name: string): Instance['mounts'] => [
  { kind: 'volume', source: name, hostPath: `/volumes/${name}/_data`, target: '/data', readOnly: false },
];

function seen(release: Partial<SeenRelease['release']>, volumeName: string, instance: Instance): SeenRelease {
  const slot = aSlot({ mounts: [volume(volumeName)], state: release.status === 'active' ? 'live' : 'frozen' });
  const spec = service(volumeName);
  return {
    release: aRelease({ ...release, services: [spec], slot: slot.id }),
    slot,
    services: [{ spec, containerId: instance.id, instance, nameHolder: null, imageHere: true }],
    mounts: slot.mounts.map((mount) => ({ mount, state: 'in-place' })),
  };
}

/** 2.0 (RACTIVEAAAA) runs; 1.0 (RFROZENAAAA) is off. */
export function asItShouldBe(): Observation & { server: SeenService; old: SeenService } {
  const active = seen(
    { id: 'RACTIVEAAAA', version: '2.0' },
    'two',
    anInstance({ limits: { Memory: 64 }, mounts: mounted('two') }),
  );
  const frozen = seen(
    { id: 'RFROZENAAAA', version: '1.0', status: 'superseded' },
    'one',
    stoppedInstance({ id: FROZEN_ID, name: 'acme-RFROZENAAAA', restartPolicy: NO_RESTART, mounts: mounted('one') }),
  );
  const server = active.services[0] as SeenService;
  const old = frozen.services[0] as SeenService;
  return { active, frozen: [frozen], displaced: [], server, old };
}
