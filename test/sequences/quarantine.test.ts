import { afterEach, beforeEach, expect, test } from 'vitest';
import { newOperationId } from '../../src/domain/ids.ts';
import type { Intervention, OperationKind } from '../../src/domain/operation.ts';
import type { Release } from '../../src/domain/release.ts';
import { quarantined, quarantineObstacles } from '../../src/sequences/quarantine.ts';
import { ScriptedWorld } from '../support/scripted-world.ts';
import { aRelease, aService, aSlot } from '../support/specimens.ts';

const digestOf = (version: string) => `sha256:${version.replace('.', '').padStart(64, '0')}`;
const withImage = (version: string) => {
  const { image } = aService();
  return [aService({ image: { ...image, tag: version, digest: digestOf(version), imageId: null } })];
};

let script: ScriptedWorld;
let first: Release;
let minute: number;
beforeEach(() => {
  minute = 0;
  script = new ScriptedWorld();
  const slot = aSlot();
  first = aRelease({ version: '1.0', slot: slot.id, services: withImage('1.0') });
  script.journal.adopt(first, slot, []);
});
afterEach(() => script.close());

const now = () => new Date(Date.UTC(2026, 10, 21, 2, minute++));

function attempt(
  version: string,
  isGood: boolean,
  options: { kind?: OperationKind; interventions?: Intervention[]; imageId?: string } = {},
) {
  const { kind = 'upgrade', interventions, imageId = `of ${version}` } = options;
  const at = now();
  const slot = aSlot({ state: 'preparing' });
  const services = withImage(version);
  const to = aRelease({ version, status: 'candidate', slot: slot.id, previous: first.id, services, createdAt: at });
  const from = script.journal.appliance('acme')?.active as string;
  const id = newOperationId();
  script.journal.begin({ id, kind, appliance: 'acme', from, by: 'admin', steps: [], to, slot }, at);
  if (isGood) script.journal.commit(id, 'commit', now());
  else {
    const disproved = { image: [digestOf(version), imageId], reason: 'it exited with code 1.' };
    script.journal.learn(id, { disproved, ...(interventions ? { interventions } : {}) });
  }
  script.journal.finish(id, isGood ? 'succeeded' : 'rolled-back', isGood ? null : 'It failed.', now());
  return to;
}

const kept = () => quarantined(script.journal, 'acme').map(({ version }) => version);

test('what did not prove itself is kept by its digest, with its reason', () => {
  attempt('2.0', false);
  attempt('2.1', false);
  expect(kept()).toEqual(['2.1', '2.0']);
  const [obstacle, ...others] = quarantineObstacles(
    script.journal,
    aRelease({ version: '2.0', services: withImage('2.0') }),
    'upgrade system 2.0',
  );
  expect(others).toEqual([]);
  expect(obstacle).toEqual({
    code: 'refused',
    message: '2.0 is quarantined: on 2026-11-21 it did not prove itself, because it exited with code 1.',
    hint: 'To try it all the same: upgrade system 2.0 force',
  });
});

test('the same version with another image is free', () => {
  attempt('2.0', false);
  expect(
    quarantineObstacles(script.journal, aRelease({ version: '2.0', services: withImage('2.1') }), 'upgrade system 2.0'),
  ).toEqual([]);
});

test('the same image under another digest, as a mirror gives it, is known by its id', () => {
  attempt('2.0', false, { imageId: 'the same' });
  const mirrored = withImage('2.1').map((service) => ({
    ...service,
    image: { ...service.image, imageId: 'the same' },
  }));
  expect(
    quarantineObstacles(script.journal, aRelease({ version: '2.1', services: mirrored }), 'upgrade system 2.0'),
  ).toHaveLength(1);
});

test('what has taken over since is out again, and in when it fails again', () => {
  attempt('2.0', false);
  attempt('2.0', true);
  expect(kept()).toEqual([]);
  attempt('2.0', false);
  expect(kept()).toEqual(['2.0']);
});

test('a rollback, and what somebody aborted, say nothing against an image', () => {
  attempt('2.0', false, { kind: 'rollback' });
  attempt('2.1', false, { interventions: [{ what: 'abort', by: 'bob', at: now().toISOString() }] });
  expect(kept()).toEqual([]);
});
