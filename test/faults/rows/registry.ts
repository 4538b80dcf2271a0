import type { Fault as RegistryFault } from '../../docker/faulty-registry.ts';
import { makeAppliance } from '../../support/appliances.ts';
import type { Fault } from '../fault.ts';

const ASKED = 'a registry is asked by the plan and by the pull of an upgrade, and by nothing else';

const broken = (name: string, fault: RegistryFault, more: Partial<Fault> = {}): Fault => ({
  row: 6,
  name: `registry: ${name}`,
  at: { upgrade: ['pull'] },
  notElsewhere: ASKED,
  end: 'table',
  names: /registry/,
  version: (stage) => stage.unseenVersion(),
  strike: async (stage) => stage.registry.setFault('acme', fault),
  lift: async (stage) => stage.registry.setFault('acme', 'none'),
  ...more,
});

export const REGISTRY: readonly Fault[] = [
  broken('manifest 500', 'manifest-500'),
  broken('layer 500', 'blob-500'),
  broken('layer truncated', 'blob-truncated'),
  broken('layer stalled', 'blob-stalled', { stage: { build: 'impatient' } }),
  broken('layer with a bit flipped', 'blob-flipped', {
    quick: { scenario: 'upgrade', step: 'pull', phase: 'intent' },
  }),
  {
    row: 24,
    name: 'registry down during a rollback',
    quick: { scenario: 'rollback', step: 'start', phase: 'intent' },
    at: { rollback: 'all', 'recovery of a rollback': 'all' },
    notElsewhere: 'an upgrade needs its registry for the pull: see row 6',
    end: 'through',
    prepare: async (stage) => stage.registry.setFault('acme', 'down'),
    lift: async (stage) => stage.registry.setFault('acme', 'none'),
  },
  {
    row: 25,
    name: 'tag moved after the plan, in the registry and here',
    quick: { scenario: 'upgrade', step: 'prepare', phase: 'intent' },
    at: { upgrade: ['pull', 'pre-copy', 'prepare', 'stop', 'start', 'gate'] },
    notElsewhere: 'an image is named by the plan and used until its container runs',
    end: 'through',
    version: (stage) => stage.unseenVersion(),
    strike: async (stage) => {
      const reference = stage.reference(stage.lastUnseen);
      await makeAppliance(stage.engine, { reference, dataFormat: 2, behaviour: 'wrong-version' });
    },
    // The tag is another image's now.
    spoils: true,
  },
];
