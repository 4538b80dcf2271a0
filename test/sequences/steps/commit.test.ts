import { expect, test } from 'vitest';
import type { Whereabouts } from '../../../src/domain/ports/slot-store.ts';
import type { StepContext } from '../../../src/domain/step.ts';
import { commit } from '../../../src/sequences/steps/commit.ts';
import { aRelease, aSlot } from '../../support/specimens.ts';

const mount = {
  key: 'bind:/srv/acme',
  kind: 'bind' as const,
  volume: null,
  path: '/srv/acme',
  parkedPath: '/srv/.acme.belay-SAAAAAAAAAA',
  identity: { inode: '7', bornNs: '1' },
};

/** What the step asks for, in order, where its data lies so. */
async function asked(whereabouts: Whereabouts): Promise<string[]> {
  const calls: string[] = [];
  const slot = aSlot({ state: 'preparing', mounts: [mount] });
  const to = aRelease({ version: '2.0', status: 'candidate', slot: slot.id });
  const context = {
    to,
    operation: { id: 'OAAAAAAAAAA', to: to.id, appliance: 'acme' },
    journal: { slot: () => slot, commit: () => calls.push('commit') },
    slots: { whereabouts: async () => whereabouts, flush: async (paths: string[]) => calls.push(`flush ${paths}`) },
    clock: { now: () => new Date() },
    signal: new AbortController().signal,
    facts: () => ({}),
  } as unknown as StepContext;
  await commit.run(context).catch((error) => calls.push(error.code));
  return calls;
}

test('the data is on the disk before the journal says that it is the data', async () => {
  expect(await asked('in-place')).toEqual(['flush /srv/acme', 'commit']);
});

test.each(['foreign', 'missing', 'parked'] as const)(
  'a release does not take over while its data is %s',
  async (where) => {
    expect(await asked(where)).toEqual(['data-missing']);
  },
);
