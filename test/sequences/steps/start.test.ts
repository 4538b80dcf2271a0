import { expect, test } from 'vitest';
import type { Whereabouts } from '../../../src/domain/ports/slot-store.ts';
import type { StepContext } from '../../../src/domain/step.ts';
import { start } from '../../../src/sequences/steps/start.ts';
import { aRelease, aService, aSlot } from '../../support/specimens.ts';

const mount = {
  ...{ key: 'volume:acme-data', kind: 'volume' as const, volume: 'acme-data' },
  ...{ path: '/var/lib/docker/volumes/acme-data/_data', parkedPath: null, identity: { inode: '7', bornNs: '1' } },
};

/** What becomes of the start of a release on the data of the one before, where that lies so. */
async function started(whereabouts: Whereabouts, hasVolume: boolean): Promise<string[]> {
  const calls: string[] = [];
  const slot = aSlot({ mounts: [mount] });
  const [from, to] = [aRelease({ slot: slot.id }), aRelease({ slot: slot.id, status: 'candidate' })];
  const containers = new Map([from, to].map(({ id }) => [id, { id, name: id, state: 'exited' }]));
  const host = {
    inspectInstance: async (id: string) => ({ ...containers.get(id), labels: {}, restartPolicy: { name: 'no' } }),
    inspectVolume: async () => (hasVolume ? {} : null),
    renameInstance: async () => {},
    startInstance: async (id: string) => calls.push(id === to.id ? 'start' : 'start of another'),
  };
  const context = {
    ...{ from, to, host, slots: { whereabouts: async () => whereabouts }, clock: { now: () => new Date() } },
    operation: { id: 'OAAAAAAAAAA', from: from.id, to: to.id, appliance: 'acme' },
    journal: {
      slot: () => slot,
      orphan: () => null,
      instance: (release: string, service: string) => ({ release, service, containerId: release }),
      instances: (release: string) => [{ release, service: aService().name, containerId: release }],
    },
    ...{ signal: new AbortController().signal, facts: () => ({}), learn: () => {}, report: () => {} },
  } as unknown as StepContext;
  await start.run(context).catch((error) => calls.push(error.code ?? error.message));
  return calls;
}

test('a release is started on the data that it shares', async () => {
  expect(await started('in-place', true)).toEqual(['start']);
});

test.each([
  ['missing', true],
  ['foreign', true],
  ['in-place', false],
] as const)('but not where that is %s (its volume is there: %s)', async (where, hasVolume) => {
  expect(await started(where, hasVolume)).toEqual(['data-missing']);
});
